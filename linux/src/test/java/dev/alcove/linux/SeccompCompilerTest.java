package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.SeccompCompiler.NewerCalls;
import dev.alcove.testkit.Bpf;
import dev.alcove.testkit.LibSeccomp;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SeccompCompilerTest {
    private static final SeccompOutcome ALLOW = SeccompOutcome.of(SeccompAction.ALLOW);
    private static final SeccompOutcome EPERM = SeccompOutcome.errno(Errno.EPERM);
    private static final int KILLED = 0;
    private static final int NOT_THERE = 0x50000 | 38;
    private static final int X86_64 = 0xC000003E;
    private static final int I386 = 0x40000003;

    private static Bpf filter(SeccompPolicy policy, NewerCalls newer) {
        return new Bpf(new SeccompCompiler(Arch.X86_64, newer).compile(policy).bytes());
    }

    /** What the policy's documentation says about a call, said once more without any cleverness. */
    private static int meant(List<SeccompRule> rules, SeccompOutcome otherwise, long[] args) {
        for (boolean always : new boolean[] {true, false}) {
            for (SeccompRule rule : rules) {
                boolean holds = rule.arguments().stream().allMatch(one -> one.matches(args[one.index()]));
                if (rule.arguments().isEmpty() == always
                        && holds
                        && !rule.outcome().equals(otherwise)) {
                    return rule.outcome().value();
                }
            }
        }
        return otherwise.value();
    }

    @Test
    void meansWhatThePolicySaysWithSeveralOutcomesAndWideNumbers() {
        SeccompOperator[] operators = SeccompOperator.values();
        for (long seed = 1; seed <= 2000; seed++) {
            Random random = new Random(seed);
            List<SeccompRule> rules = new ArrayList<>();
            int highs = 1 + random.nextInt(3);
            boolean oneArgument = random.nextBoolean();
            for (int n = 1 + random.nextInt(8); n > 0; n--) {
                List<SeccompArgument> arguments = new ArrayList<>();
                for (int index = 0; index < (oneArgument ? 1 : 3); index++) {
                    if (oneArgument || random.nextBoolean()) {
                        arguments.add(new SeccompArgument(
                                index,
                                operators[random.nextInt(operators.length)],
                                number(random, highs),
                                number(random, highs)));
                    }
                }
                rules.add(new SeccompRule(
                        List.of("ioctl"),
                        random.nextBoolean() ? ALLOW : new SeccompOutcome(SeccompAction.ERRNO, random.nextInt(3)),
                        arguments));
            }
            Bpf filter = filter(new SeccompPolicy(EPERM, Set.of(), rules, Set.of()), NewerCalls.DEFAULT);
            for (int i = 0; i < 300; i++) {
                long[] args = {number(random, highs), number(random, highs), number(random, highs), 0, 0, 0};
                assertThat(filter.run(16, X86_64, args))
                        .as("seed %s, %s with %s", seed, rules, args)
                        .isEqualTo(meant(rules, EPERM, args));
            }
        }
    }

    private static long number(Random random, int highs) {
        return switch (random.nextInt(12)) {
            case 0 -> -1;
            case 1 -> 0xffffffffL;
            default -> (long) random.nextInt(highs) << 32 | random.nextInt(6);
        };
    }

    @Test
    void callsNewerThanThePolicyDoNotExist() {
        SeccompPolicy policy = new SeccompPolicy(
                EPERM,
                EnumSet.allOf(SeccompArch.class),
                List.of(
                        new SeccompRule(List.of("read", "cacheflush", "socket"), ALLOW),
                        new SeccompRule(List.of("openat2"), EPERM)),
                Set.of());
        Bpf filter = filter(policy, NewerCalls.ENOSYS);
        assertThat(filter.run(0, X86_64)).isEqualTo(ALLOW.value());
        assertThat(filter.run(436, X86_64)).isEqualTo(EPERM.value());
        // a rule that only repeats the default still tells what the policy knows
        assertThat(filter.run(437, X86_64)).isEqualTo(EPERM.value());
        assertThat(filter.run(438, X86_64)).isEqualTo(NOT_THERE);
        assertThat(filter.run(0x3fffffff, X86_64)).isEqualTo(NOT_THERE);
        assertThat(filter.run(0x40000000 + 437, X86_64)).isEqualTo(EPERM.value());
        assertThat(filter.run(0x40000000 + 438, X86_64)).isEqualTo(NOT_THERE);
        assertThat(filter.run(438, I386)).isEqualTo(NOT_THERE);
        // Arm's private calls are far above
        assertThat(filter.run(438, 0x40000028)).isEqualTo(NOT_THERE);
        assertThat(filter.run(0x0f0001, 0x40000028)).isEqualTo(NOT_THERE);
        assertThat(filter.run(0x0f0002, 0x40000028)).isEqualTo(ALLOW.value());
    }

    @ParameterizedTest
    @EnumSource(
            value = SeccompAction.class,
            names = {"ALLOW", "LOG", "TRACE"})
    void underAPermissiveDefaultNewerCallsGetIt(SeccompAction action) {
        SeccompOutcome outcome = SeccompOutcome.of(action);
        SeccompPolicy policy =
                new SeccompPolicy(outcome, Set.of(), List.of(new SeccompRule(List.of("mount"), EPERM)), Set.of());
        assertThat(filter(policy, NewerCalls.ENOSYS).run(500, X86_64)).isEqualTo(outcome.value());
    }

    @Test
    void otherArchitecturesKillTheThread() {
        SeccompPolicy policy = SeccompPolicy.denying(Errno.EPERM).with(new SeccompRule(List.of("read"), ALLOW));
        Bpf filter = filter(policy, NewerCalls.DEFAULT);
        assertThat(filter.run(3, I386)).isEqualTo(KILLED);
        assertThat(filter.run(63, 0xC00000B7)).isEqualTo(KILLED);
        assertThat(filter.run(0x40000000, X86_64)).isEqualTo(KILLED);
        // a call cancelled by a tracer is not x32's
        assertThat(filter.run(-1, X86_64)).isEqualTo(EPERM.value());
        Bpf arm = new Bpf(new SeccompCompiler(Arch.AARCH64).compile(policy).bytes());
        assertThat(arm.run(63, 0xC00000B7)).isEqualTo(ALLOW.value());
        assertThat(arm.run(3, 0x40000028)).isEqualTo(KILLED);
        assertThat(arm.run(0, X86_64)).isEqualTo(KILLED);
    }

    @Test
    void longJumpsArriveAndTooLongProgramsAreRefused() {
        // every call its own outcome, so that nothing merges and jumps go far
        List<SeccompRule> rules = new ArrayList<>();
        for (String name : SyscallTable.standard().names()) {
            rules.add(new SeccompRule(
                    List.of(name),
                    ALLOW,
                    List.of(new SeccompArgument(0, SeccompOperator.MASKED_EQ, 0xffff, rules.size()))));
        }
        SeccompPolicy one = new SeccompPolicy(EPERM, Set.of(), rules, Set.of());
        SeccompFilter filter = new SeccompCompiler(Arch.X86_64, NewerCalls.DEFAULT).compile(one);
        assertThat(filter.length()).isGreaterThan(1000);
        Bpf program = new Bpf(filter.bytes());
        for (int i = 0; i < rules.size(); i++) {
            var number = SyscallTable.standard().number(rules.get(i).names().getFirst(), SeccompArch.X86_64);
            if (number.isPresent()) {
                assertThat(program.run(number.getAsInt(), X86_64, i)).isEqualTo(ALLOW.value());
                assertThat(program.run(number.getAsInt(), X86_64, i + 1)).isEqualTo(EPERM.value());
            }
        }
        SeccompPolicy all = new SeccompPolicy(EPERM, EnumSet.allOf(SeccompArch.class), rules, Set.of());
        assertThatThrownBy(() -> new SeccompCompiler(Arch.X86_64).compile(all))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the kernel takes 4096");
    }

    @Test
    void theDigestTellsPoliciesApart() {
        SeccompPolicy policy = SeccompPolicy.denying(Errno.EPERM).with(new SeccompRule(List.of("read"), ALLOW));
        SeccompCompiler compiler = new SeccompCompiler(Arch.X86_64);
        String digest = compiler.digest(policy);
        assertThat(digest).matches("[0-9a-f]{64}").isEqualTo(compiler.digest(policy));
        assertThat(List.of(
                        compiler.digest(policy.with(new SeccompRule(List.of("write"), ALLOW))),
                        compiler.digest(
                                SeccompPolicy.denying(Errno.EACCES).with(new SeccompRule(List.of("read"), ALLOW))),
                        compiler.digest(
                                SeccompPolicy.denying(Errno.EPERM).with(new SeccompRule(List.of("read"), EPERM))),
                        new SeccompCompiler(Arch.AARCH64).digest(policy),
                        new SeccompCompiler(Arch.X86_64, NewerCalls.DEFAULT).digest(policy),
                        digest))
                .doesNotHaveDuplicates();
    }

    @Test
    void badValuesNameTheirField() {
        assertThatThrownBy(() -> new SeccompArgument(6, SeccompOperator.EQ, 0)).hasMessageStartingWith("index: 6");
        assertThatThrownBy(() -> new SeccompOutcome(SeccompAction.ERRNO, 4096))
                .hasMessageStartingWith("errnoRet: 4096");
        assertThatThrownBy(() -> new SeccompOutcome(SeccompAction.ERRNO, -1)).hasMessageStartingWith("errnoRet: -1");
        assertThatThrownBy(() -> new SeccompOutcome(SeccompAction.ALLOW, 1)).hasMessageStartingWith("errnoRet: ");
        assertThatThrownBy(() -> new SeccompRule(List.of(), ALLOW)).hasMessageStartingWith("names: ");
        assertThatThrownBy(() -> new SeccompRule(List.of("read", ""), ALLOW)).hasMessageStartingWith("names[1]: ");
    }

    @Test
    void theDisassemblyIsForPeople() {
        SeccompPolicy policy = SeccompPolicy.denying(Errno.EPERM)
                .with(new SeccompRule(List.of("read"), ALLOW, List.of(new SeccompArgument(1, SeccompOperator.EQ, 5))));
        SeccompFilter filter = new SeccompCompiler(Arch.X86_64, NewerCalls.DEFAULT).compile(policy);
        assertThat(filter.disassembly())
                .startsWith("   0  load architecture\n   1  if == 0xc000003e go to ")
                .contains("load argument1.high", "return ALLOW", "return ERRNO 1", "return KILL_THREAD");
        assertThat(filter.disassembly().lines()).hasSize(filter.length());
        assertThat(filter.depth()).isBetween(5, filter.length());
    }

    @Test
    void keptBytesAreChecked() {
        byte[] bytes = new SeccompCompiler(Arch.X86_64)
                .compile(SeccompPolicy.denying(Errno.EPERM))
                .bytes();
        assertThat(SeccompFilter.of(bytes).bytes()).isEqualTo(bytes);
        assertThatThrownBy(() -> SeccompFilter.of(new byte[0])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SeccompFilter.of(new byte[9])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SeccompFilter.of(new byte[8 * 4097])).isInstanceOf(IllegalArgumentException.class);
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            byte[] broken = bytes.clone();
            broken[random.nextInt(broken.length)] = (byte) random.nextInt();
            try {
                SeccompFilter filter = SeccompFilter.of(broken);
                // what is accepted can be looked at without harm
                assertThat(filter.disassembly()).isNotEmpty();
                assertThat(filter.depth()).isPositive();
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("instruction");
            }
        }
    }

    @Test
    void everyNumberOfAnAllowedListPassesInFewSteps() {
        List<String> names = List.copyOf(SyscallTable.standard().names());
        SeccompFilter filter = new SeccompCompiler(Arch.X86_64, NewerCalls.DEFAULT)
                .compile(new SeccompPolicy(EPERM, Set.of(), List.of(new SeccompRule(names, ALLOW)), Set.of()));
        assertThat(filter.length()).isLessThan(30);
        Bpf program = new Bpf(filter.bytes());
        for (int number : LibSeccomp.numbers()) {
            int result = program.run(number, X86_64);
            if (SyscallTable.standard().name(number, SeccompArch.X86_64).isPresent()) {
                assertThat(result).isEqualTo(ALLOW.value());
            } else {
                assertThat(result).isNotEqualTo(ALLOW.value());
            }
        }
    }
}
