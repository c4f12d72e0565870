package dev.alcove.runtime;

import dev.alcove.linux.Capability;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.SeccompAction;
import dev.alcove.linux.SeccompArch;
import dev.alcove.linux.SeccompFlag;
import dev.alcove.linux.SeccompOperator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * Which words of the OCI runtime specification act here, whatever the machine; features.md. The lists come from the tables
 * that the planner reads by, so that what is not done is not promised.
 */
public final class Features {
    /** Parts that are not words of a list. Whoever makes one act adds it. */
    private static final Set<String> ACTING = Set.of(
            "apparmor",
            "cgroup.rdma",
            "cgroup.systemd",
            "cgroup.systemdUser",
            "cgroup.v1",
            "cgroup.v2",
            "intelRdt",
            "netDevices",
            "seccomp",
            "selinux");

    /** Mount options that the kernel itself takes as a new file system's flags, fsconfig(2) FSCONFIG_SET_FLAG. */
    private static final List<String> FLAGS_OF_FILE_SYSTEMS =
            List.of("async", "dirsync", "lazytime", "mand", "nolazytime", "nomand", "sync");

    private static final List<String> ATTRIBUTES = List.of(
            "atime",
            "dev",
            "diratime",
            "exec",
            "noatime",
            "nodev",
            "nodiratime",
            "noexec",
            "norelatime",
            "nostrictatime",
            "nosuid",
            "nosymfollow",
            "relatime",
            "ro",
            "rw",
            "strictatime",
            "suid",
            "symfollow");

    private static final List<String> OTHER_OPTIONS = List.of(
            "bind",
            "defaults",
            "idmap",
            "private",
            "rbind",
            "ridmap",
            "rprivate",
            "rshared",
            "rslave",
            "runbindable",
            "shared",
            "slave",
            "tmpcopyup",
            "unbindable");

    private Features() {}

    /** Whether a part acts: {@code apparmor}, {@code selinux}, {@code intelRdt}, {@code cgroup.systemd}, … */
    public static boolean acts(String part) {
        return ACTING.contains(part);
    }

    /** The options of mounts that act, sorted. */
    public static List<String> mountOptions() {
        List<String> words = new ArrayList<>(FLAGS_OF_FILE_SYSTEMS);
        for (String attribute : ATTRIBUTES) {
            addIfActing(words, attribute);
            addIfActing(words, "r" + attribute);
        }
        for (String option : OTHER_OPTIONS) {
            addIfActing(words, option);
        }
        Collections.sort(words);
        return words;
    }

    private static void addIfActing(List<String> words, String word) {
        if (isMountOption(word)) {
            words.add(word);
        }
    }

    /** Whether a mount's option is one of ours, not the file system's own. */
    public static boolean isMountOption(String word) {
        try {
            return MountOptions.parse("", List.of(word)).data().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The kinds of namespaces, sorted. */
    public static List<String> namespaces() {
        List<String> kinds = new ArrayList<>();
        for (NamespaceKind kind : NamespaceKind.values()) {
            kinds.add(
                    switch (kind) {
                        case MOUNT -> "mount";
                        case NET -> "network";
                        default -> kind.fileName();
                    });
        }
        Collections.sort(kinds);
        return kinds;
    }

    /** The capabilities, in the kernel's order. */
    public static List<String> capabilities() {
        List<String> names = new ArrayList<>();
        for (Capability capability : Capability.values()) {
            names.add(capability.kernelName());
        }
        return names;
    }

    /** {@code SCMP_ACT_*}, sorted; SCMP_ACT_KILL is the older name of SCMP_ACT_KILL_THREAD. */
    public static List<String> seccompActions() {
        List<String> names = names("SCMP_ACT_", SeccompAction.values());
        names.add("SCMP_ACT_KILL");
        Collections.sort(names);
        return names;
    }

    /** {@code MPOL_*} without the flags, sorted. */
    public static List<String> memoryPolicyModes() {
        return KernelConstants.names("MPOL_", "MPOL_F_");
    }

    /** {@code MPOL_F_*}, sorted. */
    public static List<String> memoryPolicyFlags() {
        return KernelConstants.names("MPOL_F_", "-");
    }

    /** {@code SCMP_CMP_*}, sorted. */
    public static List<String> seccompOperators() {
        return names("SCMP_CMP_", SeccompOperator.values());
    }

    /** {@code SCMP_ARCH_*}, sorted. */
    public static List<String> seccompArchs() {
        return names("SCMP_ARCH_", SeccompArch.values());
    }

    /** {@code SECCOMP_FILTER_FLAG_*}, sorted. */
    public static List<String> seccompFlags() {
        return names("SECCOMP_FILTER_FLAG_", SeccompFlag.values());
    }

    private static List<String> names(String prefix, Enum<?>[] values) {
        List<String> names = new ArrayList<>();
        for (Enum<?> value : values) {
            names.add(prefix + value.name());
        }
        Collections.sort(names);
        return names;
    }
}
