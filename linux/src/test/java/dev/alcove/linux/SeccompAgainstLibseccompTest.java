package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.testkit.LibSeccomp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our filters beside libseccomp's: the same outcome for every call and many arguments. */
class SeccompAgainstLibseccompTest {
    private static final SeccompOutcome ALLOW = SeccompOutcome.of(SeccompAction.ALLOW);
    private static final SeccompOutcome EPERM = SeccompOutcome.errno(Errno.EPERM);
    private static final List<String> NAMES = new ArrayList<>();

    @TempDir
    static Path dir;

    private static LibSeccomp peer;

    @BeforeAll
    static void build() throws IOException {
        Assumptions.assumeTrue(Arch.host() == Arch.X86_64, "the comparison is made for libseccomp on x86-64");
        var built = LibSeccomp.build(dir);
        Assumptions.assumeTrue(built.isPresent(), "gcc and libseccomp-dev are needed to compare with libseccomp");
        peer = built.get();
        Set<String> known = peer.known(SyscallTable.standard().names());
        // libseccomp lacks Arm's second name of arm_sync_file_range
        known.remove("sync_file_range2");
        // and x32's map_shadow_stack, which was x86-64's alone when its table was made
        known.remove("map_shadow_stack");
        // their rules and those of the calls they carry would overlap on x86 with different outcomes
        known.removeAll(Set.of("socketcall", "ipc"));
        NAMES.addAll(known);
    }

    private int forgotten;

    private void compare(SeccompPolicy policy, long seed) throws IOException {
        byte[] theirs = peer.export(
                policy, SeccompArch.X86_64, seed % 2 == 0 && policy.rules().size() > 3);
        SeccompFilter ours = new SeccompCompiler(Arch.X86_64, SeccompCompiler.NewerCalls.DEFAULT).compile(policy);
        assertThat(LibSeccomp.differences(policy, theirs, ours.bytes(), seed))
                .as("seed %s: %s", seed, policy)
                .isEmpty();
    }

    private static SeccompPolicy policy(Set<SeccompArch> arches, SeccompRule... rules) {
        return new SeccompPolicy(EPERM, arches, List.of(rules), Set.of());
    }

    private static SeccompRule allow(List<String> names, SeccompArgument... arguments) {
        return new SeccompRule(names, ALLOW, List.of(arguments));
    }

    @Test
    void plainLists() throws IOException {
        compare(policy(Set.of(), allow(List.of("read"))), 1);
        compare(policy(EnumSet.allOf(SeccompArch.class), allow(List.of("read", "write", "open"))), 1);
        compare(policy(EnumSet.allOf(SeccompArch.class), allow(NAMES)), 1);
        compare(policy(EnumSet.of(SeccompArch.X32), allow(NAMES.subList(0, 100))), 2);
    }

    @Test
    void everyOperatorOnEveryConvention() throws IOException {
        for (SeccompOperator operator : SeccompOperator.values()) {
            for (long value : new long[] {0, 5, 0xffffffffL, 0x100000000L, 0x7_00000003L, -1}) {
                SeccompArgument argument = new SeccompArgument(2, operator, value, value & 0x3_00000005L);
                compare(policy(EnumSet.allOf(SeccompArch.class), allow(List.of("prctl", "sendto"), argument)), 7);
            }
        }
    }

    @Test
    void multiplexedCallsOfX86() throws IOException {
        compare(
                policy(
                        EnumSet.of(SeccompArch.X86, SeccompArch.X32),
                        allow(List.of("socket"), new SeccompArgument(0, SeccompOperator.NE, 40)),
                        allow(List.of("recvmmsg", "accept", "send", "semtimedop", "shmat", "msgctl")),
                        allow(
                                List.of("setsockopt"),
                                new SeccompArgument(1, SeccompOperator.EQ, 1),
                                new SeccompArgument(2, SeccompOperator.GT, 9))),
                1);
    }

    @Test
    void conditionsOnOneArgumentAreAlternativesAsInRunc() throws IOException {
        compare(
                policy(
                        Set.of(),
                        allow(
                                List.of("personality"),
                                new SeccompArgument(0, SeccompOperator.EQ, 0),
                                new SeccompArgument(0, SeccompOperator.EQ, 8),
                                new SeccompArgument(1, SeccompOperator.LT, 3))),
                1);
    }

    @Test
    void anUnconditionalRuleWinsWhereverItStands() throws IOException {
        SeccompRule some = allow(List.of("ioctl"), new SeccompArgument(1, SeccompOperator.EQ, 7));
        SeccompRule all = new SeccompRule(List.of("ioctl"), SeccompOutcome.errno(Errno.EACCES));
        compare(policy(Set.of(), some, all), 1);
        compare(policy(Set.of(), all, some), 1);
        compare(policy(Set.of(), all, allow(List.of("ioctl"))), 1);
    }

    @Test
    void randomPolicies() throws IOException {
        for (long seed = 1; seed <= 200; seed++) {
            compare(random(new Random(seed)), seed);
        }
        assertThat(forgotten).isLessThan(10);
    }

    private static SeccompPolicy random(Random random) {
        Set<SeccompArch> arches = EnumSet.noneOf(SeccompArch.class);
        for (SeccompArch arch : SeccompArch.values()) {
            if (random.nextInt(3) == 0) {
                arches.add(arch);
            }
        }
        List<SeccompRule> rules = new ArrayList<>();
        int count = 4 + random.nextInt(10);
        List<String> free = new ArrayList<>(NAMES);
        java.util.Collections.shuffle(free, random);
        for (int i = 0; i < count; i++) {
            List<String> names = new ArrayList<>();
            for (int n = 1 + random.nextInt(random.nextBoolean() ? 3 : 30); n > 0 && !free.isEmpty(); n--) {
                names.add(free.removeLast());
            }
            // One outcome for all conditions of a call: libseccomp's order among different ones is its own affair.
            SeccompOutcome outcome = outcome(random);
            switch (random.nextInt(3)) {
                case 0 -> rules.add(new SeccompRule(names, outcome));
                case 1 -> alternatives(random, names, outcome, rules);
                default -> rules.add(new SeccompRule(names, outcome, arguments(random)));
            }
        }
        return new SeccompPolicy(outcome(random), arches, rules, Set.of());
    }

    private static void alternatives(Random random, List<String> names, SeccompOutcome outcome, List<SeccompRule> to) {
        int index = random.nextInt(6);
        for (int n = 1 + random.nextInt(5); n > 0; n--) {
            // Of several inequalities on one argument libseccomp (2.5.4) forgets some: neither "x <= 9 or x > 2" nor,
            // with
            // high halves, "x <= 1_00000001 or x <= 7_00000000" is always what it says. SeccompCompilerTest has those.
            to.add(new SeccompRule(
                    names, outcome, List.of(new SeccompArgument(index, SeccompOperator.EQ, value(random)))));
        }
    }

    private static List<SeccompArgument> arguments(Random random) {
        List<SeccompArgument> arguments = new ArrayList<>();
        for (int index = 0; index < 6; index++) {
            if (random.nextInt(3) == 0) {
                arguments.add(argument(random, index));
            }
        }
        return arguments;
    }

    private static SeccompArgument argument(Random random, int index) {
        SeccompOperator[] operators = SeccompOperator.values();
        return new SeccompArgument(index, operators[random.nextInt(operators.length)], value(random), value(random));
    }

    private static long value(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> random.nextInt(4);
            case 1 -> random.nextInt(1 << 20);
            case 2 -> random.nextInt() & 0xffffffffL;
            case 3 -> (long) random.nextInt(4) << 32 | random.nextInt(4);
            default -> random.nextLong();
        };
    }

    private static SeccompOutcome outcome(Random random) {
        return switch (random.nextInt(7)) {
            case 0, 1, 2 -> ALLOW;
            case 3 -> SeccompOutcome.of(SeccompAction.LOG);
            case 4 -> new SeccompOutcome(SeccompAction.TRACE, random.nextInt(4096));
            case 5 -> SeccompOutcome.of(SeccompAction.TRAP);
            default -> new SeccompOutcome(SeccompAction.ERRNO, random.nextInt(134));
        };
    }
}
