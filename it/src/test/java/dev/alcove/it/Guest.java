package dev.alcove.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A guest kernel, started by {@code it/guest} or {@code it/guest-qemu}, for what must or can not be done to this machine. */
final class Guest {
    /** The script's exit status where no guest can be had. */
    private static final int UNAVAILABLE = 69;

    /** Seconds. */
    private static final String LONGEST = "900";

    private Guest() {}

    /** Runs a class's main as root in a guest with a network card, and gives what it says; it must end well. */
    static String run(Class<?> main) {
        return run(List.of(), main);
    }

    /** The same by a command that is given the JVM's, such as {@code it/systemd}. */
    static String run(List<String> under, Class<?> main) {
        return run(under, main, "guest", LONGEST);
    }

    /** The same in a guest with all that a machine has, which is slow. */
    static String runInQemu(Class<?> main) {
        return run(List.of(), main, "guest-qemu", LONGEST);
    }

    private static String run(List<String> under, Class<?> main, String name, String seconds) {
        Path script = Path.of(name).toAbsolutePath();
        Needs.that(Files.isExecutable(script), "needs " + script);
        List<String> command = new ArrayList<>(List.of(script.toString(), "-t", seconds));
        command.addAll(under);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xmx256m",
                "-Djava.io.tmpdir=/dev/shm",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int status = process.waitFor();
            Needs.that(status != UNAVAILABLE, "needs a guest kernel: " + said);
            if (status != 0) {
                throw new AssertionError("the guest ended with " + status + ": " + said);
            }
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
