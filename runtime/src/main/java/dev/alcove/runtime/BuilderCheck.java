package dev.alcove.runtime;

import dev.alcove.linux.Capability;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.Rlimit;
import dev.alcove.spec.CpuSet;
import dev.alcove.spec.LinuxCpu;
import dev.alcove.spec.LinuxDevice;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.PosixRlimit;
import dev.alcove.spec.SpecException;
import dev.alcove.spec.Sysctl;
import dev.alcove.spec.TimeOffset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What a builder was told that cannot be, all of it at once and each by the method that was called. Of the machine it looks
 * at its processors alone, if they are named; what else depends on it, the planner says.
 */
final class BuilderCheck {
    /** __NEW_UTS_LEN: what sethostname(2) takes. */
    private static final int LONGEST_NAME = 64;

    private static final int WORST_OOM = 1000;
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofMillis(Long.MAX_VALUE);

    private final ContainerBuilder b;
    private final Faults faults = new Faults();

    private BuilderCheck(ContainerBuilder builder) {
        this.b = builder;
    }

    /**
     * Refuses what cannot be.
     *
     * @throws IllegalArgumentException with a line for every fault, {@code method: what is wrong}
     */
    static void check(ContainerBuilder builder) {
        BuilderCheck c = new BuilderCheck(builder);
        c.faults.command(builder.command);
        c.faults.environment(builder.environment);
        c.faults.directory(builder.directory);
        c.names();
        c.rooms();
        c.root();
        c.faults.streams(builder.streams, builder.consoleSize);
        c.faults.user(builder.user);
        c.supervisor();
        c.duties();
        c.process();
        c.limits();
        c.devices();
        c.files();
        c.faults.refuse("this container");
    }

    private void fault(String method, String problem) {
        faults.add(method, problem);
    }

    private static String quote(String value) {
        return Faults.quote(value);
    }

    private boolean own(NamespaceKind kind) {
        return b.rooms.get(kind) instanceof ContainerBuilder.Room.Own;
    }

    private boolean clean(String method, String text) {
        return faults.clean(method, text);
    }

    private void names() {
        if (!SpecCheck.goodId(b.id)) {
            fault("id", quote(b.id) + " is not letters, digits and _.-+, beginning with no dot");
        }
        name("hostname", b.hostname);
        name("domainname", b.domainname);
        for (String line : b.hosts) {
            if (line.isBlank() || line.indexOf('\n') >= 0 || line.strip().indexOf(' ') < 0) {
                fault("host", quote(line) + " is not an address and a name");
            }
        }
    }

    private void name(String method, String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > LONGEST_NAME) {
            fault(method, quote(name) + " has " + bytes + " bytes, at most " + LONGEST_NAME + " are allowed");
        }
        if (clean(method, name) && !name.isEmpty() && !own(NamespaceKind.UTS)) {
            fault(method, "there is no UTS namespace of its own: room(UTS, …) shares another's name");
        }
    }

    private void rooms() {
        for (Map.Entry<NamespaceKind, ContainerBuilder.Room> e : b.rooms.entrySet()) {
            if (e.getValue() instanceof ContainerBuilder.Room.Joined j
                    && !j.file().isAbsolute()) {
                fault("room(" + e.getKey() + ", …)", quote(j.file().toString()) + " is not an absolute path");
            }
        }
        if (!b.timeOffsets.isEmpty() && !own(NamespaceKind.TIME)) {
            fault("timeOffset", "there is no time namespace of its own: room(TIME, …) shares another's clocks");
        }
        Set<TimeOffset.Clock> clocks = new HashSet<>(2);
        for (TimeOffset offset : b.timeOffsets) {
            if (!clocks.add(offset.clock())) {
                fault("timeOffset", offset.clock().text() + " was given two offsets");
            }
        }
        if ((!b.uidMappings.isEmpty() || !b.gidMappings.isEmpty()) && !own(NamespaceKind.USER)) {
            fault("idMappings", "there is no user namespace of its own: room(USER, …) shares another's ids");
        }
        if (own(NamespaceKind.USER) && b.uidMappings.isEmpty() != b.gidMappings.isEmpty()) {
            fault("idMappings", "both users and groups must be mapped, or neither");
        }
        for (Map.Entry<String, String> e : b.sysctl.entrySet()) {
            try {
                Sysctl.parse(e.getKey() + "=" + e.getValue())
                        .check(own(NamespaceKind.IPC), own(NamespaceKind.NET), own(NamespaceKind.UTS));
            } catch (SpecException refusal) {
                fault("sysctl", refusal.problem());
            }
        }
    }

    private void root() {
        boolean bare = b.rootfs instanceof Rootfs.Inherited;
        if (!bare && !own(NamespaceKind.MOUNT)) {
            fault(
                    "rootfs",
                    "a root file system of its own needs a mount namespace of its own: leave room(MOUNT, …) out,"
                            + " or take Rootfs.inherited()");
        }
        if (bare && b.readOnly) {
            fault("readOnly", "with Rootfs.inherited() the root is the caller's own, which stays as it is");
        }
        if (bare && !b.mounts.isEmpty() && !own(NamespaceKind.MOUNT)) {
            fault("mount", "there is no mount namespace of its own to mount in: room(MOUNT, …) shares another's");
        }
        for (OciMount m : b.mounts) {
            if (!m.destination().startsWith("/")) {
                fault("mount", quote(m.destination()) + " is not an absolute path");
            }
            try {
                MountOptions o = MountOptions.parse("mount", m.options());
                if ((o.bind() || m.type().equals("bind")) && !o.data().isEmpty()) {
                    fault("mount", quote(o.data().getFirst()) + " is not an option of a bind mount");
                }
                if (!o.idmap().isEmpty() && m.uidMappings().isEmpty() && !own(NamespaceKind.USER)) {
                    fault(
                            "mount",
                            "'" + o.idmap() + "' needs the mount's uidMappings and gidMappings, or room(USER, …)");
                }
            } catch (IllegalArgumentException e) {
                faults.add(String.valueOf(e.getMessage()));
            }
        }
    }

    private void supervisor() {
        if (b.supervisor.isPresent() && b.streams.log().isPresent()) {
            fault("supervisor", "a detached container outlives this process, and nobody would answer for it then");
        }
    }

    private void duties() {
        for (Path file : b.held) {
            if (!file.isAbsolute()) {
                fault("hold", quote(file.toString()) + " is not an absolute path");
            }
        }
        if (b.afterEnd.isEmpty()) {
            return;
        }
        if (b.streams.log().isEmpty()) {
            fault(
                    "afterEnd",
                    "only a container that outlives this process needs it: do it here when this one has ended");
            return;
        }
        List<String> words = b.afterEnd.get().words();
        if (words.isEmpty() || !words.getFirst().startsWith("/")) {
            fault("afterEnd", "a program's absolute path is needed: nothing is looked for in PATH");
        }
        words.forEach(word -> clean("afterEnd", word));
        b.afterEnd.get().environment().forEach((name, value) -> {
            if (clean("afterEnd", name) && clean("afterEnd", value) && (name.isEmpty() || name.indexOf('=') >= 0)) {
                fault("afterEnd", quote(name) + " is not the name of a variable");
            }
        });
        if (b.streams.log().isEmpty()) {
            fault(
                    "afterEnd",
                    "only a container that outlives this process needs it: do it here when this one has ended");
        }
    }

    private void process() {
        for (String name : b.capabilities) {
            if (Capability.named(name).isEmpty()) {
                fault("capabilities", quote(name) + " is not a capability, capabilities(7)");
            }
        }
        if (b.oomScoreAdj.isPresent() && Math.abs(b.oomScoreAdj.getAsLong()) > WORST_OOM) {
            fault("oomScoreAdj", b.oomScoreAdj.getAsLong() + " is not from -" + WORST_OOM + " to " + WORST_OOM);
        }
        b.timeout.ifPresent(timeout -> {
            if (timeout.compareTo(SHORTEST) < 0) {
                fault("timeout", timeout + " is not a time of a millisecond or more");
            } else if (timeout.compareTo(LONGEST) > 0) {
                fault("timeout", timeout + " is longer than can be counted: leave it out");
            }
        });
        Set<String> seen = new HashSet<>();
        for (PosixRlimit r : b.rlimits) {
            if (Rlimit.named(r.type()).isEmpty()) {
                fault("rlimit", quote(r.type()) + " is not a resource limit, getrlimit(2)");
            } else if (!seen.add(r.type())) {
                fault("rlimit", r.type() + " was given twice");
            }
            if (r.soft().compareTo(r.hard()) > 0) {
                fault(
                        "rlimit",
                        r.type() + ": the soft limit "
                                + Long.toUnsignedString(r.soft().bits()) + " is above the hard one, "
                                + Long.toUnsignedString(r.hard().bits()));
            }
        }
    }

    private void limits() {
        if (b.resources == null) {
            return;
        }
        try {
            Limits.of(b.resources);
        } catch (IllegalArgumentException e) {
            fault("limits", String.valueOf(e.getMessage()));
        }
        LinuxCpu cpu = b.resources.cpu();
        if (cpu == null) {
            return;
        }
        int there = cpu.quota() == null ? 0 : SpecCheck.count(Kernel.processors());
        if (SpecCheck.beyond(cpu, there)) {
            fault("limits", "more processors' time than the " + there + " of this machine have");
        }
        within("cpus", cpu.cpus(), Kernel::processors);
        within("mems", cpu.mems(), Kernel::memoryNodes);
    }

    /** The kernel would say so when the group has been made. */
    private void within(String what, String wanted, Supplier<String> there) {
        if (wanted.isEmpty()) {
            return;
        }
        try {
            CpuSet set = CpuSet.parse(what, wanted);
            String list = there.get();
            if (!list.isEmpty()) {
                set.check(what, CpuSet.parse(what, list));
            }
        } catch (SpecException e) {
            fault("limits", String.valueOf(e.getMessage()));
        }
    }

    private void devices() {
        for (LinuxDevice d : b.devices) {
            if (!d.path().startsWith("/")) {
                fault("device", quote(d.path()) + " is not an absolute path");
            }
            if (!SpecCheck.goodDeviceType(d)) {
                fault("device", quote(d.type()) + " is not a kind of node: c or u, b, p");
            }
        }
    }

    private void files() {
        Set<String> seen = new HashSet<>();
        for (TextFile f : b.files) {
            if (!seen.add(f.path())) {
                fault("file", quote(f.path()) + " was given twice");
            }
        }
    }
}
