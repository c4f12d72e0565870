package dev.alcove.runtime;

import dev.alcove.spec.CpuSet;
import dev.alcove.spec.LinuxCpu;
import dev.alcove.spec.LinuxDevice;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciUser;
import dev.alcove.spec.PosixRlimit;
import dev.alcove.spec.SpecException;
import dev.alcove.spec.Sysctl;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Values that no machine takes, each refused by the name of its field, wherever the configuration came from. */
final class SpecCheck {
    /** __NEW_UTS_LEN: what sethostname(2) takes. */
    private static final int LONGEST_NAME = 64;

    private static final int WORST_OOM = 1000;
    private static final int ALL_MODES = 0777;

    /** Microseconds of the scheduler's period where none is given. */
    private static final long PERIOD = 100_000;

    private final ContainerSpec spec;
    private final OciProcess process;
    private final OciLinux linux;

    SpecCheck(ContainerSpec spec, OciProcess process, OciLinux linux) {
        this.spec = spec;
        this.process = process;
        this.linux = linux;
    }

    /**
     * Checks what can be said before anything is made.
     *
     * @param facts      what the machine is like
     * @param ownIpc     whether the IPC namespace is another than the caller's
     * @param ownNetwork whether the network namespace is
     * @param ownUts     whether the UTS namespace is
     * @throws IllegalArgumentException naming the field and its value
     */
    void check(HostFacts facts, boolean ownIpc, boolean ownNetwork, boolean ownUts) {
        id();
        process();
        limits();
        group();
        name("hostname", spec.config().hostname());
        name("domainname", spec.config().domainname());
        devices();
        processors(facts);
        sysctls(ownIpc, ownNetwork, ownUts);
        for (String clock : linux.timeOffsets().keySet()) {
            if (!clock.equals("monotonic") && !clock.equals("boottime")) {
                throw refused("linux.timeOffsets", clock, "a clock with an offset: monotonic or boottime");
            }
        }
        if (linux.cgroupsPath().contains("/..") || linux.cgroupsPath().startsWith("..")) {
            throw refused("linux.cgroupsPath", linux.cgroupsPath(), "a group's path: it leads upwards");
        }
        if (spec.timeout().map(Duration::isNegative).orElse(false)) {
            throw refused("timeout", Long.toString(spec.timeout().get().toMillis()), "milliseconds from now");
        }
    }

    private static SpecException refused(String field, String value, String expected) {
        return SpecException.not(field, value, expected);
    }

    /** The form that only systemd understands would become the name of a directory. */
    private void group() {
        if (spec.unit().isPresent()) {
            return;
        }
        String path = linux.cgroupsPath();
        if (path.indexOf('/') < 0 && path.indexOf(':') >= 0 && path.indexOf(':') != path.lastIndexOf(':')) {
            throw SpecException.of(
                    "linux.cgroupsPath",
                    "'" + path + "' is systemd's form, slice:prefix:name, and the groups are made without systemd"
                            + "\n  mend: give a path, such as /" + path.substring(path.lastIndexOf(':') + 1)
                            + "; or let alcove-oci use systemd (--systemd-cgroup)");
        }
    }

    private void id() {
        if (!goodId(spec.id())) {
            throw refused("id", spec.id(), "a container's id: letters, digits and _.-+, not beginning with a dot");
        }
    }

    /** It becomes the name of a directory of the control groups. */
    static boolean goodId(String id) {
        boolean good = !id.isEmpty() && id.charAt(0) != '.';
        for (int i = 0; i < id.length() && good; i++) {
            char c = id.charAt(i);
            good = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '_'
                    || c == '.'
                    || c == '-'
                    || c == '+';
        }
        return good;
    }

    private void process() {
        if (!process.cwd().isEmpty() && !process.cwd().startsWith("/")) {
            throw refused("process.cwd", process.cwd(), "an absolute path");
        }
        List<String> env = process.env();
        for (int i = 0; i < env.size(); i++) {
            if (env.get(i).indexOf('=') <= 0) {
                throw refused("process.env[" + i + "]", env.get(i), "NAME=value");
            }
        }
        Integer oom = process.oomScoreAdj();
        if (oom != null && (oom < -WORST_OOM || oom > WORST_OOM)) {
            throw refused("process.oomScoreAdj", oom.toString(), "from -1000 to 1000");
        }
        Long umask = process.user().umask();
        if (!goodUmask(process.user())) {
            throw refused(
                    "process.user.umask",
                    "0" + Long.toOctalString(umask == null ? 0 : umask),
                    "a mask of permissions, 0 to 0777");
        }
    }

    static boolean goodUmask(OciUser user) {
        return user.umask() == null || user.umask() <= ALL_MODES;
    }

    /** Empty is a character device. */
    static boolean goodDeviceType(LinuxDevice device) {
        return device.type().length() <= 1 && "cubp".contains(device.type());
    }

    private void limits() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < process.rlimits().size(); i++) {
            PosixRlimit r = process.rlimits().get(i);
            String field = "process.rlimits[" + i + "]";
            if (!seen.add(r.type())) {
                throw refused(field + ".type", r.type(), "allowed twice");
            }
            if (r.soft().compareTo(r.hard()) > 0) {
                throw refused(
                        field + ".soft",
                        Long.toUnsignedString(r.soft().bits()),
                        "at most the hard limit, "
                                + Long.toUnsignedString(r.hard().bits()));
            }
        }
    }

    /** The kernel's answer would be ERANGE, when the group has been made. */
    private void processors(HostFacts facts) {
        LinuxCpu cpu = linux.resources() == null ? null : linux.resources().cpu();
        if (cpu != null) {
            available("linux.resources.cpu.cpus", cpu.cpus(), facts.processors());
            available("linux.resources.cpu.mems", cpu.mems(), facts.memoryNodes());
            int there = count(facts.processors());
            if (beyond(cpu, there)) {
                throw refused(
                        "linux.resources.cpu.quota",
                        String.valueOf(cpu.quota()),
                        "at most the time of " + there + " processors: this machine has no more");
            }
        }
    }

    /** How many a list of them names; a number that nothing is above, if it is not known. */
    static int count(String processors) {
        return processors.isEmpty()
                ? Integer.MAX_VALUE
                : CpuSet.parse("processors", processors).numbers().size();
    }

    /** Whether more time is asked for than so many processors have. */
    static boolean beyond(LinuxCpu cpu, int processors) {
        long period = cpu.period() == null ? PERIOD : cpu.period().bits();
        return cpu.quota() != null
                && period > 0
                && cpu.quota() / period >= processors
                && cpu.quota() > processors * period;
    }

    private static void available(String field, String wanted, String there) {
        if (!wanted.isEmpty() && !there.isEmpty()) {
            CpuSet.parse(field, wanted).check(field, CpuSet.parse(field, there));
        }
    }

    private static void name(String field, String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > LONGEST_NAME) {
            throw refused(field, name, "a name the kernel takes: it has " + bytes + " bytes, at most 64 are allowed");
        }
    }

    private void devices() {
        for (int i = 0; i < linux.devices().size(); i++) {
            LinuxDevice d = linux.devices().get(i);
            String field = "linux.devices[" + i + "]";
            if (!d.path().startsWith("/")) {
                throw refused(field + ".path", d.path(), "an absolute path");
            }
            if (!goodDeviceType(d)) {
                throw refused(field + ".type", d.type(), "a kind of node: c or u, b, p");
            }
        }
    }

    /** The kernel lets root write any parameter through a container's /proc: those of the whole machine as well. */
    private void sysctls(boolean ownIpc, boolean ownNetwork, boolean ownUts) {
        for (Map.Entry<String, String> e : linux.sysctl().entrySet()) {
            try {
                Sysctl.parse(e.getKey() + "=" + e.getValue()).check(ownIpc, ownNetwork, ownUts);
            } catch (SpecException refusal) {
                throw SpecException.of("linux.sysctl", refusal.problem());
            }
        }
    }
}
