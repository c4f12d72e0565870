package dev.alcove.linux;

import org.junit.jupiter.api.Assumptions;

/** What a test needs of its surroundings; without it the test is skipped, with the reason. */
final class Needs {
    private Needs() {}

    static void root() {
        String reason = "skipped: needs CAP_SYS_ADMIN (run the tests as root)";
        boolean admin = Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN);
        if (!admin) {
            System.out.println(reason);
        }
        Assumptions.assumeTrue(admin, reason);
    }
}
