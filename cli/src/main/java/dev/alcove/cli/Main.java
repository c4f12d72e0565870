package dev.alcove.cli;

import dev.alcove.linux.Fd;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** The command {@code alcove} as a process: gives {@link Alcove} what this JVM has, and ends with its status. */
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
        Shell shell = new Shell(
                System.getenv(),
                Path.of("").toAbsolutePath(),
                out,
                err,
                Fd.standard(0),
                Fd.standard(1),
                Fd.standard(2),
                new JvmSignals());
        int status = Alcove.run(shell, Arrays.asList(args));
        out.flush();
        err.flush();
        // Threads that wait for input must not keep the process. Not exit: that looks for a logger first, which takes
        // longer than a container's start, and then runs hooks, of which there are none.
        Runtime.getRuntime().halt(status);
    }

    /** Unlike System.out, always UTF-8, whatever the locale. */
    static PrintStream stream(FileDescriptor fd) {
        return new PrintStream(new FileOutputStream(fd), false, StandardCharsets.UTF_8);
    }
}
