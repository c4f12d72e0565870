package dev.alcove.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Child;
import dev.alcove.linux.DetachedMount;
import dev.alcove.linux.FdIo;
import dev.alcove.linux.Inode;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.MountChange;
import dev.alcove.linux.Mounts;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceSet;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Open;
import dev.alcove.linux.Pidfd;
import dev.alcove.linux.Pipe;
import dev.alcove.linux.Proc;
import dev.alcove.linux.Propagation;
import dev.alcove.linux.Spawn;
import dev.alcove.linux.ThreadNamespaces;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerBuilder.Room;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** clone, unshare and setns: a process in rooms of its own, one that leaves a room, one that enters another's. */
class TheThreeCallsTest {
    @BeforeEach
    void needs() {
        Needs.root();
    }

    private static NamespaceSet ours() {
        return NamespaceSet.of(Kernel.pid()).orElseThrow();
    }

    private static NamespaceSet of(Container container) {
        return NamespaceSet.of(container.pid()).orElseThrow();
    }

    @Test
    @DisplayName("clone_without_flags")
    void cloneWithoutFlags() {
        try (Container child = Rooms.none("cat").start()) {
            assertThat(of(child).shared(ours())).containsExactly(NamespaceKind.values());
            assertThat(Proc.status(child.pid()).orElseThrow().namespacePids())
                    .as("one number: it is in its parent's PID namespace")
                    .containsExactly(child.pid());
        }
    }

    @ParameterizedTest(name = "clone_each_flag {0}")
    @EnumSource(NamespaceKind.class)
    @DisplayName("clone_each_flag")
    void cloneEachFlag(NamespaceKind kind) {
        try (Container child = Rooms.none("cat").room(kind, new Room.Own()).start()) {
            Set<NamespaceKind> others = EnumSet.complementOf(EnumSet.of(kind));
            assertThat(of(child).shared(ours())).containsExactlyElementsOf(others);
            assertThat(of(child).identities()).containsKey(kind);
        }
    }

    @Test
    @DisplayName("clone_all_flags")
    void cloneAllFlags() {
        Needs.programs("util-linux", "ipcs", "ipcmk");
        String queue = Shell.run("ipcmk", "-Q").replaceAll("\\D", "");
        try {
            Container room = new ContainerBuilder("sh")
                    .hostname("container")
                    .room(NamespaceKind.USER, new Room.Own())
                    .room(NamespaceKind.TIME, new Room.Own())
                    .start();
            try (Shell inside = Shell.in(room);
                    Shell outside = Shell.outside()) {
                assertThat(of(room).shared(ours())).isEmpty();
                assertThat(inside.say("hostname")).isEqualTo("container");
                assertThat(outside.say("hostname")).isNotEqualTo("container");
                assertThat(inside.say("echo $$")).isEqualTo("1");
                assertThat(room.pid()).isNotEqualTo(1);
                assertThat(inside.say("tail -n +2 /proc/sysvipc/msg")).isEmpty();
                assertThat(outside.say("tail -n +2 /proc/sysvipc/msg")).contains(queue);
                assertThat(inside.say("ls /sys/class/net")).isEqualTo("lo");
                assertThat(outside.lines("ls /sys/class/net")).hasSizeGreaterThanOrEqualTo(1);
            }
        } finally {
            Shell.run("ipcrm", "-q", queue);
        }
    }

    @Test
    @DisplayName("unshare_self")
    void unshareSelf() {
        NamespaceKind[] kinds = {NamespaceKind.UTS, NamespaceKind.IPC, NamespaceKind.NET, NamespaceKind.MOUNT};
        Map<NamespaceKind, Inode> moved =
                NamespaceThread.create().unshare(kinds).call(() -> ofThread(kinds));
        Map<NamespaceKind, Inode> stayed = NamespaceThread.create().call(() -> ofThread(kinds));
        for (NamespaceKind kind : kinds) {
            Inode jvm = Namespace.identity(kind, Kernel.pid()).orElseThrow();
            assertThat(moved.get(kind)).as("the thread that left %s", kind).isNotEqualTo(jvm);
            assertThat(stayed.get(kind)).as("another thread of this JVM").isEqualTo(jvm);
        }
    }

    private static Map<NamespaceKind, Inode> ofThread(NamespaceKind... kinds) {
        Map<NamespaceKind, Inode> found = new EnumMap<>(NamespaceKind.class);
        for (NamespaceKind kind : kinds) {
            try (Namespace ns = Namespace.ofThread(kind).orElseThrow()) {
                found.put(kind, ns.identity());
            }
        }
        return found;
    }

    @Test
    @DisplayName("unshare_pid_moves_children_only")
    void unsharePidMovesChildrenOnly() throws IOException {
        List<String> numbers = new ArrayList<>();
        Inode caller = NamespaceThread.create().unshare(NamespaceKind.PID).call(() -> {
            numbers.add(spawn("echo $$"));
            return ofThread(NamespaceKind.PID).get(NamespaceKind.PID);
        });
        assertThat(caller)
                .as("the caller keeps its PID namespace")
                .isEqualTo(Namespace.identity(NamespaceKind.PID, Kernel.pid()).orElseThrow());
        assertThat(numbers).as("its next child is PID 1 of the new one").containsExactly("1");
    }

    /** What a shell says that the calling thread starts without any other thread's help. */
    private static String spawn(String command) throws IOException {
        try (Pipe out = Pipe.open();
                var sh = Open.path().at(Path.of("/bin/sh"))) {
            Child child = Spawn.spawn(sh, List.of("sh", "-c", command), List.of(), Map.of(1, out.writer()));
            out.writer().close();
            byte[] said = FdIo.input(out.reader()).readAllBytes();
            assertThat(child.reap().status()).isZero();
            return new String(said, UTF_8).strip();
        }
    }

    @Test
    @DisplayName("setns_joins")
    void setnsJoins(@TempDir Path folder) throws IOException {
        try (Container room = new ContainerBuilder("cat")
                .room(NamespaceKind.USER, new Room.Own())
                .room(NamespaceKind.TIME, new Room.Own())
                .start()) {
            // By path, each kind by itself, into a process of its own.
            for (NamespaceKind kind : NamespaceKind.values()) {
                ContainerBuilder builder = Rooms.none("cat").room(kind, Rooms.of(room.pid(), kind));
                try (Container joined = builder.start()) {
                    assertThat(of(joined).shared(of(room))).as("joined by path").containsExactly(kind);
                    assertThat(of(joined).shared(ours())).doesNotContain(kind).hasSize(7);
                }
            }
            // By PID, and by pidfd several in one call.
            NamespaceKind[] kinds = {NamespaceKind.UTS, NamespaceKind.IPC, NamespaceKind.NET, NamespaceKind.CGROUP};
            for (NamespaceKind kind : kinds) {
                try (Namespace ns = Namespace.of(kind, room.pid()).orElseThrow()) {
                    assertThat(NamespaceThread.create().join(ns).call(() -> ofThread(kind)))
                            .as("joined by PID")
                            .containsEntry(kind, of(room).identities().get(kind));
                }
            }
            try (Pidfd process = Pidfd.open(room.pid()).orElseThrow()) {
                Map<NamespaceKind, Inode> now = NamespaceThread.create().call(() -> {
                    ThreadNamespaces.join(process, EnumSet.copyOf(List.of(kinds)));
                    return ofThread(kinds);
                });
                for (NamespaceKind kind : kinds) {
                    assertThat(now.get(kind))
                            .as("joined by pidfd")
                            .isEqualTo(of(room).identities().get(kind));
                }
            }
            joinBound(room, folder);
            assertThat(of(room).shared(ours())).isEmpty();
        }
    }

    /** By a file to which the namespace is bound, as ip-netns(8) keeps them; bound in a mount namespace of the test's. */
    private static void joinBound(Container room, Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("net"));
        NamespaceThread.create().unshare(NamespaceKind.MOUNT).call(() -> {
            MountChange.create().propagation(Propagation.PRIVATE).recursive().apply(Path.of("/"));
            try (Namespace ns = Namespace.of(NamespaceKind.NET, room.pid()).orElseThrow();
                    DetachedMount mount = DetachedMount.copyOf(ns.fd(), false);
                    var place = Open.path().at(file)) {
                mount.attach(place);
            }
            try (Container joined = Rooms.none("cat")
                    .room(NamespaceKind.NET, new Room.Joined(file))
                    .start()) {
                assertThat(of(joined).identities().get(NamespaceKind.NET))
                        .as("joined by a bound file")
                        .isEqualTo(of(room).identities().get(NamespaceKind.NET));
            }
            return Mounts.unmount(file);
        });
        assertThat(file).as("outside of the test's mounts it is an empty file").isEmptyFile();
    }

    @Test
    @DisplayName("setns_pid_moves_children_only")
    void setnsPidMovesChildrenOnly() throws IOException {
        try (Container room = new ContainerBuilder("cat").start();
                Namespace pids = Namespace.of(NamespaceKind.PID, room.pid()).orElseThrow()) {
            List<String> numbers = new ArrayList<>();
            Inode caller = NamespaceThread.create().join(pids).call(() -> {
                numbers.add(spawn("echo $$"));
                return ofThread(NamespaceKind.PID).get(NamespaceKind.PID);
            });
            assertThat(caller)
                    .as("the caller stays")
                    .isEqualTo(
                            Namespace.identity(NamespaceKind.PID, Kernel.pid()).orElseThrow())
                    .isNotEqualTo(pids.identity());
            assertThat(numbers)
                    .as("its child is the second process of the room")
                    .containsExactly("2");
        }
    }

    @Test
    @DisplayName("nsproxy_is_shared")
    void nsproxyIsShared() throws IOException {
        Needs.programs("util-linux", "unshare");
        try (Container one = Rooms.none("cat").start();
                Container other = Rooms.only().start()) {
            List<Integer> both = List.of(one.pid(), other.pid());
            assertThat(NamespaceSet.groups(both)).hasSize(1).containsValue(both);
            OutputStream input = other.process().getOutputStream();
            input.write("exec unshare --uts sh\n".getBytes(UTF_8));
            input.flush();
            Wait.until("it has left", () -> NamespaceSet.groups(both).size() == 2);
            assertThat(of(other).shared(of(one))).hasSize(7).doesNotContain(NamespaceKind.UTS);
            assertThat(NamespaceSet.groups(List.of(one.pid(), Kernel.pid())))
                    .as("those that stayed")
                    .hasSize(1);
        }
    }
}
