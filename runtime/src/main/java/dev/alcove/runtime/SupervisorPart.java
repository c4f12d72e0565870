package dev.alcove.runtime;

import dev.alcove.linux.SeccompFilter;
import dev.alcove.linux.SeccompFlag;
import dev.alcove.linux.Syscall;

/** The child hands the filter's listener to whoever supervises it; the monitor lets it look before the groups go. */
final class SupervisorPart {
    private static final String KEPT = "the owner's socket stays until the filter's listener is sent";
    private static final String SENT = "the listener goes to whoever is asked about these calls";

    private final Plan plan;

    /** What the child keeps beside the handshake and the gate until the listener is sent: the socket of its owner. */
    private final Arg.Num owner;

    SupervisorPart(Plan plan) {
        this.plan = plan;
        this.owner = Arg.num(plan.spec.firstOwn() + (plan.spec.waits() ? 2L : 1L));
    }

    /** Out of the way of what is put at the numbers from {@link Wire#CONTROL} on. */
    Arg.Result save() {
        return plan.p.callTo(
                "owner",
                KEPT,
                Syscall.FCNTL,
                Arg.num(plan.spec.control()),
                Arg.num(1030, "F_DUPFD_CLOEXEC"),
                Arg.num(owner.value() + 1));
    }

    /** To its place, beyond which everything is closed. */
    void keep(Arg.Result saved) {
        plan.p.call(KEPT, Syscall.DUP3, saved, owner, plan.flags("O_CLOEXEC"));
    }

    /** The first descriptor that is not kept. */
    long firstClosed() {
        return owner.value() + 1;
    }

    /** seccomp(2) with a listener, which is sent away at once; the filter must allow sendmsg(2) and close(2). */
    void load(SeccompFilter filter, Arg.At program) {
        Arg.Result listener = plan.p.callTo(
                "listener",
                "only the system calls of its profile; about some of them the owner is asked",
                Syscall.SECCOMP,
                plan.flags("SECCOMP_SET_MODE_FILTER"),
                plan.flags(flags(filter)),
                program);
        DevicePart.sendDescriptor(plan, owner, listener, Arg.num(Wire.REPORT_LISTENER, "LISTENER"), SENT);
        plan.closeNow(listener);
        plan.closeNow(owner);
    }

    /** Without TSYNC, which the kernel takes for another way to answer; there is but one thread. */
    private static String flags(SeccompFilter filter) {
        StringBuilder names = new StringBuilder("SECCOMP_FILTER_FLAG_NEW_LISTENER");
        for (SeccompFlag flag : SeccompFlag.values()) {
            if (flag != SeccompFlag.TSYNC && filter.flags().contains(flag)) {
                names.append("|SECCOMP_FILTER_FLAG_").append(flag.name());
            }
        }
        return names.toString();
    }

    /** The monitor's step between the container's end and the removal of its groups. */
    void ended(Arg.Result pid, Data exited) {
        Program.Builder p = plan.p;
        String why = "Java looks at the control groups before they go";
        Arg.Result status = p.register("status");
        p.add(new Step.Get(status, Arg.at(exited, Wire.REPORT_VALUE), 8, why));
        plan.sync(Planner.SYNC_ENDED, pid, status, why);
    }
}
