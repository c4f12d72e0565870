package dev.alcove.testkit;

import dev.alcove.linux.SeccompArch;
import dev.alcove.linux.SeccompArgument;
import dev.alcove.linux.SeccompOperator;
import dev.alcove.linux.SeccompOutcome;
import dev.alcove.linux.SeccompPolicy;
import dev.alcove.linux.SeccompRule;
import dev.alcove.linux.SyscallTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** libseccomp as the measure of our compiler: it builds the same policy, and both programs are run on many calls. */
public final class LibSeccomp {
    private static final int X32_BIT = 0x40000000;

    private final Path helper;

    private LibSeccomp(Path helper) {
        this.helper = helper;
    }

    /** Compiles the helper into a directory; empty, with a printed reason, where gcc or libseccomp-dev is missing. */
    public static Optional<LibSeccomp> build(Path dir) {
        Path helper = dir.resolve("libseccomp-export");
        return compile("libseccomp-export.c", helper, "-lseccomp").map(LibSeccomp::new);
    }

    /** Compiles a C file of the test kit; empty, with a printed reason, where that fails. */
    public static Optional<Path> compile(String source, Path target, String... options) {
        // the working directory of a test is its module's
        Path file = Path.of("../linux/src/testkit/c", source).toAbsolutePath().normalize();
        List<String> command = new ArrayList<>(List.of("gcc", "-O1", "-o", target.toString(), file.toString()));
        command.addAll(List.of(options));
        try {
            run("", command);
            return Optional.of(target);
        } catch (IOException e) {
            System.out.println("skipped: " + source + " cannot be compiled (gcc, libseccomp-dev): " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Runs a command and gives its output. */
    public static byte[] run(String input, List<String> command) throws IOException {
        Path in = Files.createTempFile("alcove-test-", ".in");
        Path error = Files.createTempFile("alcove-test-", ".err");
        try {
            Files.writeString(in, input);
            Process process = new ProcessBuilder(command)
                    .redirectInput(in.toFile())
                    .redirectError(error.toFile())
                    .start();
            byte[] output = process.getInputStream().readAllBytes();
            int status = process.waitFor();
            if (status != 0) {
                throw new IOException(command.getFirst() + " ended with " + status + ": " + Files.readString(error));
            }
            return output;
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            Files.delete(in);
            Files.delete(error);
        }
    }

    /** Those of some names that this libseccomp knows. */
    public Set<String> known(Collection<String> names) throws IOException {
        byte[] output = run(String.join("\n", names) + "\n", List.of(helper.toString(), "names"));
        return new LinkedHashSet<>(List.of(new String(output, StandardCharsets.UTF_8).split("\n")));
    }

    /** The policy without names that libseccomp is too old for. */
    public SeccompPolicy reduce(SeccompPolicy policy) throws IOException {
        Set<String> names = new HashSet<>();
        policy.rules().forEach(rule -> names.addAll(rule.names()));
        names.add("read");
        Set<String> known = known(names);
        // its x32 table lacks this one
        known.remove("map_shadow_stack");
        List<SeccompRule> rules = new ArrayList<>();
        for (SeccompRule rule : policy.rules()) {
            List<String> kept = rule.names().stream().filter(known::contains).toList();
            if (!kept.isEmpty()) {
                rules.add(new SeccompRule(kept, rule.outcome(), rule.arguments()));
            }
        }
        return new SeccompPolicy(policy.defaultOutcome(), policy.architectures(), rules, policy.flags());
    }

    /** The program that libseccomp makes of a policy for an x86-64 machine, or for a pure AArch64 one. */
    public byte[] export(SeccompPolicy policy, SeccompArch own, boolean optimize) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append("default ").append(value(policy.defaultOutcome())).append('\n');
        text.append(own == SeccompArch.X86_64 ? "" : "only " + token(own) + "\n");
        for (SeccompArch arch : policy.architectures()) {
            if (arch != own) {
                text.append("arch ").append(token(arch)).append('\n');
            }
        }
        text.append(optimize ? "optimize\n" : "");
        for (SeccompRule rule : policy.rules()) {
            for (String name : rule.names()) {
                text.append("rule ").append(value(rule.outcome())).append(' ').append(name);
                for (SeccompArgument argument : rule.arguments()) {
                    text.append(' ').append(argument.index());
                    text.append(' ').append(1 + List.of(SeccompOperator.values()).indexOf(argument.operator()));
                    text.append(' ').append(Long.toUnsignedString(argument.value()));
                    text.append(' ').append(Long.toUnsignedString(argument.valueTwo()));
                }
                text.append('\n');
            }
        }
        return run(text.toString(), List.of(helper.toString(), "export"));
    }

    /**
     * Whether a program of libseccomp has fewer loads of the call's number than architectures: 2.5.4 now and then leaves
     * one out where two architectures share code, and compares the architecture instead.
     */
    public static boolean forgetsNumbers(byte[] program, SeccompPolicy policy) {
        Set<Long> audits = new HashSet<>(Set.of(0xC000003EL));
        for (SeccompArch arch : policy.architectures()) {
            audits.add(arch == SeccompArch.X32 ? 0xC000003EL : token(arch));
        }
        int loads = 0;
        for (int i = 0; i < program.length; i += 8) {
            if (program[i] == 0x20 && program[i + 4] == 0) {
                loads++;
            }
        }
        return loads < audits.size();
    }

    /**
     * The calls that two programs treat differently, at most ten, in words.
     *
     * @param seed of the argument values tried besides those at the edges of the policy's own
     */
    public static List<String> differences(SeccompPolicy policy, byte[] theirs, byte[] ours, long seed) {
        Bpf one = new Bpf(theirs);
        Bpf two = new Bpf(ours);
        Random random = new Random(seed);
        List<long[]> vectors = vectors(policy, random);
        Set<Integer> looked = conditional(policy);
        List<String> found = new ArrayList<>();
        for (int audit : new int[] {0xC000003E, 0x40000003, 0xC00000B7, 0x40000028, 0x12345678, 0}) {
            for (int number : numbers()) {
                int count = looked.contains(number) ? vectors.size() : 2;
                for (int i = 0; i < count && found.size() < 10; i++) {
                    long[] args = vectors.get(i);
                    int expected = one.run(number, audit, args);
                    int actual = two.run(number, audit, args);
                    if (expected != actual) {
                        found.add("arch " + Integer.toHexString(audit) + " number " + number + " args "
                                + java.util.Arrays.stream(args)
                                        .mapToObj(Long::toHexString)
                                        .toList() + ": libseccomp " + Integer.toHexString(expected) + ", ours "
                                + Integer.toHexString(actual));
                    }
                }
            }
        }
        return found;
    }

    /** Every number worth trying. */
    public static int[] numbers() {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < 560; i++) {
            numbers.add(i);
            numbers.add(X32_BIT | i);
        }
        for (int i = -1; i < 8; i++) {
            numbers.add(0x0f0000 + i);
        }
        numbers.addAll(List.of(1000, 0x3fffffff, 0x7fffffff, 0x80000000, 0x80000005, 0xbfffffff, 0xfffffffe, -1));
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }

    private static Set<Integer> conditional(SeccompPolicy policy) {
        Set<Integer> numbers = new HashSet<>(Set.of(102, 117));
        for (SeccompRule rule : policy.rules()) {
            for (String name : rule.arguments().isEmpty() ? List.<String>of() : rule.names()) {
                for (SeccompArch arch : SeccompArch.values()) {
                    SyscallTable.standard().number(name, arch).ifPresent(numbers::add);
                }
            }
        }
        return numbers;
    }

    private static List<long[]> vectors(SeccompPolicy policy, Random random) {
        Set<Long> pool = new LinkedHashSet<>(List.of(0L, -1L, 1L << 32));
        for (int sub = 1; sub <= 24; sub++) {
            pool.add((long) sub);
        }
        for (SeccompRule rule : policy.rules()) {
            for (SeccompArgument argument : rule.arguments()) {
                for (long value : new long[] {argument.value(), argument.valueTwo(), argument.value() & argument.valueTwo()}) {
                    for (long delta = -1; delta <= 1; delta++) {
                        pool.add(value + delta);
                        pool.add((value + delta) & 0xffffffffL);
                        pool.add((value + delta) | 1L << 32);
                        pool.add((value + delta) ^ 1L << 63);
                        pool.add((value + delta) + (1L << 32));
                    }
                    pool.add(value | random.nextLong());
                }
            }
        }
        List<Long> values = new ArrayList<>(pool);
        List<long[]> vectors = new ArrayList<>();
        vectors.add(new long[6]);
        vectors.add(new long[] {1, 2, 3, 4, 5, 6});
        for (int index = 0; index < 6; index++) {
            for (long value : values) {
                long[] vector = new long[6];
                vector[index] = value;
                vectors.add(vector);
            }
        }
        for (int i = 0; i < 100; i++) {
            long[] vector = new long[6];
            for (int index = 0; index < 6; index++) {
                vector[index] = values.get(random.nextInt(values.size()));
            }
            vectors.add(vector);
        }
        return vectors;
    }

    private static long value(SeccompOutcome outcome) {
        long action =
                switch (outcome.action()) {
                    case KILL_PROCESS -> 0x80000000L;
                    case KILL_THREAD -> 0;
                    case TRAP -> 0x30000;
                    case ERRNO -> 0x50000;
                    case NOTIFY -> 0x7fc00000;
                    case TRACE -> 0x7ff00000;
                    case LOG -> 0x7ffc0000;
                    case ALLOW -> 0x7fff0000;
                };
        return action | outcome.errnoRet();
    }

    private static long token(SeccompArch arch) {
        return switch (arch) {
            case X86_64 -> 0xC000003EL;
            case X86 -> 0x40000003L;
            case X32 -> 0x4000003EL;
            case AARCH64 -> 0xC00000B7L;
            case ARM -> 0x40000028L;
        };
    }
}
