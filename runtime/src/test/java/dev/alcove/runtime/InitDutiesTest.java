package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Arch;
import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FdIo;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Open;
import dev.alcove.linux.Pidfd;
import dev.alcove.linux.Signal;
import dev.alcove.linux.Syscall;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What init does besides system calls: watch a process, be PID 1, end a group; with real processes. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InitDutiesTest {
    private static final String WHY = "test";
    private static final Arg CONTROL = Arg.num(Wire.CONTROL);
    private static final Arg NOBODY = Arg.num(-1);

    private static void shell(Program.Builder p, String script) {
        p.call(WHY, Syscall.RT_SIGPROCMASK, Arg.num(2), Arg.at(Data.longs("{}", 0)), Arg.NULL, Arg.num(8));
        p.add(new Step.Exec(List.of("/bin/sh"), List.of("sh", "-c", script), List.of("PATH=/usr/bin:/bin"), WHY));
    }

    /** A shell under a monitor, whose report comes back. */
    private static Program monitored(String script, Arg control, long timeout) {
        Program.Builder p = new Program.Builder(Arch.host());
        Data pidfd = Data.buffer(8, "pidfd");
        Data args = Data.longs("{CLONE_PIDFD, SIGCHLD}", 0x1000, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0)
                .pointer(8, pidfd);
        Step.Label child = new Step.Label();
        Arg.Result pid = p.callTo("pid", WHY, Syscall.CLONE3, Arg.at(args), Arg.num(args.size()));
        p.jump(Step.When.ZERO, pid, child, WHY);
        Arg.Result watch = p.register("pidfd");
        p.add(new Step.Get(watch, Arg.at(pidfd), 4, WHY));
        monitor(p, pid, watch, control, timeout, NOBODY);
        p.bind(child);
        shell(p, script);
        return p.build();
    }

    private static void monitor(Program.Builder p, Arg pid, Arg pidfd, Arg control, long timeout, Arg terminal) {
        Data exited = Data.buffer(Wire.REPORT_SIZE, "exited");
        p.add(new Step.Put(Arg.at(exited), Arg.num(Wire.REPORT_EXITED), 4, WHY));
        Arg.Result ended = p.register("ended");
        Step.Label over = new Step.Label();
        p.add(new Step.Monitor(ended, pid, pidfd, control, Arg.num(timeout), terminal, Arg.at(exited), WHY));
        p.jump(Step.When.ZERO, ended, over, WHY);
        p.attempt(WHY, Syscall.PIDFD_SEND_SIGNAL, pidfd, Arg.num(9), Arg.NULL, Arg.ZERO);
        p.add(new Step.Monitor(ended, pid, pidfd, Arg.num(-1), Arg.num(-1), terminal, Arg.at(exited), WHY));
        p.bind(over);
        p.call(WHY, Syscall.WRITE, CONTROL, Arg.at(exited), Arg.num(Wire.REPORT_SIZE));
        p.add(new Step.Exit(Arg.ZERO, WHY));
    }

    private static Launcher.Report only(InitRun.Outcome o) {
        assertThat(o.status()).isZero();
        assertThat(o.reports()).hasSize(1);
        assertThat(o.reports().getFirst().kind()).isEqualTo(Wire.REPORT_EXITED);
        return o.reports().getFirst();
    }

    @Test
    void monitorTellsTheStatusAndWhatWasUsed() {
        Launcher.Report r =
                only(InitRun.run(monitored("i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done; exit 7", CONTROL, -1)));
        assertThat(r.value()).isEqualTo(7 << 8);
        assertThat(r.extra0()).as("not by the time limit").isZero();
        assertThat(r.extra1()).as("microseconds of processor").isPositive();
        assertThat(r.extra2()).as("KiB").isPositive();
    }

    @Test
    void monitorTellsTheSignal() {
        Launcher.Report r = only(InitRun.run(monitored("kill -TERM $$", CONTROL, -1)));
        assertThat(Exit.shellStatus(r.value())).isEqualTo(128 + 15);
    }

    @Test
    void theOwnersEndIsTheProcesssEnd() throws IOException {
        try (InitRun run = InitRun.start(monitored("echo up; exec sleep 1000", CONTROL, -1))) {
            assertThat(run.line()).isEqualTo("up");
            run.hangUp();
            Launcher.Report r = only(run.end());
            assertThat(Exit.shellStatus(r.value())).isEqualTo(128 + 9);
            assertThat(r.extra0()).isZero();
        }
    }

    @Test
    void whatTheOwnerSaysIsNoEnd() throws IOException {
        try (InitRun run = InitRun.start(monitored("echo up; sleep 0.2; exit 3", CONTROL, -1))) {
            assertThat(run.line()).isEqualTo("up");
            run.send(new byte[20]);
            assertThat(only(run.end()).value()).isEqualTo(3 << 8);
        }
    }

    @Test
    void withoutAControlSocketTheOwnersEndIsNone() throws IOException {
        try (InitRun run = InitRun.start(monitored("echo up; sleep 0.2; exit 3", NOBODY, -1))) {
            assertThat(run.line()).isEqualTo("up");
            run.hangUp();
            assertThat(only(run.end()).value()).isEqualTo(3 << 8);
        }
    }

    @Test
    void theTimeLimitEndsIt() {
        for (long limit : new long[] {0, 50}) {
            Launcher.Report r = only(InitRun.run(monitored("exec sleep 1000", CONTROL, limit)));
            assertThat(Exit.shellStatus(r.value())).isEqualTo(128 + 9);
            assertThat(r.extra0()).isEqualTo(1);
        }
    }

    @Test
    void aSignalToTheMonitorEndsNothing() throws IOException {
        try (InitRun run = InitRun.start(monitored("echo up; sleep 0.2; exit 4", CONTROL, -1));
                Pidfd monitor = Pidfd.open(run.pid()).orElseThrow()) {
            assertThat(run.line()).isEqualTo("up");
            for (Signal s : List.of(Signal.TERM, Signal.INT, Signal.HUP, Signal.QUIT, Signal.PIPE, Signal.USR1)) {
                monitor.send(s);
            }
            assertThat(only(run.end()).value()).isEqualTo(4 << 8);
        }
    }

    @Test
    void aMonitorWithoutAPidfdFailsInsteadOfWaitingForEver() {
        Program.Builder p = new Program.Builder(Arch.host());
        monitor(p, Arg.num(1), Arg.num(-1), NOBODY, -1, NOBODY);
        assertThat(InitRun.run(p.build()).reports())
                .containsExactly(new Launcher.Report(Wire.REPORT_FAILED, 1, Errno.EBADF.number(), 0, 0, 0));
    }

    @Test
    void whatATerminalSaysIsCopiedToItsEnd() {
        Program.Builder p = new Program.Builder(Arch.host());
        Data ends = Data.buffer(8, "pipe");
        p.call(WHY, Syscall.PIPE2, Arg.at(ends), Arg.num(0x80000));
        Arg.Result reader = p.register("reader");
        Arg.Result writer = p.register("writer");
        p.add(new Step.Get(reader, Arg.at(ends), 4, WHY));
        p.add(new Step.Get(writer, Arg.at(ends, 4), 4, WHY));
        Data packed = Data.buffer(8, "terminal");
        p.add(new Step.Put(Arg.at(packed), reader, 4, WHY));
        p.add(new Step.Put(Arg.at(packed, 4), Arg.num(1), 4, WHY));
        Arg.Result terminal = p.register("terminal");
        p.add(new Step.Get(terminal, Arg.at(packed), 8, WHY));
        Data pidfd = Data.buffer(8, "pidfd");
        Data args = Data.longs("{CLONE_PIDFD, SIGCHLD}", 0x1000, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0)
                .pointer(8, pidfd);
        Step.Label child = new Step.Label();
        Arg.Result pid = p.callTo("pid", WHY, Syscall.CLONE3, Arg.at(args), Arg.num(args.size()));
        p.jump(Step.When.ZERO, pid, child, WHY);
        Arg.Result watch = p.register("pidfd");
        p.add(new Step.Get(watch, Arg.at(pidfd), 4, WHY));
        p.attempt(WHY, Syscall.CLOSE, writer);
        monitor(p, pid, watch, CONTROL, -1, terminal);
        p.bind(child);
        p.call(WHY, Syscall.DUP3, writer, Arg.num(1), Arg.ZERO);
        shell(p, "i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done");
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 5000; i++) {
            expected.append("line ").append(i).append('\n');
        }
        InitRun.Outcome o = InitRun.run(p.build());
        assertThat(only(o).value()).isZero();
        assertThat(o.output()).isEqualTo(expected.toString());
    }

    @Test
    void pid1ReapsOrphansPassesSignalsOnAndEndsAsTheProgramDid() throws Exception {
        Program.Builder p = new Program.Builder(Arch.host());
        p.call(WHY, Syscall.PRCTL, Arg.num(36, "PR_SET_CHILD_SUBREAPER"), Arg.num(1));
        Step.Label child = new Step.Label();
        Arg.Result pid = InterpreterTest.fork(p);
        p.jump(Step.When.ZERO, pid, child, WHY);
        Arg.Result status = p.register("status");
        p.add(new Step.Reap(status, pid, WHY));
        p.add(new Step.Exit(status, WHY));
        p.bind(child);
        shell(
                p,
                "for i in 1 2 3 4 5; do (sleep 0.0$i &); done; trap 'echo got; trap - TERM; kill -TERM $$' TERM; echo up;"
                        + " while :; do sleep 0.02; done");
        try (InitRun run = InitRun.start(p.build());
                Pidfd init = Pidfd.open(run.pid()).orElseThrow()) {
            assertThat(run.line()).isEqualTo("up");
            Path children = Path.of("/proc/" + run.pid() + "/task/" + run.pid() + "/children");
            while (Files.readString(children).strip().contains(" ")) {
                Thread.sleep(5);
            }
            init.send(Signal.TERM);
            assertThat(run.line()).isEqualTo("got");
            assertThat(run.end().status()).isEqualTo(128 + 15);
        }
    }

    @Test
    void aChildThatIsNotOursEndsTheReaper() {
        Program.Builder p = new Program.Builder(Arch.host());
        Arg.Result status = p.register("status");
        p.add(new Step.Reap(status, Arg.num(1), WHY));
        p.add(new Step.Exit(status, WHY));
        assertThat(InitRun.run(p.build()).status()).isEqualTo(255);
    }

    @Test
    void allOfAGroupAreKilled() throws Exception {
        Path group = group();
        Files.createDirectory(group);
        try {
            Path tasks = Files.exists(group.resolve("tasks")) ? group.resolve("tasks") : group.resolve("cgroup.procs");
            Process shell = new ProcessBuilder(
                            "sh",
                            "-c",
                            "echo 0 > " + tasks + " && for i in 1 2 3 4 5; do sleep 1000 & done; echo up; wait")
                    .start();
            assertThat(shell.inputReader().readLine()).isEqualTo("up");
            Program.Builder p = new Program.Builder(Arch.host());
            p.add(new Step.KillAll(group.resolve("cgroup.procs").toString(), WHY));
            assertThat(InitRun.run(p.build())).isEqualTo(new InitRun.Outcome(0, List.of(), ""));
            assertThat(shell.waitFor()).isEqualTo(128 + 9);
            assertThat(Files.readString(group.resolve("cgroup.procs"))).isEmpty();
        } finally {
            remove(group);
        }
        Program.Builder p = new Program.Builder(Arch.host());
        p.add(new Step.KillAll(group.resolve("cgroup.procs").toString(), WHY));
        assertThat(InitRun.run(p.build()).status())
                .as("a group that is gone is empty")
                .isZero();
    }

    private static Path group() {
        for (CgroupHierarchy h : CgroupLayout.read().hierarchies()) {
            if (h.base().isPresent()
                    && Files.isWritable(Path.of(h.mountPoint()))
                    && (h.unified() || h.name().isEmpty())
                    && !h.controllers().contains(dev.alcove.linux.CgroupController.CPUSET)) {
                return Path.of(
                        h.mountPoint(),
                        "alcove-test-init-" + ProcessHandle.current().pid());
            }
        }
        InitRun.skip("no control groups that this user may make");
        throw new IllegalStateException();
    }

    private static void remove(Path group) throws Exception {
        for (int tries = 0; ; tries++) {
            try {
                Files.delete(group);
                return;
            } catch (FileSystemException e) {
                if (tries == 500) {
                    throw e;
                }
                Thread.sleep(5); // the last of the dying
            }
        }
    }

    @Test
    void whoeverHoldsInitsFileCannotChangeIt() throws IOException {
        Fd kept;
        try (InitRun run = InitRun.start(monitored("echo up; exec sleep 1000", CONTROL, -1))) {
            assertThat(run.line()).isEqualTo("up");
            Path exe = Path.of("/proc/" + run.pid() + "/exe");
            assertThat(Files.readSymbolicLink(exe).toString()).startsWith("/memfd:");
            kept = Open.read().at(exe);
            run.hangUp();
            run.end();
        }
        // CVE-2019-5736: once it runs no more, a program's file can be written, unless it is sealed.
        try (kept) {
            String path = "/proc/self/fd/" + number(kept);
            assertThatThrownBy(() -> {
                        try (Fd writer = Open.write().at(Path.of(path))) {
                            FdIo.write(writer, new byte[] {1});
                        }
                    })
                    .isInstanceOfSatisfying(
                            LinuxException.class,
                            e -> assertThat(e.errno()).isIn(Errno.EPERM, Errno.EACCES, Errno.ETXTBSY));
            byte[] start = new byte[4];
            FdIo.read(kept, start, 0, 4);
            assertThat(start).containsExactly(0x7f, 'E', 'L', 'F');
        }
    }

    /** The descriptor whose target is init's file: numbers are not shown. */
    private static String number(Fd fd) throws IOException {
        assertThat(fd.toString()).isNotEmpty();
        try (var list = Files.list(Path.of("/proc/self/fd"))) {
            for (Path p : list.toList()) {
                if (Files.isSymbolicLink(p)
                        && Files.readSymbolicLink(p).toString().startsWith("/memfd:init-under-test")) {
                    return p.getFileName().toString();
                }
            }
        }
        throw new IllegalStateException("not open");
    }
}
