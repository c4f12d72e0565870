package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Control groups of this machine, whichever version it has. */
class CgroupTest {

    @TestFactory
    Stream<DynamicTest> onThisMachine() {
        CgroupLayout layout = CgroupLayout.read();
        String obstacle = CgroupChecks.obstacle(layout);
        return CgroupChecks.all().entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
                    if (!obstacle.isEmpty()) {
                        System.out.println("skipped: " + e.getKey() + ": " + obstacle);
                    }
                    assumeTrue(obstacle.isEmpty(), obstacle);
                    CgroupChecks.run(layout, e.getKey(), e.getValue());
                }));
    }

    @Test
    void countersOfBlockDevices() {
        assertThat(CgroupCounters.ioV1("8:0 Read 4096\n8:0 Write 512\n8:0 Total 4608\n8:16 Read 1\nTotal 4609\n"))
                .containsExactly(new CgroupStats.Io(8, 0, 4096, 512), new CgroupStats.Io(8, 16, 1, 0));
        assertThat(CgroupCounters.ioUnified("254:0 rbytes=4096 wbytes=7 rios=1 wios=1\n254:16 \n"))
                .containsExactly(new CgroupStats.Io(254, 0, 4096, 7), new CgroupStats.Io(254, 16, 0, 0));
        assertThat(CgroupCounters.field("oom 3\noom_kill 2\n", "oom_kill")).isEqualTo(2);
        assertThat(CgroupCounters.field("xoom_kill 2\n", "oom_kill")).isZero();
    }
}
