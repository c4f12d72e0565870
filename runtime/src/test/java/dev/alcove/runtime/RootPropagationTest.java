package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.MountChange;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Propagation;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The specification's rootfsPropagation, on a host all of whose mounts are shared: a mount namespace of the test's own, in
 * which nothing of a container may be seen.
 */
@Timeout(60)
class RootPropagationTest {
    @BeforeEach
    void needsRoot() {
        if (!Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN)) {
            InitRun.skip("needs CAP_SYS_ADMIN (run the tests as root)");
        }
    }

    private static String mounts() throws IOException {
        return Files.readString(Path.of("/proc/thread-self/mountinfo"));
    }

    /** What the script says in a container that may mount, with the usual paths hidden. */
    private static String run(String propagation, String script) throws IOException {
        return NamespaceThread.create().unshare(NamespaceKind.MOUNT).call(() -> {
            MountChange.create().propagation(Propagation.PRIVATE).recursive().apply(Path.of("/"));
            MountChange.create().propagation(Propagation.SHARED).recursive().apply(Path.of("/"));
            String before = mounts();
            assertThat(before.lines()).as("in force").allMatch(line -> line.contains(" shared:"));
            ContainerBuilder b = new ContainerBuilder("sh", "-ec", "cat >/dev/null; " + script)
                    .seccomp(SeccompChoice.unconfined())
                    .redirectErrorStream(true);
            b.capabilities().add("CAP_SYS_ADMIN");
            ContainerSpec spec = with(b.spec(), propagation);
            HostFacts facts = HostProbe.read(spec);
            try (Container c = Container.start(b.streams, spec, facts, Planner.plan(spec, facts), Map.of())) {
                assertThat(mounts()).as("while it runs").isEqualTo(before);
                c.process().getOutputStream().close();
                String said = new String(c.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(c.waitFor()).as(said).isZero();
                assertThat(mounts()).as("after it").isEqualTo(before);
                return said;
            }
        });
    }

    private static ContainerSpec with(ContainerSpec s, String propagation) {
        OciLinux linux = s.config().linux();
        OciSpec config = s.config().toBuilder()
                .linux((linux == null ? OciLinux.builder() : linux.toBuilder())
                        .rootfsPropagation(propagation)
                        .build())
                .build();
        return new ContainerSpec(
                s.id(),
                s.name(),
                config,
                s.rootfs(),
                false,
                true,
                s.files(),
                List.of(),
                s.seccomp(),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                MonitorDuties.NONE);
    }

    private static final String ROOT = "awk '$5 == \"/\" { print $7 }' /proc/self/mountinfo; ";
    private static final String HIDDEN =
            "stat -c %F /proc/timer_list; ls /proc/acpi /proc/scsi 2>/dev/null | grep -v : || true; ";

    @ParameterizedTest
    @ValueSource(strings = {"shared", "rshared"})
    void sharedWithItsOwnCopiesAndNotWithTheHost(String propagation) throws IOException {
        String nested = "unshare -m --propagation unchanged sh -c 'mount -t tmpfs seen /mnt'; "
                + "awk '$5 == \"/mnt\" { print $5 }' /proc/self/mountinfo; ";
        assertThat(run(propagation, ROOT + HIDDEN + nested).lines())
                .hasSize(3)
                .satisfies(lines -> assertThat(lines.getFirst()).startsWith("shared:"))
                .endsWith("character special file", "/mnt");
        String proc = run(propagation, "awk '$5 == \"/proc\" { print $7 }' /proc/self/mountinfo");
        assertThat(proc.startsWith("shared:")).as("recursively").isEqualTo(propagation.startsWith("r"));
    }

    @Test
    void unbindable() throws IOException {
        String bind = "mkdir /tmp/a; mount --bind / /tmp/a 2>/dev/null || echo refused";
        assertThat(run("unbindable", ROOT + HIDDEN + bind).lines())
                .containsExactly("unbindable", "character special file", "refused");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "private", "slave"})
    void othersAreNotShared(String propagation) throws IOException {
        String mount = "mount -t tmpfs unseen /mnt; ";
        assertThat(run(propagation, ROOT + HIDDEN + mount).lines()).containsExactly("-", "character special file");
    }
}
