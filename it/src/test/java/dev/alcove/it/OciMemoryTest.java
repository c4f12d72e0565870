package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.spec.LinuxMemory;
import dev.alcove.spec.LinuxResources;
import dev.alcove.testkit.NothingLeft;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What of a start is charged to the container: little, so that a small memory limit is one for its program. */
@ExtendWith(NothingLeft.class)
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OciMemoryTest {
    private static final long KIB = 1024;

    @TempDir
    Path folder;

    @BeforeEach
    void needsRoot() {
        Needs.root();
    }

    private static Said limited(OciProgram oci, String name, long bytes) throws Exception {
        Path bundle = oci.bundle(name, "", spec -> {
            var process = spec.process();
            var linux = spec.linux();
            assertThat(process).isNotNull();
            assertThat(linux).isNotNull();
            return spec.toBuilder()
                    .process(process.toBuilder().args(List.of("/bin/true")).build())
                    .linux(linux.toBuilder()
                            .resources(LinuxResources.builder()
                                    .memory(LinuxMemory.builder().limit(bytes).build())
                                    .build())
                            .build())
                    .build();
        });
        return oci.run("run", "--bundle", bundle.toString(), "test-memory-" + bytes / KIB + "-" + folderName(bundle));
    }

    private static String folderName(Path bundle) {
        return Integer.toHexString(bundle.toString().hashCode());
    }

    /** crun asks for 512 KiB. */
    @Test
    void aProgramRunsInFourHundredKibibytes() throws Exception {
        OciProgram oci = new OciProgram(folder);
        assertThat(limited(oci, "small", 400 * KIB)).isEqualTo(new Said(0, ""));
    }

    /** The limit is in force: what cannot be loaded in it is killed, and said to be. */
    @Test
    void noProgramRunsInSixteen() throws Exception {
        OciProgram oci = new OciProgram(folder);
        Said said = limited(oci, "smaller", 16 * KIB);
        assertThat(said.status()).isNotZero();
    }
}
