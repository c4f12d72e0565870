package dev.alcove.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.CgroupController;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.DetachedMount;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FsContext;
import dev.alcove.linux.Mounts;
import dev.alcove.linux.MountChange;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Netlink;
import dev.alcove.linux.NewLink;
import dev.alcove.linux.Open;
import dev.alcove.linux.Propagation;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The check around every test bites: each kind of thing that is left is named. Part of every module's tests. */
final class NothingLeftTest {
    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration SOON = Duration.ofSeconds(15);

    @TempDir
    Path folder;

    private static void root() {
        assumeTrue(
                Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN),
                "needs CAP_SYS_ADMIN (run the tests as root)");
    }

    private static void assertNamed(Leftovers before, String what) {
        assertThatThrownBy(() -> NothingLeft.check(before, AT_ONCE))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(what);
    }

    /** The parameter comes from the extension alone: this module's tests run with it. */
    @Test
    void isInForceHere(Leftovers before) {
        assertThat(before.mounts()).isNotEmpty();
        assertThat(before.links()).contains("lo");
        assertThat(before.processes())
                .contains(Long.toString(ProcessHandle.current().pid()));
        NothingLeft.check(before, SOON);
    }

    @Test
    void aDescriptorIsNamed() throws Exception {
        Path file = Files.createFile(folder.resolve("kept"));
        Leftovers before = Leftovers.look();
        try (InputStream kept = Files.newInputStream(file)) {
            assertThat(kept.read()).isNegative();
            assertNamed(before, " of " + file);
        }
        NothingLeft.check(before, SOON);
    }

    @Test
    void aFileIsNamed() throws Exception {
        Leftovers before = Leftovers.look();
        Path file = Files.createTempFile("alcove-test-", "");
        assertNamed(before, "file " + file);
        Files.delete(file);
        NothingLeft.check(before, SOON);
    }

    @Test
    void aProcessIsNamedUntilItIsWaitedFor() throws Exception {
        Leftovers before = Leftovers.look();
        Process process = new ProcessBuilder("sleep", "1000").start();
        assertNamed(before, "process " + process.pid() + " ");
        process.destroyForcibly().waitFor();
        process.getInputStream().close();
        NothingLeft.check(before, SOON);
    }

    @Test
    void aControlGroupIsNamed() throws Exception {
        root();
        var pids = CgroupLayout.read().of(CgroupController.PIDS);
        assumeTrue(pids.isPresent(), "needs a pids controller");
        Path group = Path.of(
                pids.get().mountPoint(),
                "alcove-test-left-" + ProcessHandle.current().pid());
        Leftovers before = Leftovers.look();
        Files.createDirectory(group);
        try {
            assertNamed(before, "control group " + group);
        } finally {
            Files.delete(group);
        }
        NothingLeft.check(before, SOON);
    }

    @Test
    void aMountIsNamedAndOneThatIsTakenAway() throws Exception {
        root();
        NamespaceThread.create().unshare(NamespaceKind.MOUNT).call(() -> {
            MountChange.create().propagation(Propagation.PRIVATE).recursive().apply(Path.of("/"));
            Leftovers before = Leftovers.look();
            try (FsContext context = FsContext.open("tmpfs").create();
                    DetachedMount mount = context.mount();
                    Fd place = Open.path().at(folder)) {
                mount.attach(place);
            }
            assertNamed(before, "mount " + folder + " (tmpfs, id ");
            Leftovers mounted = Leftovers.look();
            assertThat(Mounts.unmount(folder)).isTrue();
            assertNamed(mounted, "no more: mount " + folder + " (tmpfs, id ");
            NothingLeft.check(before, SOON);
            return true;
        });
    }

    @Test
    void aLinkIsNamed() {
        root();
        NamespaceThread.create().unshare(NamespaceKind.NET).call(() -> {
            Leftovers before = Leftovers.look();
            try (Netlink net = Netlink.open()) {
                net.links().addVeth(NewLink.named("left"), NewLink.named("behind"));
            }
            assertNamed(before, "link behind, link left");
            return true;
        });
    }
}
