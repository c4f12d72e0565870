package dev.alcove.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.Rootfs;
import dev.alcove.spec.OciMount;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The scripts on a machine that has no JDK 25: a container that shows none. */
@Timeout(60)
class NoJdkTest {
    private static final Path TOP = Path.of("..").toAbsolutePath().normalize();

    @Test
    void theCommandSaysWhatIsMissingAndHowToGetIt() throws Exception {
        Needs.root();
        ContainerBuilder b = new ContainerBuilder("sh", "-c", "/src/alcove run host true; echo status $?")
                .rootfs(Rootfs.host())
                .mount(OciMount.of("/usr/lib/jvm", "tmpfs", "tmpfs", List.of()))
                .mount(OciMount.of("/src", "bind", TOP.toString(), List.of("rbind", "rro")))
                .redirectErrorStream(true);
        try (Container c = b.start()) {
            String said = new String(c.process().getInputStream().readAllBytes(), UTF_8);
            assertThat(said)
                    .startsWith("alcove: no JDK 25 or newer")
                    .contains("ALCOVE_JAVA_HOME", "JAVA_HOME", "/usr/lib/jvm", "PATH", "mend: ")
                    .endsWith("status 125\n");
            assertThat(c.waitFor()).isZero();
        }
    }

    @Test
    void aWrongFolderIsNamed() throws Exception {
        ProcessBuilder b = new ProcessBuilder(TOP.resolve("alcove").toString(), "run", "host", "true");
        b.environment().put("ALCOVE_JAVA_HOME", "/usr");
        Process process = b.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).isEqualTo(125);
        assertThat(said).contains("ALCOVE_JAVA_HOME=/usr is not a JDK 25 or newer", "mend: ");
    }
}
