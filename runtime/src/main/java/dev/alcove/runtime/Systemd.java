package dev.alcove.runtime;

import dev.alcove.linux.Cgroup;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.Proc;
import dev.alcove.linux.ProcCgroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * systemd as the one that makes control groups: the machine's, or a user's own, org.freedesktop.systemd1(5). It is asked by
 * busctl(1), which is a part of it, over the machine's bus or the user's.
 *
 * @param user    whether it is a user's manager
 * @param runtime the user's {@code $XDG_RUNTIME_DIR}; may be empty
 * @param bus     the user's {@code $DBUS_SESSION_BUS_ADDRESS}; may be empty
 */
public record Systemd(boolean user, String runtime, String bus) {
    private static final String NAME = "org.freedesktop.systemd1";
    private static final String OBJECT = "/org/freedesktop/systemd1";
    private static final String MANAGER = NAME + ".Manager";
    private static final String INIT = "/init.scope";
    private static final Path SYSTEM_BUS = Path.of("/run/dbus/system_bus_socket");

    /** For systemd to do what it was asked for. */
    private static final Duration DONE = Duration.ofSeconds(30);

    private static final long LOOK_AGAIN = 1_000_000;

    /** The manager that a caller's containers are made by. */
    public static Systemd of(boolean user, Map<String, String> environment) {
        return new Systemd(
                user,
                environment.getOrDefault("XDG_RUNTIME_DIR", ""),
                environment.getOrDefault("DBUS_SESSION_BUS_ADDRESS", ""));
    }

    /** The same for a container that was made by the other one. */
    Systemd of(boolean users) {
        return new Systemd(users, runtime, bus);
    }

    /** Why it cannot be asked; empty if it can. */
    public Optional<String> missing() {
        // sd_booted(3)
        if (!Files.isDirectory(Path.of("/run/systemd/system"))) {
            return Optional.of("this machine was not booted with systemd");
        }
        if (Caller.onPath("busctl").isEmpty()) {
            return Optional.of("busctl, a program of systemd's, is not in PATH");
        }
        if (user && bus.isEmpty() && (runtime.isEmpty() || !Files.exists(Path.of(runtime, "bus")))) {
            return Optional.of(
                    "this user's bus is not there: neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR leads"
                            + " to it; there is one in a login session, and after loginctl enable-linger");
        }
        if (!user && !Files.exists(SYSTEM_BUS)) {
            return Optional.of("the machine's bus is not there: " + SYSTEM_BUS + " (package dbus)");
        }
        return Optional.empty();
    }

    /** The manager's own control group, as this process's cgroup namespace has it; empty for the root. */
    String group() {
        if (user) {
            Tool.Said said = busctl("get-property", NAME, OBJECT, MANAGER, "ControlGroup");
            if (said.status() != 0) {
                throw failed("cannot ask for its control group", said);
            }
            // s "/user.slice/user-1000.slice/user@1000.service"
            int from = said.text().indexOf('"');
            int to = said.text().lastIndexOf('"');
            return to > from ? said.text().substring(from + 1, to).replace("\\\\", "\\") : "";
        }
        // Its first process is in a group of its own below that.
        for (ProcCgroup line : Proc.cgroups(1).orElse(List.of())) {
            boolean systemds = line.isUnified() || line.controllers().contains("name=systemd");
            if (systemds && line.path().endsWith(INIT)) {
                return line.path().substring(0, line.path().length() - INIT.length());
            }
        }
        return "";
    }

    /**
     * Makes a unit with a process in it.
     *
     * @throws ContainerException if systemd refuses, such as a unit that is there already
     */
    void start(SystemdUnit unit, List<UnitProperty> properties) {
        Tool.Said said = startTransient(unit, properties);
        if (said.status() != 0 && state(unit.name()).equals("failed")) {
            // One of this name ended badly, and systemd keeps that until somebody has looked.
            busctl("call", NAME, OBJECT, MANAGER, "ResetFailedUnit", "s", unit.name());
            said = startTransient(unit, properties);
        }
        if (said.status() != 0) {
            throw failed("cannot make the unit " + unit.name(), said);
        }
    }

    /**
     * Waits until a unit that was asked for is there, its limits in force and the process in it.
     *
     * @throws ContainerException if that is not so after half a minute
     */
    void await(SystemdUnit unit, int pid) {
        long deadline = System.nanoTime() + DONE.toNanos();
        while (!there(unit, pid)) {
            if (System.nanoTime() - deadline > 0 || !Files.exists(Path.of("/proc/" + pid))) {
                throw new ContainerException(
                        ContainerException.Kind.INTERNAL,
                        "systemd was asked for the unit " + unit.name() + ", and process " + pid
                                + " is not in its control group " + unit.group()
                                + "\n  likely cause: systemd could not make it (systemctl status " + unit.name()
                                + " and the journal say more), or it is not the systemd of this process's namespaces"
                                + "\n  mend: use --cgroup-manager cgroupfs");
            }
            LockSupport.parkNanos(LOOK_AGAIN);
        }
    }

    private Tool.Said startTransient(SystemdUnit unit, List<UnitProperty> properties) {
        List<String> words = new ArrayList<>(List.of(
                "call",
                NAME,
                OBJECT,
                MANAGER,
                "StartTransientUnit",
                "ssa(sv)a(sa(sv))",
                unit.name(),
                // Nothing else is to be stopped for it.
                "fail"));
        words.addAll(words(properties));
        words.add("0");
        return busctl(words.toArray(String[]::new));
    }

    /** Properties as busctl's words: their number, then of each its name, type and value. */
    static List<String> words(List<UnitProperty> properties) {
        List<String> words = new ArrayList<>();
        words.add(Integer.toString(properties.size()));
        for (UnitProperty p : properties) {
            words.add(p.name());
            words.add(p.signature());
            words.addAll(p.words());
        }
        return words;
    }

    /** A process is put into a scope; a slice only comes to be there. */
    private static boolean there(SystemdUnit unit, int pid) {
        if (unit.isSlice()) {
            return Cgroup.of(CgroupLayout.read(unit.group()), unit.group()).exists();
        }
        for (ProcCgroup line : Proc.cgroups(pid).orElse(List.of())) {
            boolean systemds = line.isUnified() || line.controllers().contains("name=systemd");
            if (systemds && line.path().equals(unit.group())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Changes properties of a unit that is there, until the machine's next start.
     *
     * @throws ContainerException if systemd refuses one
     */
    void set(String unit, List<UnitProperty> properties) {
        if (properties.isEmpty()) {
            return;
        }
        List<String> words =
                new ArrayList<>(List.of("call", NAME, OBJECT, MANAGER, "SetUnitProperties", "sba(sv)", unit, "true"));
        words.addAll(words(properties));
        Tool.Said said = busctl(words.toArray(String[]::new));
        if (said.status() != 0) {
            throw failed("cannot change properties of the unit " + unit, said);
        }
    }

    /**
     * Stops a unit whose processes have ended, and forgets it. One that is gone is no failure.
     *
     * @throws ContainerException if systemd cannot be asked, or does not do it
     */
    void stop(String unit) {
        Tool.Said said = busctl("call", NAME, OBJECT, MANAGER, "StopUnit", "ss", unit, "replace");
        long deadline = System.nanoTime() + DONE.toNanos();
        while (true) {
            String state = state(unit);
            if (state.equals("inactive")) {
                return;
            }
            if (state.equals("failed")) {
                busctl("call", NAME, OBJECT, MANAGER, "ResetFailedUnit", "s", unit);
                return;
            }
            if (said.status() != 0 || System.nanoTime() - deadline > 0) {
                throw failed("cannot stop the unit " + unit, said);
            }
            LockSupport.parkNanos(LOOK_AGAIN);
        }
    }

    /**
     * A unit's state, such as {@code active}; one that systemd does not know is inactive.
     *
     * @return empty if it cannot be asked
     */
    private String state(String unit) {
        Tool.Said said = busctl("get-property", NAME, path(unit), NAME + ".Unit", "ActiveState");
        int from = said.text().indexOf('"');
        int to = said.text().lastIndexOf('"');
        return said.status() == 0 && to > from ? said.text().substring(from + 1, to) : "";
    }

    /** A unit's object: what is no letter and no digit is its code, sd_bus_path_encode(3). */
    static String path(String unit) {
        StringBuilder path = new StringBuilder(OBJECT + "/unit/");
        for (int i = 0; i < unit.length(); i++) {
            char c = unit.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9' && i > 0);
            if (plain) {
                path.append(c);
            } else {
                path.append('_').append(Character.forDigit(c >> 4 & 0xf, 16)).append(Character.forDigit(c & 0xf, 16));
            }
        }
        return path.toString();
    }

    private Tool.Said busctl(String... words) {
        Path program = Caller.onPath("busctl")
                .orElseThrow(() -> new ContainerException(
                        ContainerException.Kind.UNSUPPORTED, "busctl, a program of systemd's, is not in PATH"));
        List<String> command = new ArrayList<>();
        command.add("busctl");
        command.add("--allow-interactive-authorization=no");
        command.add(user ? "--user" : "--system");
        command.add("--");
        command.addAll(List.of(words));
        List<String> environment = new ArrayList<>(List.of("PATH=" + Defaults.PATH, "LC_ALL=C"));
        if (!runtime.isEmpty()) {
            environment.add("XDG_RUNTIME_DIR=" + runtime);
        }
        if (!bus.isEmpty()) {
            environment.add("DBUS_SESSION_BUS_ADDRESS=" + bus);
        }
        return Tool.run(program, command, environment);
    }

    private ContainerException failed(String what, Tool.Said said) {
        String words = said.text().isEmpty() ? "busctl ended with " + said.status() : said.text();
        return new ContainerException(
                ContainerException.Kind.INTERNAL,
                (user ? "the user's systemd: " : "systemd: ") + what + ": " + words
                        + "\n  likely cause: a unit of that name is there already, a property is none of this systemd's,"
                        + " or systemd cannot be asked\n  mend: systemctl " + (user ? "--user " : "")
                        + "status shows what there is; or use --cgroup-manager cgroupfs");
    }
}
