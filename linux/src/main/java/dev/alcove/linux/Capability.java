package dev.alcove.linux;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The parts that root's power is divided into, capabilities(7), in the order of their numbers. */
public enum Capability {
    /** Changes the owner of any file. */
    CHOWN(0),
    /** Reads, writes and enters whatever the permissions say. */
    DAC_OVERRIDE(1),
    /** Reads files and directories whatever the permissions say. */
    DAC_READ_SEARCH(2),
    /** Acts as the owner of any file. */
    FOWNER(3),
    /** Keeps the set-id bits of a file that changes. */
    FSETID(4),
    /** Signals processes of other users. */
    KILL(5),
    /** Changes its groups. */
    SETGID(6),
    /** Changes its user. */
    SETUID(7),
    /** Changes its capability sets, drops from the bounding set. */
    SETPCAP(8),
    /** Sets the immutable and append-only attributes. */
    LINUX_IMMUTABLE(9),
    /** Listens on ports below 1024. */
    NET_BIND_SERVICE(10),
    /** Unused. */
    NET_BROADCAST(11),
    /** Configures the network. */
    NET_ADMIN(12),
    /** Raw and packet sockets. */
    NET_RAW(13),
    /** Locks memory. */
    IPC_LOCK(14),
    /** Uses any System V IPC object. */
    IPC_OWNER(15),
    /** Loads kernel modules. */
    SYS_MODULE(16),
    /** Ports and raw devices. */
    SYS_RAWIO(17),
    /** Changes its root, joins mount namespaces. */
    SYS_CHROOT(18),
    /** Traces and reads other processes. */
    SYS_PTRACE(19),
    /** Process accounting. */
    SYS_PACCT(20),
    /** Mounts, namespaces, and very much else. */
    SYS_ADMIN(21),
    /** Reboots. */
    SYS_BOOT(22),
    /** Raises priorities. */
    SYS_NICE(23),
    /** Overrides resource limits. */
    SYS_RESOURCE(24),
    /** Sets the clock. */
    SYS_TIME(25),
    /** Virtual terminals, vhangup. */
    SYS_TTY_CONFIG(26),
    /** Makes device nodes. */
    MKNOD(27),
    /** Leases on any file. */
    LEASE(28),
    /** Writes to the audit log. */
    AUDIT_WRITE(29),
    /** Configures auditing. */
    AUDIT_CONTROL(30),
    /** Sets file capabilities, maps uid 0. */
    SETFCAP(31),
    /** Overrides mandatory access control. */
    MAC_OVERRIDE(32),
    /** Configures mandatory access control. */
    MAC_ADMIN(33),
    /** Reads the kernel's log. */
    SYSLOG(34),
    /** Wakes the machine. */
    WAKE_ALARM(35),
    /** Keeps the machine awake. */
    BLOCK_SUSPEND(36),
    /** Reads the audit log by multicast. */
    AUDIT_READ(37),
    /** Performance events. Linux 5.8. */
    PERFMON(38),
    /** Loads BPF programs. Linux 5.8. */
    BPF(39),
    /** Chooses process ids, reads map_files. Linux 5.9. */
    CHECKPOINT_RESTORE(40);

    private final int number;
    private final String kernelName;

    Capability(int number) {
        this.number = number;
        this.kernelName = "CAP_" + name();
    }

    /** The number, 0 to 40. */
    public int number() {
        return number;
    }

    /** As the kernel and the OCI specification write it: {@code CAP_CHOWN}. */
    public String kernelName() {
        return kernelName;
    }

    /** This one's bit in a mask. */
    long bit() {
        return 1L << number;
    }

    /**
     * The capability of a name: {@code CAP_CHOWN} or {@code chown}, in any case.
     *
     * @return the capability, or empty if none is called so
     */
    public static Optional<Capability> named(String name) {
        Capability known = ByName.ALL.get(name);
        if (known == null) {
            String upper = name.toUpperCase(Locale.ROOT);
            known = ByName.ALL.get(upper.startsWith("CAP_") ? upper : "CAP_" + upper);
        }
        return Optional.ofNullable(known);
    }

    /** A start asks for dozens of names. */
    private static final class ByName {
        static final Map<String, Capability> ALL = all();

        private static Map<String, Capability> all() {
            Map<String, Capability> all = new HashMap<>(128);
            for (Capability capability : values()) {
                all.put(capability.kernelName(), capability);
            }
            return all;
        }
    }

    /**
     * The capabilities of a name, which may be {@code ALL}.
     *
     * @return one or all, or nothing if there is none of that name
     */
    public static Set<Capability> allNamed(String name) {
        if (name.equalsIgnoreCase("ALL") || name.equalsIgnoreCase("CAP_ALL")) {
            return EnumSet.allOf(Capability.class);
        }
        Set<Capability> found = EnumSet.noneOf(Capability.class);
        named(name).ifPresent(found::add);
        return found;
    }

    /**
     * The set of a mask, as /proc/PID/status has it in hexadecimal.
     *
     * @param mask bit n is the capability of number n; bits of a newer kernel's are passed over
     */
    public static Set<Capability> ofMask(long mask) {
        Set<Capability> set = EnumSet.noneOf(Capability.class);
        for (Capability capability : values()) {
            if ((mask & capability.bit()) != 0) {
                set.add(capability);
            }
        }
        return set;
    }

    /** The mask of a set. */
    public static long mask(Set<Capability> set) {
        long mask = 0;
        for (Capability capability : set) {
            mask |= capability.bit();
        }
        return mask;
    }
}
