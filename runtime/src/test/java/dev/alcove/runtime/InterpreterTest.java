package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Syscall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each operation of init by a small program of its own, on this processor and on the other one. */
class InterpreterTest {
    private static final String WHY = "test";

    private static void say(Program.Builder p, String text) {
        Arg.At at = Arg.string(text);
        p.call(WHY, Syscall.WRITE, Arg.num(1), at, Arg.num(at.data().size() - 1L));
    }

    private static void say(Program.Builder p, Arg number) {
        Data text = Data.buffer(32, "text");
        Arg.Result length = p.register("length");
        p.add(new Step.Decimal(length, Arg.at(text), number, " ", WHY));
        p.call(WHY, Syscall.WRITE, Arg.num(1), Arg.at(text), length);
    }

    private static Step said(String text) {
        return Program.Builder.attempted(WHY, Syscall.WRITE, Arg.num(1), Arg.string(text), Arg.num(text.length()));
    }

    private static void failing(Program.Builder p) {
        p.call(WHY, Syscall.OPENAT, Arg.CWD, Arg.string("/does/not/exist"), Arg.ZERO, Arg.ZERO);
    }

    private static void exit(Program.Builder p, int status) {
        p.add(new Step.Exit(Arg.num(status), WHY));
    }

    @ParameterizedTest
    @EnumSource
    void writesAndExits(Arch arch) {
        Program.Builder p = new Program.Builder(arch);
        say(p, "hello");
        exit(p, 7);
        assertThat(InitRun.run(p.build())).isEqualTo(new InitRun.Outcome(7, List.of(), "hello"));
    }

    @ParameterizedTest
    @EnumSource
    void aProgramWithoutAnExitEndsWithZero(Arch arch) {
        Program.Builder p = new Program.Builder(arch);
        say(p, "x");
        assertThat(InitRun.run(p.build()).status()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void storesAndLoadsEveryWidthAndPrints(Arch arch) {
        Program.Builder p = new Program.Builder(arch);
        Data cell = Data.longs("{-1}", -1, -1);
        for (int width : new int[] {1, 2, 4, 8}) {
            Arg.Result before = p.register("before");
            p.add(new Step.Get(before, Arg.at(cell), width, WHY));
            say(p, before);
            p.add(new Step.Put(Arg.at(cell), Arg.num(0x0102030405060708L), width, WHY));
            Arg.Result after = p.register("after");
            p.add(new Step.Get(after, Arg.at(cell), width, WHY));
            say(p, after);
        }
        Arg.Result beyond = p.register("beyond");
        p.add(new Step.Get(beyond, Arg.at(cell, 8), 8, WHY));
        say(p, beyond);
        say(p, Arg.ZERO);
        assertThat(InitRun.run(p.build()))
                .isEqualTo(new InitRun.Outcome(
                        0,
                        List.of(),
                        "255 8 65288 1800 4294903560 84281096 18446744069498865416 72623859790382856 "
                                + "18446744073709551615 0 "));
    }

    @ParameterizedTest
    @EnumSource
    void jumpsByTheResult(Arch arch) {
        StringBuilder expected = new StringBuilder();
        Program.Builder p = new Program.Builder(arch);
        for (Step.When when : Step.When.values()) {
            for (int value = -1; value <= 1; value++) {
                Step.Label over = new Step.Label();
                p.jump(when, Arg.num(value), over, WHY);
                say(p, when.name().charAt(0) + "" + value + " ");
                p.bind(over);
                boolean taken = switch (when) {
                    case ALWAYS -> true;
                    case ZERO -> value == 0;
                    case NEGATIVE -> value < 0;
                    case POSITIVE -> value > 0;
                };
                expected.append(taken ? "" : when.name().charAt(0) + "" + value + " ");
            }
        }
        exit(p, 0);
        assertThat(InitRun.run(p.build()).output()).isEqualTo(expected.toString());
    }

    @ParameterizedTest
    @EnumSource
    void aPipeCarriesResultsFromStepToStep(Arch arch) {
        Program.Builder p = new Program.Builder(arch);
        Data ends = Data.buffer(8, "pipe");
        p.call(WHY, Syscall.PIPE2, Arg.at(ends), Arg.ZERO);
        Arg.Result reader = p.register("reader");
        Arg.Result writer = p.register("writer");
        p.add(new Step.Get(reader, Arg.at(ends), 4, WHY));
        p.add(new Step.Get(writer, Arg.at(ends, 4), 4, WHY));
        Data buffer = Data.buffer(16, "buffer");
        p.callAtLeast(3, WHY, Syscall.WRITE, writer, Arg.string("abc"), Arg.num(3));
        Arg.Result length = p.callTo("length", WHY, Syscall.READ, reader, Arg.at(buffer), Arg.num(16));
        p.call(WHY, Syscall.WRITE, Arg.num(1), Arg.at(buffer), length);
        assertThat(InitRun.run(p.build()).output()).isEqualTo("abc");
    }

    @ParameterizedTest
    @EnumSource
    void aFailureTellsItsStepAndErrno(Arch arch) {
        Program.Builder p = new Program.Builder(arch);
        p.heading("headings are not counted", "");
        say(p, "a");
        failing(p);
        say(p, "b");
        InitRun.Outcome o = InitRun.run(p.build());
        assertThat(o.output()).isEqualTo("a");
        assertThat(o.status()).isEqualTo(1);
        assertThat(o.reports())
                .containsExactly(new Launcher.Report(Wire.REPORT_FAILED, 1, Errno.ENOENT.number(), 0, 0, 0));
    }

    @ParameterizedTest
    @EnumSource
    void toleratedErrorsAreResults(Arch arch) {
        Program.Builder p = new Program.Builder(arch);
        Arg.Result missing = p.tolerant(
                "missing",
                List.of(Errno.EPERM, Errno.EACCES, Errno.ENOTDIR, Errno.ENOENT),
                WHY,
                Syscall.OPENAT,
                Arg.CWD,
                Arg.string("/does/not/exist"),
                Arg.ZERO,
                Arg.ZERO);
        p.attempt(WHY, Syscall.CLOSE, Arg.num(999));
        Step.Label no = new Step.Label();
        p.jump(Step.When.NEGATIVE, missing, no, WHY);
        say(p, "there?");
        p.bind(no);
        say(p, "on");
        p.tolerant("other", List.of(Errno.ENOENT), WHY, Syscall.CLOSE, Arg.num(999));
        InitRun.Outcome o = InitRun.run(p.build());
        assertThat(o.output()).isEqualTo("on");
        assertThat(o.reports())
                .containsExactly(new Launcher.Report(Wire.REPORT_FAILED, 5, Errno.EBADF.number(), 0, 0, 0));
    }

    @ParameterizedTest
    @EnumSource
    void aSmallerResultThanAskedIsAFailure(Arch arch) {
        Program.Builder p = new Program.Builder(arch);
        p.callAtLeast(2, WHY, Syscall.WRITE, Arg.num(1), Arg.string("ab"), Arg.num(2));
        p.callAtLeast(3, WHY, Syscall.WRITE, Arg.num(1), Arg.string("ab"), Arg.num(2));
        InitRun.Outcome o = InitRun.run(p.build());
        assertThat(o.reports())
                .containsExactly(new Launcher.Report(Wire.REPORT_FAILED, 1, Errno.EPROTO.number(), 0, 0, 0));
    }

    @ParameterizedTest
    @EnumSource
    void whatWasDoneIsTakenBackTheLatestFirst(Arch arch) {
        Program.Builder p = new Program.Builder(arch);
        p.undo(said("1"));
        p.undo(said("2a"), said("2b"));
        p.undo(said("3"));
        failing(p);
        say(p, "never");
        p.undo(said("4"));
        p.unwind();
        exit(p, 3);
        InitRun.Outcome o = InitRun.run(p.build());
        assertThat(o.output()).isEqualTo("32a2b1");
        assertThat(o.status()).isEqualTo(3);
        assertThat(o.reports()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void aFailureWhileTakingBackStopsNothingAndTellsNothing(Arch arch) {
        Program.Builder p = new Program.Builder(arch);
        p.undo(said("1"));
        p.undo(new Step.Call(
                Syscall.CLOSE, List.of(Arg.num(999)), null, List.of(), false, Integer.MIN_VALUE, "not tolerated"));
        failing(p);
        p.unwind();
        exit(p, 3);
        InitRun.Outcome o = InitRun.run(p.build());
        assertThat(o.output()).isEqualTo("1");
        assertThat(o.status()).isEqualTo(3);
        assertThat(o.reports()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void failuresGoToTheChannel(Arch arch) {
        Program.Builder p = new Program.Builder(arch);
        p.add(new Step.Channel(Arg.num(1), WHY));
        failing(p);
        InitRun.Outcome o = InitRun.run(p.build());
        assertThat(o.reports()).isEmpty();
        assertThat(o.output()).hasSizeGreaterThanOrEqualTo(Wire.REPORT_SIZE).startsWith("\u0001\0\0\0\u0001\0\0\0");
    }

    @ParameterizedTest
    @EnumSource
    void aChildsWordAndEndAreSuccessItsFailureIsPassedOnAndItsSilenceIsItsDeath(Arch arch) {
        for (Said said : Said.values()) {
            Program.Builder p = new Program.Builder(arch);
            Data sockets = Data.buffer(8, "sockets");
            p.call(WHY, Syscall.SOCKETPAIR, Arg.num(1), Arg.num(1), Arg.ZERO, Arg.at(sockets));
            Arg.Result ours = p.register("ours");
            Arg.Result theirs = p.register("theirs");
            p.add(new Step.Get(ours, Arg.at(sockets), 4, WHY));
            p.add(new Step.Get(theirs, Arg.at(sockets, 4), 4, WHY));
            Step.Label child = new Step.Label();
            Arg.Result pid = fork(p);
            p.jump(Step.When.ZERO, pid, child, WHY);
            p.undo(Program.Builder.attempted(WHY, Syscall.WAIT4, pid, Arg.NULL, Arg.ZERO, Arg.NULL));
            p.attempt(WHY, Syscall.CLOSE, theirs);
            int await = p.build().length();
            p.add(new Step.Await(ours, WHY));
            say(p, "success");
            p.unwind();
            exit(p, 0);
            p.bind(child);
            p.add(new Step.Channel(theirs, WHY));
            if (said != Said.NOTHING && said != Said.FAILURE) {
                p.call(WHY, Syscall.WRITE, theirs, Arg.at(Data.bytes(new byte[] {1}, "{ready}")), Arg.num(1));
            }
            int step = p.build().length();
            if (said == Said.FAILURE || said == Said.WORD_AND_FAILURE) {
                failing(p);
            }
            exit(p, 0);
            InitRun.Outcome o = InitRun.run(p.build());
            assertThat(o.output()).isEqualTo(said == Said.WORD ? "success" : "");
            Launcher.Report failure = new Launcher.Report(Wire.REPORT_FAILED, step, Errno.ENOENT.number(), 0, 0, 0);
            Launcher.Report death = new Launcher.Report(Wire.REPORT_FAILED, await, Errno.ECHILD.number(), 0, 0, 0);
            assertThat(o.reports())
                    .as("after " + said)
                    .isEqualTo(
                            switch (said) {
                                case WORD -> List.of();
                                case NOTHING -> List.of(death);
                                case FAILURE, WORD_AND_FAILURE -> List.of(failure);
                            });
        }
    }

    /** What a child says before its end. */
    private enum Said {
        WORD,
        NOTHING,
        FAILURE,
        WORD_AND_FAILURE
    }

    /** clone(2) with SIGCHLD alone, which qemu-user knows as well. */
    static Arg.Result fork(Program.Builder p) {
        return p.callTo("pid", WHY, Syscall.CLONE, Arg.num(17), Arg.ZERO, Arg.ZERO, Arg.ZERO, Arg.ZERO);
    }

    @ParameterizedTest
    @EnumSource
    void pid1sDutiesEndWithTheChildsStatus(Arch arch) {
        Program.Builder p = new Program.Builder(arch);
        Step.Label child = new Step.Label();
        Arg.Result pid = fork(p);
        p.jump(Step.When.ZERO, pid, child, WHY);
        Arg.Result status = p.register("status");
        p.add(new Step.Reap(status, pid, WHY));
        p.add(new Step.Exit(status, WHY));
        p.bind(child);
        exit(p, 42);
        assertThat(InitRun.run(p.build())).isEqualTo(new InitRun.Outcome(42, List.of(), ""));
    }

    @ParameterizedTest
    @EnumSource
    void executesTheFirstThatCanBe(Arch arch) {
        Program.Builder p = new Program.Builder(arch);
        p.add(new Step.Exec(
                List.of("/does/not/exist/sh", "/etc/passwd/sh", "/etc/passwd", "/bin/sh", "/bin/false"),
                List.of("name", "-c", "echo $0 $1 $X; exit 9", "zero", "one"),
                List.of("X=y"),
                WHY));
        assertThat(InitRun.run(p.build())).isEqualTo(new InitRun.Outcome(9, List.of(), "zero one y\n"));
    }

    @Test
    void executesAPayloadOfTheOtherArchitecture(@TempDir Path folder) throws Exception {
        Path source = folder.resolve("payload.c");
        Files.writeString(source, """
                #include <stdio.h>
                #include <sys/utsname.h>
                int main(int argc, char **argv) {
                    struct utsname u;
                    uname(&u);
                    printf("%s %s %d\\n", u.machine, argv[1], argc);
                    return 33;
                }
                """);
        Path payload = folder.resolve("payload");
        Process compiler;
        try {
            compiler = new ProcessBuilder(
                            "aarch64-linux-gnu-gcc", "-static", "-o", payload.toString(), source.toString())
                    .inheritIO()
                    .start();
        } catch (IOException e) {
            InitRun.skip("no aarch64-linux-gnu-gcc: apt-get install -y gcc-aarch64-linux-gnu");
            return;
        }
        assertThat(compiler.waitFor()).isZero();
        Program.Builder p = new Program.Builder(Arch.AARCH64);
        // The kernel here may not know the format (binfmt_misc), so the emulator is named.
        p.add(new Step.Exec(
                List.of("/none", InitRun.QEMU.toString()),
                List.of("qemu", payload.toString(), "argument"),
                List.of(),
                WHY));
        assertThat(InitRun.run(p.build())).isEqualTo(new InitRun.Outcome(33, List.of(), "aarch64 argument 2\n"));
    }

    @ParameterizedTest
    @EnumSource
    void sayWhyNothingCouldBeExecuted(Arch arch) {
        assertThat(exec(arch, "/does/not/exist", "/etc/passwd/sh")).isEqualTo(Errno.ENOENT);
        assertThat(exec(arch, "/does/not/exist", "/etc/passwd", "/none/either")).isEqualTo(Errno.EACCES);
    }

    private static Errno exec(Arch arch, String... paths) {
        Program.Builder p = new Program.Builder(arch);
        p.add(new Step.Exec(List.of(paths), List.of("x"), List.of(), WHY));
        InitRun.Outcome o = InitRun.run(p.build());
        assertThat(o.status()).isEqualTo(1);
        assertThat(o.reports()).hasSize(1);
        return Errno.of((int) o.reports().getFirst().value());
    }
}
