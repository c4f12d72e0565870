package dev.alcove.network;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** What a test needs of its surroundings; without it the test is skipped, with the reason. */
final class Needs {
    private Needs() {}

    static void root() {
        that(
                Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN)
                        && Capabilities.ofThread().effective().contains(Capability.NET_ADMIN),
                "needs CAP_SYS_ADMIN and CAP_NET_ADMIN (run the tests as root)");
    }

    static void that(boolean met, String reason) {
        if (!met) {
            System.out.println("skipped: " + reason);
        }
        Assumptions.assumeTrue(met, "skipped: " + reason);
    }

    /** A program of the machine's. */
    static String program(String name, String debianPackage) {
        for (String folder : new String[] {"/usr/bin", "/usr/sbin", "/bin", "/sbin"}) {
            Path path = Path.of(folder, name);
            if (Files.isExecutable(path)) {
                return path.toString();
            }
        }
        that(false, "needs " + name + " (apt-get install " + debianPackage + ")");
        return "";
    }
}
