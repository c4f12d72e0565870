package dev.alcove.runtime;

import dev.alcove.linux.Syscall;
import dev.alcove.spec.CpuSet;
import dev.alcove.spec.ExecCpuAffinity;
import dev.alcove.spec.LinuxIoPriority;
import dev.alcove.spec.LinuxMemoryPolicy;
import dev.alcove.spec.LinuxPersonality;
import dev.alcove.spec.LinuxScheduler;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.SpecException;
import dev.alcove.spec.Uint64;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How the kernel runs the process: its scheduler, processors, memory nodes, disk priority, execution domain. */
final class SchedulingPart {
    /** SCHED_ATTR_SIZE_VER1 of linux/sched/types.h. */
    private static final int ATTRIBUTES = 56;

    private static final int CLASS_SHIFT = 13;
    private static final int WORD = 64;
    private static final Set<String> REAL_TIME = Set.of("SCHED_FIFO", "SCHED_RR");

    private final Plan plan;
    private final OciProcess process;
    private final OciLinux linux;

    SchedulingPart(Plan plan, OciProcess process, OciLinux linux) {
        this.plan = plan;
        this.process = process;
        this.linux = linux;
    }

    /**
     * The processors of one more process before it is in the container's groups: the monitor's, since on cgroup version 2
     * its child is born in them.
     */
    void beforeTheGroup() {
        ExecCpuAffinity affinity = process.execCpuAffinity();
        if (affinity != null && plan.spec.target().isPresent()) {
            affinity("initial", affinity.initial(), "the processors until it is in the container's groups");
        }
    }

    /** The same once it is in them. */
    void inTheGroup() {
        ExecCpuAffinity affinity = process.execCpuAffinity();
        if (affinity != null && plan.spec.target().isPresent()) {
            affinity("final", affinity.afterwards(), "the processors it runs on in the container");
        }
    }

    private void affinity(String which, String processors, String why) {
        if (processors.isEmpty()) {
            return;
        }
        Data mask = mask(CpuSet.parse("process.execCPUAffinity." + which, processors));
        plan.p.call(why, Syscall.SCHED_SETAFFINITY, Arg.ZERO, Arg.num(mask.size()), Arg.at(mask));
    }

    /** A bit for each number, in whole words. */
    private static Data mask(CpuSet set) {
        long[] words = new long[set.numbers().getLast() / WORD + 1];
        for (int n : set.numbers()) {
            words[n / WORD] |= 1L << n;
        }
        return Data.longs("{" + set.text() + "}", words);
    }

    /** The rest, while the process has its privileges and no filter forbids the calls. */
    void apply() {
        memoryPolicy();
        ioPriority();
        scheduler();
        personality();
    }

    private void scheduler() {
        LinuxScheduler s = process.scheduler();
        if (s == null) {
            return;
        }
        check(s);
        ByteBuffer attributes = ByteBuffer.allocate(ATTRIBUTES).order(ByteOrder.LITTLE_ENDIAN);
        Arg.Num policy = plan.flags(s.policy());
        Arg.Num flags = plan.flags(String.join("|", s.flags()));
        attributes
                .putInt(ATTRIBUTES)
                .putInt((int) policy.value())
                .putLong(flags.value())
                .putInt(s.nice() == null ? 0 : s.nice())
                .putInt(s.priority() == null ? 0 : s.priority())
                .putLong(bits(s.runtime()))
                .putLong(bits(s.deadline()))
                .putLong(bits(s.period()));
        StringBuilder text = new StringBuilder("{").append(s.policy());
        more(text, "flags", s.flags().isEmpty() ? null : flags.text());
        more(text, "nice", s.nice());
        more(text, "priority", s.priority());
        more(text, "runtime", s.runtime() == null ? null : bits(s.runtime()));
        more(text, "deadline", s.deadline() == null ? null : bits(s.deadline()));
        more(text, "period", s.period() == null ? null : bits(s.period()));
        plan.p.call(
                "how it is scheduled",
                Syscall.SCHED_SETATTR,
                Arg.ZERO,
                Arg.at(Data.bytes(attributes.array(), text.append('}').toString())),
                Arg.ZERO);
    }

    private static void more(StringBuilder text, String name, @Nullable Object value) {
        if (value != null) {
            text.append(", ").append(name).append(' ').append(value);
        }
    }

    private static long bits(@Nullable Uint64 value) {
        return value == null ? 0 : value.bits();
    }

    /** What sched_setattr(2) would pass over, or answer with an error that names nothing. */
    private static void check(LinuxScheduler s) {
        String field = "process.scheduler.";
        if (s.policy().equals("SCHED_ISO")) {
            throw SpecException.of(field + "policy", "SCHED_ISO is reserved: no kernel has it, sched(7)");
        }
        boolean usual = s.policy().equals("SCHED_OTHER") || s.policy().equals("SCHED_BATCH");
        if (s.nice() != null && s.nice() != 0 && !usual) {
            throw SpecException.of(field + "nice", "is only for SCHED_OTHER and SCHED_BATCH, not " + s.policy());
        }
        boolean realTime = REAL_TIME.contains(s.policy());
        int priority = s.priority() == null ? 0 : s.priority();
        if (priority != 0 && !realTime) {
            throw SpecException.of(field + "priority", "is only for SCHED_FIFO and SCHED_RR, not " + s.policy());
        }
        if (realTime && (priority < 1 || priority > 99)) {
            throw SpecException.of(field + "priority", priority + " is not a priority of " + s.policy() + ", 1 to 99");
        }
        boolean deadline = s.policy().equals("SCHED_DEADLINE");
        if (!deadline && (bits(s.runtime()) | bits(s.deadline()) | bits(s.period())) != 0) {
            throw SpecException.of(
                    field + "runtime", "runtime, deadline and period are only for SCHED_DEADLINE, not " + s.policy());
        }
        if (deadline && bits(s.runtime()) == 0) {
            throw SpecException.of(field + "runtime", "is missing; SCHED_DEADLINE needs it, in nanoseconds");
        }
    }

    private void ioPriority() {
        LinuxIoPriority io = process.ioPriority();
        if (io != null) {
            Arg.Num kind = plan.flags(io.ioClass());
            plan.p.call(
                    "how urgent its disk accesses are",
                    Syscall.IOPRIO_SET,
                    plan.flags("IOPRIO_WHO_PROCESS"),
                    Arg.ZERO,
                    Arg.num(kind.value() << CLASS_SHIFT | io.priority(), kind.text() + "<<13|" + io.priority()));
        }
    }

    private void memoryPolicy() {
        LinuxMemoryPolicy policy = linux.memoryPolicy();
        if (policy == null) {
            return;
        }
        MemoryPolicyCheck.check(policy, plan.facts);
        String names =
                policy.flags().isEmpty() ? policy.mode() : policy.mode() + "|" + String.join("|", policy.flags());
        if (policy.nodes().isEmpty()) {
            plan.p.call(
                    "which nodes its memory comes from", Syscall.SET_MEMPOLICY, plan.flags(names), Arg.NULL, Arg.ZERO);
            return;
        }
        Data mask = mask(CpuSet.parse(MemoryPolicyCheck.NODES, policy.nodes()));
        // The kernel takes one bit less than it is told, set_mempolicy(2).
        plan.p.call(
                "which nodes its memory comes from",
                Syscall.SET_MEMPOLICY,
                plan.flags(names),
                Arg.at(mask),
                Arg.num(mask.size() * 8L + 1));
    }

    private void personality() {
        LinuxPersonality wanted = linux.personality();
        if (wanted == null) {
            return;
        }
        if (!wanted.flags().isEmpty()) {
            throw SpecException.of(
                    "linux.personality.flags",
                    "'" + wanted.flags().getFirst() + "' is not a flag: the specification defines none");
        }
        plan.p.call("which execution domain it sees", Syscall.PERSONALITY, plan.flags("PER_" + wanted.domain()));
    }
}
