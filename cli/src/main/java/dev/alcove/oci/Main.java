package dev.alcove.oci;

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
                AlcoveRuntime.privileged(),
                OciLog.standard(err, InstantSource.system()),
                options -> new AlcoveRuntime(options, System.getenv()));
        int status = OciCommands.run(context, Arrays.asList(args));
        out.flush();
        err.flush();
        Runtime.getRuntime().halt(status);
    }

    private static PrintStream stream(FileDescriptor fd) {
        return new PrintStream(new FileOutputStream(fd), false, StandardCharsets.UTF_8);
    }
}
