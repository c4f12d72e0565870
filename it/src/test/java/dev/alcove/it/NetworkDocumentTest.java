package dev.alcove.it;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What docs/networks.md shows as a session is what happens, on a host of the test's own. */
class NetworkDocumentTest {
    @Test
    @Timeout(600)
    void sessions() throws Exception {
        try (NetworkHost host = new NetworkHost()) {
            DocumentsTest.follow("docs/networks.md", "console network", host::attempt);
        }
    }
}
