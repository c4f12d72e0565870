package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Control groups of this machine, whichever version it has. */
class CgroupTest {

    @TestFactory
    Stream<DynamicTest> onThisMachine() {
        return checks(CgroupLayout.read());
    }

    /** In a hybrid layout version 2 helps with killing: once without its help, as on older machines. */
    @TestFactory
    Stream<DynamicTest> onVersionOneAlone() {
        CgroupLayout layout = CgroupLayout.read();
        return checks(new CgroupLayout(
                CgroupLayout.Mode.V1,
                layout.hierarchies().stream().filter(h -> !h.unified()).toList(),
                layout.swapLimit()));
    }

    @Test
    void aCpusetBeginsWithWhatItsParentHas() throws Exception {
        CgroupLayout layout = CgroupLayout.read();
        assumeTrue(
                layout.of(CgroupController.CPUSET)
                        .filter(h -> h.writable("alcove-test"))
                        .isPresent(),
                "no cgroup controller cpuset at whose root we may make groups");
        CgroupChecks.run(layout, "cpuset", (on, group) -> {
            String directory = layout.of(CgroupController.CPUSET).orElseThrow().directory(group.name());
            group.create(CgroupLimits.builder().cpusetCpus("0").build());
            assertThat(Path.of(directory, "cpuset.cpus")).content().isEqualTo("0\n");
            Cgroup.of(layout, group.name() + "/inner").create(CgroupLimits.none());
            String inner = layout.of(CgroupController.CPUSET).orElseThrow().unified()
                    ? "/inner/cpuset.cpus.effective"
                    : "/inner/cpuset.cpus";
            assertThat(Path.of(directory + inner)).content().isEqualTo("0\n");
        });
    }

    private static Stream<DynamicTest> checks(CgroupLayout layout) {
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
