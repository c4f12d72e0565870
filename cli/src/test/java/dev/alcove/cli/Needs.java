package dev.alcove.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;

/** What a test needs of the machine; it is skipped with the reason where that is missing. */
final class Needs {
    private Needs() {}

    /** Whether the kernel is of that version or newer. */
    static boolean kernel(int major, int minor) {
        String[] parts = System.getProperty("os.version").split("[^0-9]", 3);
        int first = Integer.parseInt(parts[0]);
        return first > major || (first == major && Integer.parseInt(parts[1]) >= minor);
    }

    static void root() {
        assumeTrue(
                Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN),
                "this test starts containers as root: run it with CAP_SYS_ADMIN");
    }
}
