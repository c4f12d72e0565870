package dev.alcove.it;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** What a test needs of its surroundings; without it the test is skipped, with the reason. */
final class Needs {
    private Needs() {}

    static boolean isRoot() {
        return Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN);
    }

    static void root() {
        that(isRoot(), "needs CAP_SYS_ADMIN (run the tests as root)");
    }

    /** Each of the programs, on PATH; {@code from} says what brings them. */
    static void programs(String from, String... names) {
        for (String name : names) {
            that(onPath(name), "needs the program " + name + " (Debian: apt-get install -y " + from + ")");
        }
    }

    static boolean onPath(String program) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, program))) {
                return true;
            }
        }
        return false;
    }

    static void that(boolean met, String reason) {
        if (!met) {
            System.out.println("skipped: " + reason);
        }
        Assumptions.assumeTrue(met, "skipped: " + reason);
    }
}
