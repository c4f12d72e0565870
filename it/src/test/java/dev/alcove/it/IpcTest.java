package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.DetachedMount;
import dev.alcove.linux.FsContext;
import dev.alcove.linux.Inode;
import dev.alcove.linux.MountChange;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Open;
import dev.alcove.linux.Propagation;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerBuilder.Room;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** System V message queues, semaphores and shared memory, and POSIX message queues. */
class IpcTest {
    @BeforeEach
    void needs() {
        Needs.root();
        Needs.programs("util-linux", "ipcs", "ipcmk", "ipcrm");
    }

    /** The identifiers that {@code ipcs -q}, {@code -s} or {@code -m} lists. */
    private static String ids(Shell shell, String kind) {
        return shell.say("ipcs -" + kind + " | awk '/^0x/ {print $2}'");
    }

    private static String make(Shell shell, String kind) {
        String size = kind.equals("S") ? " 1" : kind.equals("M") ? " 4096" : "";
        return shell.say("ipcmk -" + kind + size).replaceAll("\\D", "");
    }

    @Test
    @DisplayName("ipc_queue_hidden")
    void ipcQueueHidden() {
        hidden("Q", "q");
    }

    @Test
    @DisplayName("ipc_all_kinds")
    void ipcAllKinds(@TempDir Path folder) throws IOException {
        hidden("S", "s");
        hidden("M", "m");
        posixQueues(folder);
    }

    /** One kind: seen with only a UTS namespace of one's own, not with an IPC namespace, nor the other way round. */
    private static void hidden(String make, String list) {
        try (Shell outside = Shell.outside();
                Shell onlyUts = Shell.in(Rooms.only(NamespaceKind.UTS).start());
                Shell own = Shell.in(
                        Rooms.only(NamespaceKind.UTS, NamespaceKind.IPC).start())) {
            String before = ids(outside, list);
            String id = make(outside, make);
            try {
                assertThat(ids(outside, list).lines()).contains(id);
                assertThat(ids(onlyUts, list).lines()).contains(id);
                assertThat(ids(own, list)).isEmpty();
            } finally {
                outside.say("ipcrm -" + list + " " + id);
            }
            String inside = make(own, make);
            assertThat(ids(own, list)).isEqualTo(inside);
            assertThat(ids(outside, list)).isEqualTo(before);
        }
    }

    private static void posixQueues(Path folder) throws IOException {
        NamespaceThread.create().unshare(NamespaceKind.MOUNT, NamespaceKind.IPC).call(() -> {
            MountChange.create().propagation(Propagation.PRIVATE).recursive().apply(Path.of("/"));
            try (FsContext queues = FsContext.open("mqueue").create();
                    DetachedMount mount = queues.mount();
                    var place = Open.path().at(folder)) {
                mount.attach(place);
            }
            Files.createFile(folder.resolve("outside"));
            ContainerBuilder shared = new ContainerBuilder("sh").room(NamespaceKind.IPC, new Room.Host());
            try (Shell same = Shell.in(shared.start());
                    Shell own = Shell.in(new ContainerBuilder("sh").start())) {
                assertThat(same.say("ls /dev/mqueue")).isEqualTo("outside");
                assertThat(own.say("ls /dev/mqueue")).isEmpty();
                own.say("touch /dev/mqueue/inside");
                assertThat(own.say("ls /dev/mqueue")).isEqualTo("inside");
                assertThat(same.say("ls /dev/mqueue")).isEqualTo("outside");
            }
            try (var listed = Files.list(folder)) {
                assertThat(listed.map(path -> path.getFileName().toString())).containsExactly("outside");
            }
            return true;
        });
    }

    @Test
    @DisplayName("ipc_gone_with_last_process")
    void ipcGoneWithLastProcess() {
        Inode identity;
        String id;
        Container last;
        try (Container first = new ContainerBuilder("sh").start()) {
            id = make(Shell.in(first), "Q");
            identity = Namespace.identity(NamespaceKind.IPC, first.pid()).orElseThrow();
            last = Rooms.none("sh")
                    .room(NamespaceKind.IPC, Rooms.of(first.pid(), NamespaceKind.IPC))
                    .start();
        }
        try (Shell second = Shell.in(last)) {
            assertThat(ids(second, "q"))
                    .as("one process is left, and so is the queue")
                    .isEqualTo(id);
        }
        assertThat(Rooms.members(NamespaceKind.IPC, identity)).isEmpty();
        countedNamespaces();
    }

    /**
     * The kernel counts a user's IPC namespaces until all that was in them is freed: where only one may be, the next can
     * be made when the objects of the one before are gone.
     */
    private static void countedNamespaces() {
        ContainerBuilder builder = Rooms.only(NamespaceKind.USER, NamespaceKind.PID, NamespaceKind.MOUNT);
        try (Shell shell = Shell.in(builder.start())) {
            shell.say("mount -t proc proc /proc; echo 1 > /proc/sys/user/max_ipc_namespaces");
            String with = "unshare --ipc sh -c 'ipcmk -Q; ";
            assertThat(shell.attempt(with + "unshare --ipc true'").status())
                    .as("a second one while the first is there")
                    .isNotZero();
            Wait.until(
                    "the last one and its queue are gone",
                    () -> shell.attempt(with + "true'").status() == 0);
        }
    }

    @Test
    @DisplayName("ipc_joined")
    void ipcJoined() {
        try (Container first = new ContainerBuilder("sh").start();
                Shell inside = Shell.in(first);
                Shell outside = Shell.outside()) {
            String id = make(inside, "Q");
            ContainerBuilder join = Rooms.none("sh").room(NamespaceKind.IPC, Rooms.of(first.pid(), NamespaceKind.IPC));
            try (Shell joined = Shell.in(join.start())) {
                assertThat(ids(joined, "q")).isEqualTo(id);
            }
            String own = inside.say("ipcs -q | awk '/^0x/ {print $1}'");
            assertThat(outside.say("ipcs -q")).doesNotContain(own);
        }
    }
}
