package dev.alcove.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;

/** What a test needs of the machine; it is skipped with the reason where that is missing. */
final class Needs {
    private Needs() {}

    static void root() {
        assumeTrue(
                Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN),
                "this test starts containers as root: run it with CAP_SYS_ADMIN");
    }
}
