package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.spec.OciHook;
import dev.alcove.spec.OciHooks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hooks at the end of a container's life, and those whose failure ends it. */
final class OciHooksTest {
    private static final List<OciHook> NONE = List.of();

    @TempDir
    Path folder;

    private OciProgram oci;
    private final String id = "alcove-test-" + UUID.randomUUID().toString().substring(0, 8);

    @BeforeEach
    void program() throws IOException {
        Needs.root();
        Needs.programs("busybox-static", "busybox");
        oci = new OciProgram(folder);
    }

    @AfterEach
    void nothingStays() throws IOException {
        if (oci != null) {
            for (String left : oci.left()) {
                oci.run("delete", "--force", left);
            }
            assertThat(oci.left()).isEmpty();
        }
    }

    private static List<OciHook> shell(String script) {
        return List.of(new OciHook("/bin/sh", List.of("sh", "-c", script), List.of("PATH=/usr/bin:/bin"), 20));
    }

    private Path bundle(String script, OciHooks hooks) throws IOException {
        return oci.bundle(
                "bundle", script, spec -> spec.toBuilder().hooks(hooks).build());
    }

    @Test
    void theLastHookRunsAfterARunInTheForegroundToo() throws Exception {
        Path log = folder.resolve("log");
        OciHooks hooks = new OciHooks(NONE, NONE, NONE, NONE, NONE, shell("cat > " + log));
        Said said = oci.run("run", "--bundle", bundle("exit 7", hooks).toString(), id);
        assertThat(said.status()).as(said.text()).isEqualTo(7);
        assertThat(Files.readString(log)).contains("\"status\":\"stopped\"", id);
        assertThat(oci.left()).isEmpty();
    }

    @Test
    void oneThatFailsAtTheStartEndsTheContainer() throws Exception {
        Path log = folder.resolve("log");
        OciHooks hooks =
                new OciHooks(NONE, NONE, NONE, NONE, shell("echo no luck >&2; exit 3"), shell("echo over > " + log));
        Path pid = folder.resolve("pid");
        String bundle = bundle("sleep 1000", hooks).toString();
        Said made = oci.run("create", "--bundle", bundle, "--pid-file", pid.toString(), id);
        assertThat(made.status()).as(made.text()).isZero();
        Said started = oci.run("start", id);
        assertThat(started.status()).isEqualTo(1);
        assertThat(started.text()).contains("hooks.poststart[0]", "no luck");
        Path process = Path.of("/proc", Files.readString(pid));
        Wait.until("the process has ended", () -> !Files.exists(process));
        assertThat(Files.readString(log)).isEqualTo("over\n");
        assertThat(oci.left()).isEmpty();
    }
}
