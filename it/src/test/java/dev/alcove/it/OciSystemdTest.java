package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The control groups of {@code alcove-oci --systemd-cgroup} with a real systemd, in a guest: this machine need not run one,
 * and the test could not undo what it told it. What is looked at is in {@link SystemdGuest}.
 */
final class OciSystemdTest {
    private static void guest(String version) {
        Needs.programs("busybox-static", "busybox");
        Needs.programs("systemd", "busctl", "systemctl");
        Needs.programs("dbus", "dbus-daemon");
        String said = Guest.run(List.of(Path.of("systemd").toAbsolutePath().toString(), version), SystemdGuest.class);
        assertThat(said.lines()).first().isEqualTo("version " + version);
        assertThat(said.lines().filter(line -> line.startsWith("ok ")))
                .as(said)
                .containsExactlyElementsOf(SystemdGuest.all().keySet().stream()
                        .map(name -> "ok " + name)
                        .toList());
    }

    @Test
    void withVersion2() {
        guest("2");
    }

    @Test
    void withVersion1() {
        guest("1");
    }
}
