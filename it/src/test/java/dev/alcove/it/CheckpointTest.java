package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Checkpoint and restore with criu at work. On kernels that criu does not know it refuses whatever a runtime asks, so this
 * is done in a guest with one that it does; what becomes of a container then is in the tests of the callers.
 */
@Timeout(660)
class CheckpointTest {
    @Test
    void aContainerGoesOnWhereItWas() {
        Needs.root();
        Needs.programs("criu", "criu");
        Needs.programs("runc", "runc");
        String said = Guest.runInQemu(CheckpointInside.class);
        Needs.that(!said.contains(CheckpointInside.NO_CRIU), said);
        assertThat(said.lines()).contains(CheckpointInside.WELL);
    }
}
