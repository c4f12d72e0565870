package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CriuPlacesTest {
    @TempDir
    Path root;

    @Test
    void linksLeadToWhatTheyDoInside() throws IOException {
        Files.createDirectories(root.resolve("usr/lib"));
        Files.createDirectories(root.resolve("run"));
        Files.createDirectory(root.resolve("var"));
        Files.createSymbolicLink(root.resolve("var/run"), Path.of("/run"));
        Files.createSymbolicLink(root.resolve("lib"), Path.of("usr/lib"));
        Files.createSymbolicLink(root.resolve("out"), Path.of("../../../../etc"));
        Files.createSymbolicLink(root.resolve("round"), Path.of("round"));
        CriuPlaces places = new CriuPlaces(root);
        assertThat(places.resolve("/var/run/x")).isEqualTo("/run/x");
        assertThat(places.resolve("/lib/../lib/y")).isEqualTo("/usr/lib/y");
        assertThat(places.resolve("//./lib//")).isEqualTo("/usr/lib");
        assertThat(places.resolve("/out/passwd")).isEqualTo("/etc/passwd");
        assertThat(places.resolve("/../..")).isEqualTo("/");
        assertThat(places.resolve("/round/z")).isEqualTo("/round/z");
        assertThat(places.resolve("/not/there")).isEqualTo("/not/there");
        OciMount mount = OciMount.of("/var/run", "tmpfs", "tmpfs", List.of("ro"));
        assertThat(places.resolve(OciSpec.builder().mounts(List.of(mount)).build())
                        .mounts())
                .containsExactly(OciMount.of("/run", "tmpfs", "tmpfs", List.of("ro")));
    }

    @Test
    void aLogTellsItsErrors() {
        assertThat(CriuLog.errors("(0.1) a\n(0.2) Error (x.c:1): b\n\n(0.3) c\n(0.4) Error (y.c:2): d\n"))
                .containsExactly("(0.2) Error (x.c:1): b", "(0.4) Error (y.c:2): d");
        assertThat(CriuLog.errors("a\nb\n")).containsExactly("a", "b");
        assertThat(CriuLog.errors("Error\n".repeat(20))).hasSize(6);
        assertThat(CriuLog.errors("")).isEmpty();
        assertThat(new JsonStrings(List.of("/dev/null", "pipe:[1]", "a\"b")).text())
                .isEqualTo("[\"/dev/null\",\"pipe:[1]\",\"a\\\"b\"]");
        assertThat(JsonStrings.parse("[\"x\",\"\"]".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .strings())
                .containsExactly("x", "");
    }
}
