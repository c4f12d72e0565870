package dev.alcove.runtime;

import dev.alcove.linux.Capability;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Rlimit;
import dev.alcove.linux.RlimitValue;
import dev.alcove.linux.SeccompFilter;
import dev.alcove.linux.SeccompFlag;
import dev.alcove.linux.Syscall;
import dev.alcove.spec.LinuxCapabilities;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.PosixRlimit;
import dev.alcove.spec.SpecException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who the process is and what it may: limits, user, capabilities, system calls, paths. */
final class IdentityPart {
    private final Plan plan;
    private final OciProcess process;
    private final OciLinux linux;
    private final boolean setgroups;
    private final boolean ownUsers;

    /**
     * Plans one process's identity.
     *
     * @param setgroups whether supplementary groups can be set: not where an ordinary user mapped only one id
     * @param ownUsers  whether the process is in a user namespace of the container's, which has all capabilities
     */
    IdentityPart(Plan plan, OciProcess process, OciLinux linux, boolean setgroups, boolean ownUsers) {
        this.plan = plan;
        this.process = process;
        this.linux = linux;
        this.setgroups = setgroups;
        this.ownUsers = ownUsers;
    }

    /** What needs the host's /proc and privileges. */
    void early() {
        Program.Builder p = plan.p;
        if (process.oomScoreAdj() != null) {
            plan.writeOwnFile(
                    "oom_score_adj",
                    Integer.toString(process.oomScoreAdj()),
                    "how soon the kernel ends it when memory is short");
        }
        new LabelPart(plan, process).tell();
        if (!plan.spec.front().map(FrontCall::keyring).orElse(true)) {
            return;
        }
        p.tolerant(
                "keyring",
                List.of(Errno.ENOSYS, Errno.EDQUOT, Errno.EPERM),
                "a session keyring of its own: the caller's keys cannot be read inside. Without keys in this kernel there are"
                        + " none; where a filter around us or a full quota refuses it, the default policy still keeps keyctl"
                        + " from the program",
                Syscall.KEYCTL,
                plan.flags("KEYCTL_JOIN_SESSION_KEYRING"),
                Arg.NULL);
    }

    /** Late, so that no limit of the program's, on files or descriptors, is in the way of its own start. */
    private void limits() {
        Program.Builder p = plan.p;
        for (int i = 0; i < process.rlimits().size(); i++) {
            PosixRlimit wanted = process.rlimits().get(i);
            String field = "process.rlimits[" + i + "].type";
            Rlimit resource = Rlimit.named(wanted.type())
                    .orElseThrow(() -> new IllegalArgumentException(
                            field + ": '" + wanted.type() + "' is not a resource limit; see getrlimit(2)"));
            long hard = wanted.hard().bits();
            long soft = wanted.soft().bits();
            RlimitValue ours = plan.facts.limits().get(resource);
            if (ours != null && !plan.facts.has(Capability.SYS_RESOURCE)) {
                // Without CAP_SYS_RESOURCE no hard limit can be raised: the nearest that can be had.
                hard = Long.compareUnsigned(hard, ours.hard()) > 0 ? ours.hard() : hard;
                soft = Long.compareUnsigned(soft, hard) > 0 ? hard : soft;
            }
            p.call(
                    "the limit " + resource.ulimitName(),
                    Syscall.PRLIMIT64,
                    Arg.ZERO,
                    Arg.num(resource.number(), resource.kernelName()),
                    Arg.at(Data.longs("{" + limit(soft) + ", " + limit(hard) + "}", soft, hard)),
                    Arg.NULL);
        }
    }

    private static String limit(long value) {
        return value == RlimitValue.UNLIMITED ? "unlimited" : Long.toUnsignedString(value);
    }

    /** The working directory, the user, the capabilities, the filter: the last steps before the program. */
    void become() {
        Program.Builder p = plan.p;
        Arg.Result there = chdir();
        limits();
        new SchedulingPart(plan, process, linux).apply();
        boolean filterEarly = plan.spec.seccomp().isPresent() && !process.noNewPrivileges();
        if (filterEarly) {
            // Without no_new_privs a filter needs CAP_SYS_ADMIN, which is about to go.
            seccomp(plan.spec.seccomp().get());
        }
        LinuxCapabilities wanted = process.capabilities();
        if (wanted != null) {
            bounding(numbers("bounding", wanted.bounding()));
        }
        p.call(
                "capabilities stay when the user changes, until we set them",
                Syscall.PRCTL,
                plan.flags("PR_SET_KEEPCAPS"),
                Arg.num(1));
        user();
        if (wanted != null) {
            capabilities(wanted);
        }
        Step.Label inside = new Step.Label();
        p.jump(Step.When.ZERO, there, inside, "the working directory is already right");
        p.call("only the user itself may enter it", Syscall.CHDIR, Arg.string(cwd()));
        p.bind(inside);
        if (process.noNewPrivileges()) {
            p.call(
                    "nothing it executes can gain privileges",
                    Syscall.PRCTL,
                    plan.flags("PR_SET_NO_NEW_PRIVS"),
                    Arg.num(1),
                    Arg.ZERO,
                    Arg.ZERO,
                    Arg.ZERO);
        }
        if (!plan.spec.landlock().isEmpty()) {
            new LandlockPart(plan).restrict();
        }
        boolean outlives = plan.spec.front().map(f -> !f.waits()).orElse(false);
        p.call(
                outlives
                        ? "it lives on when the front has ended"
                        : "if the monitor dies, so does this; set last, since a change of user clears it",
                Syscall.PRCTL,
                plan.flags("PR_SET_PDEATHSIG"),
                outlives ? Arg.ZERO : plan.flags("SIGKILL"));
        Long umask = process.user().umask();
        p.call("files are made as usual", Syscall.UMASK, Arg.mode(umask == null ? 022 : umask.intValue()));
        if (!filterEarly && plan.spec.seccomp().isPresent()) {
            seccomp(plan.spec.seccomp().get());
        }
    }

    private String cwd() {
        return process.cwd().isEmpty() ? "/" : process.cwd();
    }

    private Arg.Result chdir() {
        return plan.p.tolerant(
                "entered",
                List.of(Errno.EACCES, Errno.EPERM),
                "the working directory",
                Syscall.CHDIR,
                Arg.string(cwd()));
    }

    private void user() {
        Program.Builder p = plan.p;
        if (setgroups) {
            List<Long> groups = process.user().additionalGids();
            int[] ids = new int[groups.size()];
            StringBuilder text = new StringBuilder("[");
            for (int i = 0; i < ids.length; i++) {
                ids[i] = (int) (long) groups.get(i);
                text.append(i == 0 ? "" : ", ").append(groups.get(i));
            }
            p.call(
                    "none of the caller's groups come along",
                    Syscall.SETGROUPS,
                    Arg.num(ids.length),
                    ids.length == 0
                            ? Arg.NULL
                            : Arg.at(Data.ints(text.append(']').toString(), ids)));
        } else if (!process.user().additionalGids().isEmpty()) {
            throw new IllegalArgumentException("process.user.additionalGids: an ordinary user who maps one id cannot "
                    + "set groups; ids from /etc/subgid are needed (newgidmap, Debian's package uidmap)");
        }
        Arg gid = Arg.num(process.user().gid());
        Arg uid = Arg.num(process.user().uid());
        p.call("the group", Syscall.SETRESGID, gid, gid, gid);
        p.call("the user", Syscall.SETRESUID, uid, uid, uid);
    }

    private Set<Capability> numbers(String set, List<String> names) {
        Set<Capability> found = EnumSet.noneOf(Capability.class);
        for (String name : names) {
            found.add(Capability.named(name)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "process.capabilities." + set + ": '" + name + "' is not a capability")));
        }
        return found;
    }

    private void bounding(Set<Capability> kept) {
        Capability[] known = Capability.values();
        for (int n = 0; n <= plan.facts.lastCapability(); n++) {
            @Nullable Capability c = n < known.length ? known[n] : null;
            if (c == null || !kept.contains(c)) {
                plan.p.call(
                        "not to be had again, not even by a set-user-ID program",
                        Syscall.PRCTL,
                        plan.flags("PR_CAPBSET_DROP"),
                        Arg.num(n, c == null ? Integer.toString(n) : c.kernelName()));
            }
        }
    }

    private void capabilities(LinuxCapabilities wanted) {
        Program.Builder p = plan.p;
        Set<Capability> may = numbers("permitted", wanted.permitted());
        if (!ownUsers) {
            refuseMissing(may);
        }
        long permitted = mask(may);
        long effective = mask(numbers("effective", wanted.effective()));
        long inheritable = mask(numbers("inheritable", wanted.inheritable()));
        p.call(
                "just these privileges",
                Syscall.CAPSET,
                Arg.at(Data.ints("{version 3}", 0x20080522, 0)),
                Arg.at(Data.ints(
                        "{effective " + hex(effective) + ", permitted " + hex(permitted) + ", inheritable "
                                + hex(inheritable) + "}",
                        (int) effective,
                        (int) permitted,
                        (int) inheritable,
                        (int) (effective >>> 32),
                        (int) (permitted >>> 32),
                        (int) (inheritable >>> 32))));
        for (Capability c : numbers("ambient", wanted.ambient())) {
            if (plan.spec.front().isPresent() && (inheritable & permitted & 1L << c.number()) == 0) {
                // runc's own default configuration asks for such: capabilities(7) has them in no process.
                continue;
            }
            p.call(
                    "kept across execve by a user who is not root",
                    Syscall.PRCTL,
                    plan.flags("PR_CAP_AMBIENT"),
                    plan.flags("PR_CAP_AMBIENT_RAISE"),
                    Arg.num(c.number(), c.kernelName()),
                    Arg.ZERO,
                    Arg.ZERO);
        }
    }

    /** A capability that the caller does not have cannot be given, but in a user namespace of the container's own. */
    private void refuseMissing(Set<Capability> wanted) {
        for (Capability c : wanted) {
            if (!plan.facts.has(c)) {
                throw new Planner.PlanRefused(
                        "process.capabilities.permitted (--cap-add): '" + c.kernelName() + "' cannot be given",
                        "the process that starts the container does not have it itself",
                        "leave it out (--cap-drop), start it with more privileges, or in a user namespace (--userns private)");
            }
        }
    }

    private static String hex(long mask) {
        return "0x" + Long.toHexString(mask);
    }

    private static long mask(Set<Capability> set) {
        long mask = 0;
        for (Capability c : set) {
            mask |= 1L << c.number();
        }
        return mask;
    }

    private static String flags(SeccompFilter filter) {
        StringBuilder names = new StringBuilder();
        for (SeccompFlag flag : SeccompFlag.values()) {
            if (filter.flags().contains(flag)) {
                names.append(names.isEmpty() ? "" : "|")
                        .append("SECCOMP_FILTER_FLAG_")
                        .append(flag.name());
            }
        }
        if (filter.flags().contains(SeccompFlag.WAIT_KILLABLE_RECV)) {
            throw SpecException.of(
                    "linux.seccomp.flags",
                    "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV is about calls of which a listener is told; no rule has"
                            + " SCMP_ACT_NOTIFY");
        }
        return names.toString();
    }

    private void seccomp(SeccompFilter filter) {
        byte[] instructions = filter.bytes();
        Data code = Data.bytes(instructions, "{" + filter.length() + " instructions}");
        if (plan.spec.supervised()) {
            new SupervisorPart(plan)
                    .load(
                            filter,
                            Arg.at(Data.longs(code.text(), filter.length(), 0).pointer(8, code)));
            return;
        }
        plan.p.call(
                "only the system calls of its profile",
                Syscall.SECCOMP,
                plan.flags("SECCOMP_SET_MODE_FILTER"),
                plan.flags(flags(filter)),
                Arg.at(Data.longs(code.text(), filter.length(), 0).pointer(8, code)));
    }
}
