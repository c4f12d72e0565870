package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.Flock;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Netlink;
import dev.alcove.linux.NewLink;
import dev.alcove.linux.SeccompCompiler;
import dev.alcove.linux.SeccompFilter;
import dev.alcove.linux.SeccompPolicy;
import dev.alcove.spec.LinuxPids;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of this module's documentation that are too small for a program of their own: compiled, and run. */
class SnippetsTest {
    private static void needsRoot() {
        if (!Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN)) {
            InitRun.skip("needs CAP_SYS_ADMIN (run the tests as root)");
        }
    }

    @Test
    void aCommandInANamespaceThatIsThere() {
        needsRoot();
        int pid = Kernel.pid();
        // @start region="enter"
        int status = new EnterBuilder(List.of("cat", "/proc/net/dev"))
                .target(pid)
                .join(List.of(NamespaceKind.NET))
                .start()
                .waitFor();
        // @end
        assertThat(status).isZero();
    }

    @Test
    void aCommandInANamespaceOfItsOwn() {
        needsRoot();
        // @start region="unshare"
        int status = new UnshareBuilder(List.of("hostname", "elsewhere"))
                .make(List.of(NamespaceKind.UTS))
                .start()
                .waitFor();
        // @end
        assertThat(status).isZero();
    }

    /** In a network of the test's own: its veth's outer end would be the machine's. */
    @Test
    void aCableIntoANewContainer() throws IOException {
        needsRoot();
        String said = NamespaceThread.create().unshare(NamespaceKind.NET).call(() -> {
            ContainerBuilder builder = new ContainerBuilder("ls", "/sys/class/net");
            // @start region="prepare"
            builder.prepare(pid -> {
                try (Namespace net = Namespace.of(NamespaceKind.NET, pid).orElseThrow();
                        Netlink here = Netlink.open()) {
                    here.links()
                            .addVeth(
                                    NewLink.named("outside"),
                                    NewLink.named("eth0").in(net.fd()));
                }
            });
            // @end
            try (Container c = builder.start()) {
                String out = new String(c.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(c.waitFor()).isZero();
                return out;
            }
        });
        assertThat(said).isEqualTo("eth0\nlo\n");
    }

    @Test
    void whetherItLives(@TempDir Path folder) throws IOException {
        needsRoot();
        // @start region="hold"
        Path alive = folder.resolve("alive");
        try (Container c = new ContainerBuilder("cat").hold(alive).start()) {
            assertThat(Flock.isHeld(alive)).isTrue(); // by its monitor, whatever becomes of this process
            c.process().getOutputStream().close();
            c.waitFor();
        }
        Flock.awaitFree(alive);
        // @end
        assertThat(Flock.isHeld(alive)).isFalse();
    }

    @Test
    void otherLimits() {
        needsRoot();
        try (Container container =
                new ContainerBuilder("sleep", "1000").pids(64).start()) {
            // @start region="update"
            container.update(limits -> limits.pids(new LinuxPids(200L)));
            // @end
            assertThat(container.stats().pids().orElseThrow().limit()).hasValue(200);
        }
    }

    @Test
    void aProfile() {
        // @start region="seccomp"
        SeccompPolicy policy = SeccompProfile.standard().policy(Arch.host(), Set.of("CAP_CHOWN"), 6, 1);
        SeccompFilter filter = new SeccompCompiler(Arch.host()).compile(policy);
        // @end
        assertThat(filter.length()).isPositive();
    }
}
