package dev.alcove.linux;

import dev.alcove.linux.BpfAssembler.Ranges;
import dev.alcove.linux.SeccompArguments.Alternative;
import dev.alcove.linux.SeccompCalls.Call;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes a seccomp filter of a policy: what libseccomp makes, in a shorter and faster form.
 *
 * <pre>
 *     load the architecture
 *     is it the machine's own? ── no ──▶ one of the others? ── no ──▶ kill the thread
 *        │                                    │
 *     load the number                      load the number
 *     a balanced tree of ranges            a balanced tree of ranges
 *        │            │
 *     an outcome   a look at the arguments ──▶ an outcome
 * </pre>
 *
 * <p>Neighbouring numbers with the same outcome are one range, so that a long list of allowed calls costs a call about
 * eight comparisons. x32 is the upper part of x86-64's tree, since its numbers carry a bit.
 *
 * <p><b>Newer calls.</b> A policy cannot know the calls of later kernels. Where its default is an errno such as EPERM, a
 * C library that tries a new call and would fall back on ENOSYS fails instead. Therefore, as runc does, calls with
 * numbers above the highest one named in the policy give ENOSYS, unless the default lets calls pass
 * ({@link NewerCalls#ENOSYS}). It differs from runc in two points, both for the good of old programs: the machine's own
 * architecture counts even if the policy does not list it, and Arm's private calls, whose numbers are far above all
 * others, do not count as the highest.
 *
 * <p>Several conditions on one argument mean what they say. libseccomp (2.5.4) loses some combinations of 64-bit
 * inequalities, and then refuses what a rule allows; this compiler does not repeat that.
 */
public final class SeccompCompiler {
    /** Part of the digest: to be raised by each change of the compiler, or of the table, that changes filters. */
    private static final int VERSION = 1;

    private static final int NUMBER = 0;
    private static final int ARCHITECTURE = 4;
    private static final long KILL = BpfAssembler.returning(SeccompAction.KILL_THREAD.value());
    private static final int ENOSYS = SeccompAction.ERRNO.value() | Errno.ENOSYS.number();

    private final SeccompArch own;
    private final NewerCalls newer;
    private final SyscallTable table = SyscallTable.standard();

    /** What happens to calls that are newer than the newest one a policy names. */
    public enum NewerCalls {
        /** They do not exist, as on an older kernel: what runc does, and what C libraries expect. */
        ENOSYS,
        /** The policy's default: what libseccomp does. */
        DEFAULT
    }

    /** A compiler for a machine; newer calls give ENOSYS. */
    public SeccompCompiler(Arch machine) {
        this(machine, NewerCalls.ENOSYS);
    }

    /** A compiler for a machine. */
    public SeccompCompiler(Arch machine, NewerCalls newer) {
        this.own = SeccompArch.of(machine);
        this.newer = newer;
    }

    /**
     * The filter of a policy.
     *
     * @param policy the policy
     * @return the filter
     * @throws IllegalArgumentException if it would be longer than the kernel's 4096 instructions
     */
    public SeccompFilter compile(SeccompPolicy policy) {
        Set<SeccompArch> arches = arches(policy);
        BpfAssembler out = new BpfAssembler();
        // From the end to the beginning: the other architectures, the choice among them, the machine's own.
        long others = KILL;
        List<SeccompArch> entries = new ArrayList<>();
        List<Long> goals = new ArrayList<>();
        for (SeccompArch arch : arches) {
            if (arch.audit() != own.audit() && !sharesEntry(entries, arch)) {
                entries.add(arch);
                goals.add(architecture(out, policy, arches, arch.audit()));
            }
        }
        for (int i = 0; i < entries.size(); i++) {
            others = out.branch(BpfAssembler.JEQ, entries.get(i).audit(), goals.get(i), others);
        }
        long first = architecture(out, policy, arches, own.audit());
        return SeccompFilter.of(
                out.program(out.load(ARCHITECTURE, out.branch(BpfAssembler.JEQ, own.audit(), first, others))));
    }

    /**
     * A name for what {@link #compile} makes of a policy, under which a filter can be kept: the same for equal
     * policies, machines and versions of this compiler.
     *
     * @param policy the policy
     * @return SHA-256 in hexadecimal, 64 characters
     */
    public String digest(SeccompPolicy policy) {
        StringBuilder text = new StringBuilder(8192);
        text.append("seccomp ")
                .append(VERSION)
                .append(' ')
                .append(own)
                .append(' ')
                .append(newer);
        for (SeccompArch arch : arches(policy)) {
            text.append(' ').append(arch);
        }
        for (SeccompFlag flag : SeccompFlag.values()) {
            if (policy.flags().contains(flag)) {
                text.append(' ').append(flag);
            }
        }
        text.append('\n').append(policy.defaultOutcome().value()).append('\n');
        for (SeccompRule rule : policy.rules()) {
            text.append(rule.outcome().value());
            for (String name : rule.names()) {
                // with its length, so that no name can look like two
                text.append(' ').append(name.length()).append(':').append(name);
            }
            for (SeccompArgument argument : rule.arguments()) {
                text.append(" [").append(argument.index()).append(' ').append(argument.operator());
                text.append(' ').append(argument.value()).append(' ').append(argument.valueTwo());
            }
            text.append('\n');
        }
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha.digest(text.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private Set<SeccompArch> arches(SeccompPolicy policy) {
        Set<SeccompArch> arches = EnumSet.of(own);
        arches.addAll(policy.architectures());
        return arches;
    }

    private static boolean sharesEntry(List<SeccompArch> entries, SeccompArch arch) {
        for (SeccompArch entry : entries) {
            if (entry.audit() == arch.audit()) {
                return true;
            }
        }
        return false;
    }

    /** Everything about the calls for which the kernel reports one architecture. */
    private long architecture(BpfAssembler out, SeccompPolicy policy, Set<SeccompArch> arches, int audit) {
        Ranges ranges = new Ranges();
        ranges.from(0, KILL);
        for (SeccompArch arch : arches) {
            if (arch.audit() == audit && arch != SeccompArch.X32) {
                convention(out, policy, arch, ranges);
            }
        }
        if (audit == SeccompArch.X32.audit()) {
            if (arches.contains(SeccompArch.X32)) {
                convention(out, policy, SeccompArch.X32, ranges);
            } else {
                ranges.from(SeccompArch.X32_BIT, KILL);
                // A tracer that cancels a call makes it -1: not an x32 call
                ranges.from(
                        0xffffffffL,
                        BpfAssembler.returning(policy.defaultOutcome().value()));
            }
        }
        return out.load(NUMBER, out.tree(ranges));
    }

    /** Adds the ranges of one convention, whose numbers begin at its bit. */
    private void convention(BpfAssembler out, SeccompPolicy policy, SeccompArch arch, Ranges ranges) {
        SeccompCalls rules = new SeccompCalls(arch, table, policy);
        int defaultValue = policy.defaultOutcome().value();
        long otherwise = BpfAssembler.returning(defaultValue);
        boolean stub = newer == NewerCalls.ENOSYS
                && rules.newest() > 0
                && !policy.defaultOutcome().action().permits();
        long end = stub ? arch.bit() + rules.newest() + 1L : 1L << 32;
        long after = BpfAssembler.returning(ENOSYS);

        List<List<Alternative>> written = new ArrayList<>();
        List<Long> places = new ArrayList<>();
        ranges.from(arch.bit(), otherwise);
        boolean ended = false;
        for (Map.Entry<Integer, Call> entry : rules.calls().entrySet()) {
            long number = entry.getKey();
            if (!ended && number >= end) {
                ranges.from(end, after);
                ended = true;
            }
            Call call = entry.getValue();
            long goal;
            if (call.always()) {
                goal = BpfAssembler.returning(call.value());
            } else {
                int known = find(written, call.alternatives());
                if (known < 0) {
                    known = written.size();
                    written.add(call.alternatives());
                    places.add(new SeccompArguments(out, arch.wide()).write(call.alternatives(), otherwise));
                }
                goal = places.get(known);
            }
            ranges.from(number, goal);
            ranges.from(number + 1, ended ? after : otherwise);
        }
        if (!ended && stub) {
            ranges.from(end, after);
        }
    }

    private static int find(List<List<Alternative>> written, List<Alternative> wanted) {
        for (int i = 0; i < written.size(); i++) {
            List<Alternative> one = written.get(i);
            boolean same = one.size() == wanted.size();
            for (int j = 0; same && j < one.size(); j++) {
                same = one.get(j).same(wanted.get(j));
            }
            if (same) {
                return i;
            }
        }
        return -1;
    }
}
