package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Child;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FdIo;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Open;
import dev.alcove.linux.Pipe;
import dev.alcove.linux.SealedFile;
import dev.alcove.linux.Spawn;
import dev.alcove.linux.UnixSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** init with a program of a test's own, started as the launcher does; for the other architecture under qemu-user. */
final class InitRun implements AutoCloseable {
    static final Path QEMU = Path.of("/usr/bin/qemu-aarch64-static");

    /**
     * What came of it.
     *
     * @param status  of init, as a shell has it
     * @param reports all of them
     * @param output  what was written to descriptor 1
     */
    record Outcome(int status, List<Launcher.Report> reports, String output) {}

    private final UnixSocket control;
    private final Child child;
    private final Fd output;

    private InitRun(UnixSocket control, Child child, Fd output) {
        this.control = control;
        this.child = child;
        this.output = output;
    }

    static Outcome run(Program program) {
        try (InitRun run = start(program)) {
            return run.end();
        }
    }

    static Outcome run(byte[] program) {
        try (InitRun run = start(Arch.host(), program)) {
            return run.end();
        }
    }

    static InitRun start(Program program) {
        return start(program.arch(), ProgramEncoder.encode(program));
    }

    static InitRun start(Arch arch, byte[] program) {
        boolean native_ = arch == Arch.host();
        UnixSocket.Pair pair = UnixSocket.pair();
        Pipe out = Pipe.open();
        try (SealedFile init = SealedFile.of("init-under-test", binary(arch));
                UnixSocket theirs = pair.right();
                Fd writer = out.writer();
                Fd nothing = Open.readWrite().at(Path.of("/dev/null"));
                Fd executable =
                        native_ ? Open.path().at(init.path()) : Open.read().at(QEMU)) {
            List<String> argv =
                    native_ ? List.of("init") : List.of("qemu", file(arch).toString());
            Child child = Spawn.spawn(
                    native_ ? init.fd() : executable,
                    argv,
                    List.of(),
                    Map.of(0, nothing, 1, writer, 2, nothing, Wire.CONTROL, theirs.fd()));
            InitRun run = new InitRun(pair.left(), child, out.reader());
            try {
                run.control.send(program);
            } catch (LinuxException e) {
                if (e.errno() != Errno.EPIPE && e.errno() != Errno.ECONNRESET) {
                    throw e;
                }
            }
            return run;
        }
    }

    private static byte[] binary(Arch arch) {
        try (InputStream in = InitRun.class.getResourceAsStream("init-" + arch.machine())) {
            if (in == null) {
                skip("the other architecture's init was not built: apt-get install -y gcc-aarch64-linux-gnu");
                throw new IllegalStateException();
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path file(Arch arch) {
        if (!Files.isExecutable(QEMU)) {
            skip("no " + QEMU + ": apt-get install -y qemu-user-static");
        }
        return Path.of("target/classes/dev/alcove/runtime/init-" + arch.machine())
                .toAbsolutePath();
    }

    static void skip(String reason) {
        System.out.println("skipped: " + reason);
        Assumptions.abort(reason);
    }

    int pid() {
        return child.pid();
    }

    /** The next report; null at the end. */
    Launcher.@Nullable Report report() {
        try {
            return Launcher.read(control);
        } catch (LinuxException e) {
            if (e.errno() != Errno.ECONNRESET) {
                throw e;
            }
            return null;
        }
    }

    /** A line that the program writes. */
    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        byte[] one = new byte[1];
        while (FdIo.read(output, one, 0, 1) == 1 && one[0] != '\n') {
            line.append((char) one[0]);
        }
        return line.toString();
    }

    void send(byte[] bytes) {
        control.send(bytes);
    }

    /** The owner is gone, as init sees it. */
    void hangUp() {
        control.shutdown();
    }

    Outcome end() {
        List<Launcher.Report> reports = new ArrayList<>();
        for (Launcher.Report r = report(); r != null; r = report()) {
            reports.add(r);
        }
        return new Outcome(child.reap().status(), reports, rest());
    }

    private String rest() {
        try {
            return new String(FdIo.input(output).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        control.close();
        output.close();
    }
}
