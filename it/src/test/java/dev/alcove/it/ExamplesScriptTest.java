package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script examples/run: its list, its refusals, a run. The pages of the tour run it more. */
class ExamplesScriptTest {
    @TempDir
    private Path folder = Path.of("");

    private Path script = Path.of("");

    @BeforeEach
    void checkout() throws IOException {
        script = ExamplesScript.in(folder, DocumentsTest.ROOT);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void listsEveryExample() throws Exception {
        Answer list = run(List.of());
        assertThat(list.status()).isZero();
        String table = Files.readString(script);
        try (Stream<Path> sources =
                Files.list(DocumentsTest.ROOT.resolve("examples/src/main/java/dev/alcove/examples"))) {
            for (Path source : sources.toList()) {
                if (Files.readString(source).contains("void main") && !source.endsWith("Plugin.java")) {
                    String name = source.getFileName().toString().replace(".java", "");
                    assertThat(table).containsPattern("(?m)^[a-z-]+ +" + name + " +(any|root) +\\S");
                }
            }
        }
        assertThat(list.out()).contains("  clone  ", "  newns  ", "  network  ", "  user  ");
    }

    @Test
    void aSlipOfThePenIsMended() throws Exception {
        assertThat(run(List.of(), "usr").out()).contains("'usr' is no example; did you mean 'user'?");
        assertThat(run(List.of(), "netwrok").out()).contains("did you mean 'network'?");
        assertThat(run(List.of(), "Clone1").out()).contains("did you mean 'clone'?");
        Answer nothingNear = run(List.of(), "kubernetes");
        assertThat(nothingNear.out()).contains("'kubernetes' is no example\n").doesNotContain("mean");
        assertThat(nothingNear.status()).isEqualTo(125);
    }

    @Test
    void saysWhoIsNeeded() throws Exception {
        Assumptions.assumeTrue(ProcessHandle.current().info().user().orElse("").equals("root"), "needs root");
        Answer user = run(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"), "pid");
        assertThat(user.out()).contains("'pid' needs root (CAP_SYS_ADMIN)", "mend: sudo examples/run pid");
        assertThat(user.status()).isEqualTo(125);
        Answer root = run(List.of("setpriv", "--bounding-set=-sys_admin"), "pid");
        assertThat(root.out()).contains("this root does not have it", "mend: start that one with --cap-add SYS_ADMIN");
    }

    @Test
    void runsWithoutMaven() throws Exception {
        Answer said = run(List.of("env", "PATH=/usr/bin:/bin"), "explain");
        assertThat(said.out()).contains("sethostname").doesNotContain("building");
        assertThat(said.status()).isZero();
        assertThat(folder.resolve("target/examples-build.log")).doesNotExist();
    }

    private record Answer(String out, int status) {}

    private Answer run(List<String> through, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(through);
        command.add(script.toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("ALCOVE_JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(out, process.waitFor());
    }
}
