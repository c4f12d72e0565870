package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class NamespaceTest {
    private static final int SELF = (int) ProcessHandle.current().pid();

    @ParameterizedTest
    @EnumSource(NamespaceKind.class)
    void identityIsWhatTheLinkOfProcSays(NamespaceKind kind) throws IOException {
        Path link = Path.of("/proc/self/ns", kind.fileName());
        try (Namespace namespace = Namespace.of(kind, SELF).orElseThrow();
                Namespace same = Namespace.at(link)) {
            assertThat(namespace.toString())
                    .isEqualTo(Files.readSymbolicLink(link).toString());
            assertThat(same.kind()).isEqualTo(kind);
            assertThat(same.isSame(namespace)).isTrue();
            assertThat(Namespace.identity(kind, SELF)).contains(namespace.identity());
        }
    }

    @Test
    void aSocketsNamespaceByACopyOfTheDescriptor() throws IOException {
        Inode net = Namespace.identity(NamespaceKind.NET, SELF).orElseThrow();
        int sockets = 0;
        try (ServerSocket socket = new ServerSocket(0);
                Pidfd self = Pidfd.open(SELF).orElseThrow()) {
            assertThat(socket.isBound()).isTrue();
            for (int number : Proc.descriptors(SELF)) {
                try (Fd copy = self.descriptor(number).orElse(null)) {
                    if (copy == null) {
                        continue;
                    }
                    String link = Files.readSymbolicLink(Path.of("/proc/self/fd/" + copy.number()))
                            .toString();
                    try (Namespace of = Namespace.ofSocket(copy).orElse(null)) {
                        assertThat(of != null).as(link).isEqualTo(link.startsWith("socket:["));
                        if (of != null) {
                            assertThat(of.kind()).isEqualTo(NamespaceKind.NET);
                            assertThat(of.identity()).isEqualTo(net);
                            sockets++;
                        }
                    } catch (LinuxException e) {
                        // Who does not administer this network is not told which it is.
                        assertThat(e.errno()).isEqualTo(Errno.EPERM);
                        assertThat(Capabilities.ofThread().effective()).doesNotContain(Capability.NET_ADMIN);
                        sockets++;
                    }
                }
            }
            assertThat(self.descriptor(1_000_000)).isEmpty();
        }
        assertThat(sockets).isPositive();
    }

    @Test
    void oneThatWasSeenIsOnlyOpenedWhileItIsThat() throws Exception {
        Path link = Path.of("/proc/self/ns/net");
        Inode net = Namespace.identity(NamespaceKind.NET, SELF).orElseThrow();
        try (Namespace found = Namespace.find(link, NamespaceKind.NET, net).orElseThrow()) {
            assertThat(found.identity()).isEqualTo(net);
            assertThat(found.kind()).isEqualTo(NamespaceKind.NET);
        }
        assertThat(Namespace.find(Path.of("/proc/self/ns/uts"), NamespaceKind.NET, net))
                .isEmpty();
        assertThat(Namespace.find(Path.of("/nowhere"), NamespaceKind.NET, net)).isEmpty();
        // Opened for reading, a FIFO would wait for its other end.
        Path fifo = Files.createTempDirectory("alcove-test-").resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        assertThat(Namespace.find(fifo, NamespaceKind.NET, net)).isEmpty();
        Files.delete(fifo);
        Files.delete(fifo.getParent());
    }

    @Test
    void aFileThatIsNoNamespaceIsRefused() {
        assertThatThrownBy(() -> Namespace.at(Path.of("/proc/self/status")))
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOTTY));
    }

    @Test
    void aProcessThatIsNotThereHasNone() {
        assertThat(Namespace.of(NamespaceKind.NET, Integer.MAX_VALUE)).isEmpty();
        assertThat(Namespace.identity(NamespaceKind.NET, Integer.MAX_VALUE)).isEmpty();
    }

    @Test
    void ownerAndParentOfAChildsNamespacesAreTheCallers() throws Exception {
        Needs.root();
        Process process = new ProcessBuilder(
                        "unshare",
                        "--user",
                        "--map-root-user",
                        "--pid",
                        "--fork",
                        "--kill-child",
                        "sh",
                        "-c",
                        "echo ready; exec sleep 300")
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(out.readLine()).isEqualTo("ready");
            int pid = (int) process.pid();
            try (Namespace mine = Namespace.of(NamespaceKind.USER, SELF).orElseThrow();
                    Namespace user = Namespace.of(NamespaceKind.USER, pid).orElseThrow();
                    Namespace userParent = user.parent().orElseThrow();
                    Namespace myPids = Namespace.of(NamespaceKind.PID, SELF).orElseThrow();
                    Namespace pids =
                            Namespace.ofChildren(NamespaceKind.PID, pid).orElseThrow();
                    Namespace pidsParent = pids.parent().orElseThrow();
                    Namespace pidsOwner = pids.owner().orElseThrow();
                    Namespace net = Namespace.of(NamespaceKind.NET, pid).orElseThrow()) {
                assertThat(user.isSame(mine)).isFalse();
                assertThat(userParent.isSame(mine)).isTrue();
                assertThat(user.ownerUid()).isZero();
                assertThat(pids.isSame(myPids)).isFalse();
                assertThat(pidsParent.isSame(myPids)).isTrue();
                assertThat(pidsOwner.isSame(user)).isTrue();
                assertThat(pidsOwner.kind()).isEqualTo(NamespaceKind.USER);
                assertThatThrownBy(net::parent).isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(net::ownerUid).isInstanceOf(IllegalStateException.class);
                assertThat(Proc.uidMap(pid)).contains(IdMap.single(0, 0));
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void aNewNetworkNamespaceHasPortsOfItsOwn() throws Exception {
        Needs.root();
        try (Namespace outside = Namespace.ofThread(NamespaceKind.NET).orElseThrow();
                Namespace inside = NamespaceThread.create()
                        .unshare(NamespaceKind.NET)
                        .call(() -> Namespace.ofThread(NamespaceKind.NET).orElseThrow())) {
            assertThat(inside.isSame(outside)).isFalse();
            Path devices = Path.of("/proc/thread-self/net/dev");
            String links = NamespaceThread.create().join(inside).call(() -> Files.readString(devices));
            assertThat(links).contains("lo:");
            try (ServerSocket socket = new ServerSocket(0)) {
                int port = socket.getLocalPort();
                // The same port is free inside, and not outside.
                try (ServerSocket again = NamespaceThread.create().join(inside).call(() -> new ServerSocket(port))) {
                    assertThat(again.getLocalPort()).isEqualTo(port);
                }
                assertThatThrownBy(() -> NamespaceThread.create().call(() -> new ServerSocket(port)))
                        .isInstanceOf(BindException.class);
            }
            try (Namespace after = Namespace.ofThread(NamespaceKind.NET).orElseThrow()) {
                assertThat(after.isSame(outside)).isTrue();
            }
        }
    }

    @Test
    void mountsOfANewMountNamespaceAreSeenInsideAlone() throws Exception {
        Needs.root();
        try (Namespace inside = NamespaceThread.create()
                .unshare(NamespaceKind.MOUNT)
                .call(() -> {
                    MountChange.create()
                            .propagation(Propagation.PRIVATE)
                            .recursive()
                            .apply(Path.of("/"));
                    try (FsContext tmpfs = FsContext.open("tmpfs");
                            DetachedMount mount =
                                    tmpfs.string("size", "64k").create().mount();
                            Fd target = Open.path().directory().at(Path.of("/mnt"))) {
                        mount.attach(target);
                    }
                    Files.writeString(Path.of("/mnt/seen"), "inside");
                    return Namespace.ofThread(NamespaceKind.MOUNT).orElseThrow();
                })) {
            assertThat(Path.of("/mnt/seen")).doesNotExist();
            String text = NamespaceThread.create().join(inside).call(() -> Files.readString(Path.of("/mnt/seen")));
            assertThat(text).isEqualTo("inside");
        }
        assertThat(Path.of("/mnt/seen")).doesNotExist();
    }

    @Test
    void allKindsOfAProcessAreJoinedAtOnce() throws Exception {
        Needs.root();
        Process process = new ProcessBuilder(
                        "unshare", "--net", "--uts", "--ipc", "--mount", "sh", "-c", "echo ready; exec sleep 300")
                .start();
        try (BufferedReader out =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
                Pidfd pidfd = Pidfd.open((int) process.pid()).orElseThrow()) {
            assertThat(out.readLine()).isEqualTo("ready");
            Set<NamespaceKind> kinds =
                    EnumSet.of(NamespaceKind.NET, NamespaceKind.UTS, NamespaceKind.IPC, NamespaceKind.MOUNT);
            NamespaceThread.create().call(() -> {
                ThreadNamespaces.join(pidfd, kinds);
                for (NamespaceKind kind : kinds) {
                    try (Namespace here = Namespace.ofThread(kind).orElseThrow()) {
                        assertThat(Namespace.identity(kind, pidfd.pid())).contains(here.identity());
                        assertThat(Namespace.identity(kind, SELF)).isNotEqualTo(here.identity());
                    }
                }
                return pidfd;
            });
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void childrenOfAnUnsharedThreadGetTheNewPidNamespace() throws Exception {
        Needs.root();
        String inside = NamespaceThread.create().unshare(NamespaceKind.PID).call(() -> {
            Path seen = Files.createTempFile("alcove-test-", ".pid");
            try (SpawnedChild child = SpawnedChild.shell("echo $$ > " + seen);
                    Pidfd process = child.open()) {
                assertThat(process.reap().status()).isEqualTo(new WaitStatus.Exited(0));
                return Files.readString(seen).strip();
            } finally {
                Files.delete(seen);
            }
        });
        assertThat(inside).isEqualTo("1");
    }

    @Test
    void aThreadWithoutCapabilitiesIsRefused() {
        NamespaceThread.create().call(() -> {
            dropCapabilities();
            assertThat(Capabilities.ofThread().effective()).isEmpty();
            for (NamespaceKind kind : NamespaceKind.values()) {
                if (kind != NamespaceKind.USER) {
                    assertThatThrownBy(() -> ThreadNamespaces.unshare(Set.of(kind)))
                            .hasMessage("unshare " + kind.fileName() + ": EPERM (operation not permitted)");
                }
            }
            try (Namespace net = Namespace.ofThread(NamespaceKind.NET).orElseThrow()) {
                assertThatThrownBy(() -> ThreadNamespaces.join(net))
                        .hasMessage("setns " + net + ": EPERM (operation not permitted)");
            }
            return "";
        });
    }

    @Test
    void whatAThreadsChildrenWouldBeIn() {
        assertThat(NamespaceSet.ofThreadsChildren()).isEqualTo(NamespaceSet.ofProcessesChildren());
        assertThat(NamespaceSet.ofProcessesChildren().identities()).containsOnlyKeys(NamespaceKind.values());
        Needs.root();
        for (NamespaceKind kind : List.of(NamespaceKind.UTS, NamespaceKind.PID, NamespaceKind.TIME)) {
            NamespaceThread.create().unshare(kind).call(() -> {
                // PID and TIME are the children's alone; a PID namespace is not shown before it has a process.
                assertThat(NamespaceSet.ofThreadsChildren().shared(NamespaceSet.ofProcessesChildren()))
                        .hasSize(NamespaceKind.values().length - 1)
                        .doesNotContain(kind);
                return true;
            });
        }
    }

    @Test
    void whatAThreadMayDo() {
        Privileges own = Privileges.ofThread();
        assertThat(own.user())
                .isEqualTo(Proc.status(Proc.self()).orElseThrow().uids().get(1));
        assertThat(own.permitted())
                .isEqualTo(Capability.mask(Capabilities.ofThread().permitted()));
        Needs.root();
        NamespaceThread.create().call(() -> {
            dropCapabilities();
            assertThat(Privileges.ofThread())
                    .isEqualTo(new Privileges(own.user(), 0, own.noNewPrivileges(), own.filtered()));
            return true;
        });
        assertThat(Privileges.ofThread()).isEqualTo(own);
    }

    /** Of this thread alone: capset(2), of which the C library makes no call for all threads. */
    private static void dropCapabilities() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(8, 8);
            header.set(ValueLayout.JAVA_INT, 0, 0x20080522);
            MemorySegment none = arena.allocate(24, 8);
            Native.check(Native.raw(Syscall.CAPSET, header.address(), none.address()), Syscall.CAPSET, "");
        }
    }

    @Test
    void aProcessThatEndedGivesNoOtherOnesNamespace() {
        try (SpawnedChild child = SpawnedChild.shell("exec sleep 300");
                Pidfd process = child.open()) {
            try (Namespace net = Namespace.of(NamespaceKind.NET, process).orElseThrow()) {
                assertThat(Namespace.identity(NamespaceKind.NET, SELF)).contains(net.identity());
            }
            process.send(Signal.KILL);
            process.reap();
            assertThat(Namespace.of(NamespaceKind.NET, process)).isEmpty();
        }
    }

    @Test
    void aThreadIsMadeForOneRunAndGone() {
        Thread first = NamespaceThread.create().call(Thread::currentThread);
        Thread second = NamespaceThread.create().call(Thread::currentThread);
        assertThat(first).isNotSameAs(second);
        assertThat(first.isVirtual()).isFalse();
        assertThat(first.isAlive()).isFalse();
    }

    @Test
    void whatTheCodeThrowsArrivesAsItIs() {
        IOException checked = new IOException("from inside");
        assertThatThrownBy(() -> NamespaceThread.create().call(() -> {
                    throw checked;
                }))
                .isSameAs(checked);
        AssertionError error = new AssertionError("from inside");
        assertThatThrownBy(() -> NamespaceThread.create().call(() -> {
                    throw error;
                }))
                .isSameAs(error);
    }

    @Test
    void virtualThreadsAreRefusedButMayCall() throws Exception {
        AtomicReference<Object> seen = new AtomicReference<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        ThreadNamespaces.unshare(Set.of(NamespaceKind.UTS));
                    } catch (IllegalStateException e) {
                        seen.set(NamespaceThread.create().call(() -> String.valueOf(e.getMessage())));
                    }
                })
                .join();
        assertThat(seen.get()).asString().contains("virtual thread");
    }

    @Test
    void kindsNoThreadOfAJvmCanEnterAreRefusedWithTheReason() {
        assertThatThrownBy(() ->
                        NamespaceThread.create().unshare(NamespaceKind.USER).call(() -> 1))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("one thread");
        try (Namespace time = Namespace.ofThread(NamespaceKind.TIME).orElseThrow()) {
            assertThatThrownBy(() -> NamespaceThread.create().join(time).call(() -> 1))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("time namespace");
        }
    }

    @Test
    void kindsAreFoundByTheirNames() {
        assertThat(NamespaceKind.named("mnt")).contains(NamespaceKind.MOUNT);
        assertThat(NamespaceKind.named("mount")).contains(NamespaceKind.MOUNT);
        assertThat(NamespaceKind.named("network")).contains(NamespaceKind.NET);
        assertThat(NamespaceKind.named("Net")).contains(NamespaceKind.NET);
        assertThat(NamespaceKind.named("nets")).isEmpty();
        assertThat(NamespaceKind.flags(EnumSet.allOf(NamespaceKind.class))).isEqualTo(0x7e020080L);
    }
}
