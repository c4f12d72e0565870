package dev.alcove.oci;

import dev.alcove.linux.IdMap;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.Proc;
import dev.alcove.linux.ProcStatus;
import dev.alcove.runtime.Front;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;

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
        OciContext context = new OciContext(
                System.getenv(),
                Path.of("").toAbsolutePath(),
                new FileInputStream(FileDescriptor.in),
                out,
                err,
                InstantSource.system(),
                caller(),
                OciLog.standard(err, InstantSource.system()),
                options -> new AlcoveRuntime(options, () -> Front.of(System.getenv())));
        int status = OciCommands.run(context, Arrays.asList(args));
        out.flush();
        err.flush();
        Runtime.getRuntime().halt(status);
    }

    static OciContext.Caller caller() {
        ProcStatus status = Proc.status(Kernel.pid()).orElseThrow();
        boolean first = Proc.uidMap(Kernel.pid()).map(IdMap::isWhole).orElse(true);
        return new OciContext.Caller(status.uids().get(1), status.gids().get(1), !first);
    }

    private static PrintStream stream(FileDescriptor fd) {
        return new PrintStream(new FileOutputStream(fd), false, StandardCharsets.UTF_8);
    }
}
