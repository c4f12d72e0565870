package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.spec.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of this machine a sandboxed JVM sees. */
class JavaViewTest {
    @Test
    void theJdkTheLoaderAndTheCLibrary() throws IOException {
        JavaView view = JavaView.own();
        String home = Path.of(System.getProperty("java.home")).toRealPath().toString();
        assertThat(view.places()).containsEntry("/jdk", home);
        String loader = JavaView.interpreter(Path.of(home, "bin", "java"));
        assertThat(loader).startsWith("/lib").contains("ld-");
        assertThat(view.places()).containsKey(loader);
        assertThat(view.places().values())
                .allSatisfy(outside -> assertThat(Path.of(outside)).exists())
                .doesNotContain("/", "/usr", "/lib", "/etc", "/usr/lib")
                .hasSizeLessThan(40);
    }

    @Test
    void settingsThatADistributionKeepsElsewhere(@TempDir Path folder) throws IOException {
        Path home = Files.createDirectories(folder.resolve("jdk"));
        Path etc = Files.createDirectories(folder.resolve("etc/security"));
        Files.writeString(etc.resolve("java.security"), "");
        Files.createDirectories(home.resolve("bin"));
        Files.copy(Path.of(System.getProperty("java.home"), "bin", "java"), home.resolve("bin/java"));
        Files.createDirectories(home.resolve("conf/security"));
        Files.createSymbolicLink(home.resolve("conf/security/java.security"), etc.resolve("java.security"));
        Files.createSymbolicLink(home.resolve("conf/inside"), home.resolve("bin"));
        Files.createSymbolicLink(home.resolve("conf/dangling"), folder.resolve("nothing"));
        assertThat(JavaView.read(home, Path.of("/proc/self/maps")).places())
                .containsEntry(
                        etc.resolve("java.security").toString(),
                        etc.resolve("java.security").toString())
                .doesNotContainKey(home.resolve("bin").toString())
                .doesNotContainKey(folder.resolve("nothing").toString());
    }

    @Test
    void whatIsNoProgram(@TempDir Path folder) throws IOException {
        Path text = Files.writeString(folder.resolve("text"), "x".repeat(100));
        assertThatThrownBy(() -> JavaView.interpreter(text)).hasMessageContaining("no ELF program");
        assertThatThrownBy(() -> JavaView.read(folder.resolve("none"), Path.of("/proc/self/maps")))
                .isInstanceOf(ContainerException.class);
    }

    @Test
    void theHeapLeavesRoomForTheJvm() {
        assertThat(SandboxContainer.heap(Bytes.mebi(48))).isEqualTo(8 << 20);
        assertThat(SandboxContainer.heap(Bytes.mebi(256))).isEqualTo(192 << 20);
        assertThat(SandboxContainer.heap(Bytes.gibi(4))).isEqualTo((4096L - 256) << 20);
    }
}
