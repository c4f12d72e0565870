package dev.alcove.lens;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.runtime.ContainerStore;
import org.junit.jupiter.api.Test;

/** The example of this module's documentation: compiled, and run. */
class SnippetsTest {
    @Test
    void aLook() {
        // @start region="look"
        Snapshot now = Lens.look(ContainerStore.standard(System.getenv()));
        for (SeenNamespace ns : now.namespaces()) {
            IO.println(ns.label() + ": " + ns.members().size() + " processes");
        }
        // @end
        assertThat(now.namespaces()).isNotEmpty();
    }
}
