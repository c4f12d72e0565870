package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same checks with pure cgroup version 2, in a guest kernel that {@code it/guest} boots. */
@Tag("guest")
class CgroupGuestTest {
    /** The script's exit status where no guest can be had. */
    private static final int UNAVAILABLE = 69;

    @Test
    void versionTwoInAGuest() throws Exception {
        Path script = script();
        assumeTrue(script != null, "it/guest is not there");
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path", ""));
        Process guest = new ProcessBuilder(List.of(
                        String.valueOf(script),
                        "-t",
                        "240",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-UsePerfData",
                        "-Xmx256m",
                        "-Djava.io.tmpdir=/dev/shm",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        classes,
                        CgroupGuestMain.class.getName()))
                .redirectErrorStream(true)
                .start();
        guest.getOutputStream().close();
        String output = new String(guest.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = guest.waitFor();
        if (status == UNAVAILABLE) {
            System.out.println("skipped: cgroup version 2: " + output.strip());
        }
        assumeTrue(status != UNAVAILABLE, output);

        assertThat(output).startsWith("mode V2\n");
        for (String check : CgroupChecks.all().keySet()) {
            assertThat(output).contains("ok " + check + "\n");
        }
        assertThat(status).as(output).isZero();
    }

    private static @Nullable Path script() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isExecutable(at.resolve("it/guest"))) {
                return at.resolve("it/guest");
            }
        }
        return null;
    }
}
