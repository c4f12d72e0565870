package dev.alcove.oci;

import dev.alcove.linux.IdMap;
import dev.alcove.linux.Proc;
import dev.alcove.linux.ProcStatus;
import dev.alcove.runtime.Front;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The JVM's side of the command {@code alcove-oci}: its front started it, and waits for a program or for its end. */
public final class Main {
    private Main() {}

    /**
     * Runs a command and ends the JVM with its exit status.
     *
     * @param args the command and its arguments
     */
    public static void main(String[] args) {
        PrintStream out = stream(FileDescriptor.out);
        PrintStream err = stream(FileDescriptor.err);
        OciContext context = context(
                System.getenv(),
                Path.of("").toAbsolutePath(),
                new FileInputStream(FileDescriptor.in),
                out,
                err,
                new OwnFront());
        int status = OciCommands.run(context, Arrays.asList(args));
        out.flush();
        err.flush();
        Runtime.getRuntime().halt(status);
    }

    /** The front that started this JVM. No lambda: those of a main are not kept for a quick start. */
    static final class OwnFront implements Supplier<Optional<Front>> {
        @Override
        public Optional<Front> get() {
            return Front.of(System.getenv());
        }
    }

    /** What a command has around it, for this process or for a front that asked it. */
    static OciContext context(
            Map<String, String> environment,
            Path directory,
            InputStream in,
            PrintStream out,
            PrintStream err,
            Supplier<Optional<Front>> front) {
        return new OciContext(
                environment,
                directory,
                in,
                out,
                err,
                InstantSource.system(),
                caller(),
                OciLog.standard(err, InstantSource.system()),
                options -> new AlcoveRuntime(options, front));
    }

    static OciContext.Caller caller() {
        ProcStatus status = Proc.status(Proc.self()).orElseThrow();
        boolean first = Proc.uidMap(Proc.self()).map(IdMap::isWhole).orElse(true);
        return new OciContext.Caller(status.uids().get(1), status.gids().get(1), !first);
    }

    private static PrintStream stream(FileDescriptor fd) {
        return new PrintStream(new FileOutputStream(fd), false, StandardCharsets.UTF_8);
    }
}
