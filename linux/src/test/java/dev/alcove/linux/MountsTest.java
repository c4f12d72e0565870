package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MountsTest {
    private static final int SELF = (int) ProcessHandle.current().pid();

    @TempDir
    private Path dir = Path.of("");

    /** In a mount namespace of its own, from which nothing reaches the outside and which ends with the thread. */
    private static void inside(NamespaceThread.Action<String, IOException> action) throws IOException {
        Needs.root();
        NamespaceThread.create().unshare(NamespaceKind.MOUNT).call(() -> {
            MountChange.create().propagation(Propagation.PRIVATE).recursive().apply(Path.of("/"));
            return action.call();
        });
    }

    /** What the thread sees; /proc/self would be the first thread's. */
    private static List<MountInfo> mounts() throws IOException {
        return MountInfo.parse(Files.readString(Path.of("/proc/thread-self/mountinfo")));
    }

    private static MountInfo mountAt(Path place) throws IOException {
        return mounts().stream()
                .filter(m -> m.mountPoint().equals(place.toString()))
                .reduce((a, b) -> b)
                .orElseThrow();
    }

    private static void tmpfs(Path at, MountAttribute... attributes) {
        try (FsContext context = FsContext.open("tmpfs");
                DetachedMount mount = context.string("source", "alcove test")
                        .string("size", "64k")
                        .create()
                        .mount(attributes);
                Fd target = Open.path().directory().at(at)) {
            mount.attach(target);
        }
    }

    @Test
    void aNewFileSystemHasItsOptionsAndAttributes() throws IOException {
        Path place = Files.createDirectory(dir.resolve("a b\\c"));
        inside(() -> {
            tmpfs(place, MountAttribute.NOSUID, MountAttribute.NODEV, MountAttribute.NOEXEC, MountAttribute.NOATIME);
            MountInfo info = mountAt(place);
            assertThat(info.type()).isEqualTo("tmpfs");
            assertThat(info.source()).isEqualTo("alcove test");
            assertThat(info.options()).contains("rw", "nosuid", "nodev", "noexec", "noatime");
            assertThat(info.superOptions()).contains("size=64k");
            assertThat(info.propagation()).isEqualTo(Propagation.PRIVATE);
            assertThat(info.isReadOnly()).isFalse();
            FileStat stat = FileStat.find(place).orElseThrow();
            assertThat(stat.inode().device()).isEqualTo(Inode.device(info.deviceMajor(), info.deviceMinor()));
            assertThat(FileSystemType.of(place)).isEqualTo(FileSystemType.TMPFS);
            return "";
        });
        assertThat(Proc.mounts(SELF).orElseThrow())
                .noneMatch(m -> m.mountPoint().equals(place.toString()));
    }

    @Test
    void aReadOnlyBindIsReadOnlyAndItsSourceIsNot() throws IOException {
        Path source = Files.createDirectory(dir.resolve("source"));
        Path place = Files.createDirectory(dir.resolve("place"));
        inside(() -> {
            try (Fd from = Open.path().directory().at(source);
                    DetachedMount mount = DetachedMount.copyOf(from, true);
                    Fd target = Open.path().directory().at(place)) {
                MountChange.create()
                        .set(MountAttribute.READ_ONLY, MountAttribute.NODEV)
                        .recursive()
                        .apply(mount.fd());
                mount.attach(target);
            }
            Files.writeString(source.resolve("file"), "seen");
            assertThat(place.resolve("file")).hasContent("seen");
            assertThatThrownBy(() -> Files.writeString(place.resolve("other"), ""))
                    .isInstanceOf(FileSystemException.class)
                    .hasMessageContaining("Read-only");
            assertThat(mountAt(place).isReadOnly()).isTrue();
            MountChange.create().clear(MountAttribute.READ_ONLY).apply(place);
            Files.writeString(place.resolve("other"), "");
            assertThat(mountAt(place).options()).contains("nodev");
            return "";
        });
    }

    @Test
    void aFileSystemIsReconfigured() throws IOException {
        Path place = Files.createDirectory(dir.resolve("place"));
        inside(() -> {
            tmpfs(place);
            try (Fd mount = Open.path().directory().at(place);
                    FsContext context = FsContext.pick(mount)) {
                context.string("size", "128k").flag("ro").reconfigure();
            }
            MountInfo info = mountAt(place);
            assertThat(info.superOptions()).contains("ro", "size=128k");
            assertThat(info.options()).contains("rw");
            assertThat(info.isReadOnly()).isTrue();
            return "";
        });
    }

    @Test
    void aNamespaceIsKeptByAMountOfIt() throws IOException {
        Path place = Files.createFile(dir.resolve("kept"));
        inside(() -> {
            Inode identity;
            try (Namespace uts = NamespaceThread.create()
                            .unshare(NamespaceKind.UTS)
                            .call(() -> Namespace.ofThread(NamespaceKind.UTS).orElseThrow());
                    DetachedMount mount = DetachedMount.copyOf(uts.fd(), false);
                    Fd target = Open.path().at(place)) {
                mount.attach(target);
                identity = uts.identity();
            }
            try (Namespace kept = Namespace.at(place)) {
                assertThat(kept.kind()).isEqualTo(NamespaceKind.UTS);
                assertThat(kept.identity()).isEqualTo(identity);
                assertThat(mountAt(place).root()).isEqualTo(kept.toString());
            }
            assertThat(Mounts.unmount(place)).isTrue();
            assertThatThrownBy(() -> Namespace.at(place)).isInstanceOf(LinuxException.class);
            return "";
        });
    }

    @Test
    void propagationIsWhatMountinfoShows() throws IOException {
        Path place = Files.createDirectory(dir.resolve("place"));
        inside(() -> {
            tmpfs(place);
            MountChange.create().propagation(Propagation.SHARED).apply(place);
            assertThat(mountAt(place).propagation()).isEqualTo(Propagation.SHARED);
            Path other = Files.createDirectory(place.resolve("other"));
            try (DetachedMount copy = DetachedMount.copyOf(place, false)) {
                MountChange.create().propagation(Propagation.SLAVE).apply(copy.fd());
                try (Fd target = Open.path().at(Files.createDirectory(dir.resolve("copy")))) {
                    copy.attach(target);
                }
            }
            MountInfo slave = mountAt(dir.resolve("copy"));
            assertThat(slave.propagation()).isEqualTo(Propagation.SLAVE);
            assertThat(slave.master()).isEqualTo(mountAt(place).peerGroup());
            // From the master to the slave it travels.
            tmpfs(other);
            assertThat(mountAt(dir.resolve("copy/other")).type()).isEqualTo("tmpfs");
            MountChange.create().propagation(Propagation.UNBINDABLE).apply(place);
            assertThat(mountAt(place).unbindable()).isTrue();
            assertThatThrownBy(() -> DetachedMount.copyOf(place, false))
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
            return "";
        });
    }

    @Test
    void theKernelsOwnWordsAreInTheError() {
        Needs.root();
        try (FsContext context = FsContext.open("tmpfs")) {
            assertThatThrownBy(() -> context.string("size", "sixty"))
                    .isInstanceOfSatisfying(LinuxException.class, e -> {
                        assertThat(e.errno()).isEqualTo(Errno.EINVAL);
                        assertThat(e.object())
                                .startsWith("tmpfs size=sixty (tmpfs: ")
                                .contains("Bad value");
                    });
            assertThatThrownBy(() -> context.flag("nonsense")).hasMessageContaining("Unknown parameter 'nonsense'");
        }
        assertThatThrownBy(() -> FsContext.open("no-such-fs")).hasMessage("fsopen no-such-fs: ENODEV (no such device)");
    }

    @Test
    void unmountsWhatIsAMountAlone() throws IOException {
        Path place = Files.createDirectory(dir.resolve("place"));
        inside(() -> {
            assertThat(Mounts.unmount(place)).isFalse();
            assertThat(Mounts.detach(dir.resolve("missing"))).isFalse();
            tmpfs(place);
            try (Fd open = Open.read().at(place)) {
                assertThatThrownBy(() -> Mounts.unmount(place))
                        .isInstanceOfSatisfying(
                                LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY));
                assertThat(Mounts.detach(place)).isTrue();
                assertThat(FileSystemType.of(open)).isEqualTo(FileSystemType.TMPFS);
            }
            assertThat(FileSystemType.of(place)).isNotEqualTo(FileSystemType.NSFS);
            assertThat(Mounts.detach(place)).isFalse();
            return "";
        });
    }

    @Test
    void aPivotedThreadSeesTheNewRoot() throws IOException {
        Path place = Files.createDirectory(dir.resolve("root"));
        List<String> seen = new ArrayList<>();
        inside(() -> {
            tmpfs(place);
            Files.createDirectory(place.resolve("old"));
            Files.writeString(place.resolve("mark"), "new root");
            // Once before, since no class can be loaded from where there is another root.
            look(place, seen);
            Mounts.detach(place.resolve("old"));
            seen.clear();
            Mounts.pivotRoot(place, place.resolve("old"));
            look(Path.of("/"), seen);
            seen.add("detached " + Mounts.detach(Path.of("/old")));
            look(Path.of("/"), seen);
            return "";
        });
        assertThat(seen)
                .containsExactly("new root", "size 8", "old true", "detached true", "new root", "size 8", "old false");
        assertThat(Path.of("/mark")).doesNotExist();
    }

    private static void look(Path root, List<String> seen) {
        try (Fd mark = Open.read().at(root.resolve("mark"))) {
            seen.add(new String(FileIo.readAll(mark, 100), StandardCharsets.UTF_8));
        }
        seen.add("size " + FileStat.find(root.resolve("mark")).orElseThrow().size());
        seen.add("old " + FileStat.find(root.resolve("old/proc/self")).isPresent());
    }

    @Test
    void anIdMappedMountShowsOtherOwners() throws Exception {
        Path source = Files.createDirectory(dir.resolve("source"));
        Files.writeString(source.resolve("file"), "");
        Needs.root();
        try (SpawnedChild child = SpawnedChild.shell("exec unshare --user sh -c 'kill -STOP $$; exec sleep 300'")) {
            while (Proc.stat(child.pid()).orElseThrow().state() != 'T') {
                Thread.onSpinWait();
            }
            byte[] map = IdMap.of(new IdRange(0, 70_000, 100)).text().getBytes(StandardCharsets.UTF_8);
            for (String file : new String[] {"uid_map", "gid_map"}) {
                try (Fd fd = Open.write().at(Path.of("/proc/" + child.pid() + "/" + file))) {
                    FileIo.writeAll(fd, map);
                }
            }
            assertThat(Proc.uidMap(child.pid())).contains(IdMap.of(new IdRange(0, 70_000, 100)));
            try (Namespace user = Namespace.of(NamespaceKind.USER, child.pid()).orElseThrow();
                    DetachedMount mount = DetachedMount.copyOf(source, false)) {
                MountChange.create().idMap(user).apply(mount.fd());
                assertThat(FileStat.find(mount.fd(), "file").orElseThrow().uid())
                        .isEqualTo(70_000);
                assertThat(FileStat.find(source.resolve("file")).orElseThrow().uid())
                        .isZero();
            }
        }
    }

    @Test
    void linesWithEveryOptionalFieldAreRead() {
        List<MountInfo> mounts = MountInfo.parse("""
                36 35 98:0 /mnt1 /a\\040b\\011c\\012d\\134e rw,noatime shared:7 master:1 propagate_from:2 - ext3 /dev/root rw,errors=continue
                37 36 0:4 net:[4026532231] /run/netns/x rw unbindable - nsfs nsfs rw
                38 36 0:5 / /empty ro,nosuid - tmpfs  rw,size=4k
                """);
        MountInfo first = mounts.getFirst();
        assertThat(first.mountPoint()).isEqualTo("/a b\tc\nd\\e");
        assertThat(first.peerGroup()).hasValue(7);
        assertThat(first.master()).hasValue(1);
        assertThat(first.propagateFrom()).hasValue(2);
        assertThat(first.propagation()).isEqualTo(Propagation.SHARED);
        assertThat(first.superOptions()).containsExactly("rw", "errors=continue");
        assertThat(mounts.get(1).root()).isEqualTo("net:[4026532231]");
        assertThat(mounts.get(1).propagation()).isEqualTo(Propagation.UNBINDABLE);
        assertThat(mounts.get(2).source()).isEmpty();
        assertThat(mounts.get(2).isReadOnly()).isTrue();
        assertThat(MountInfo.unescape("\\303\\251\\")).isEqualTo("é\\");
        assertThatThrownBy(() -> MountInfo.parse("36 35 98:0 /")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theMountsOfThisProcessAreRead() {
        assertThat(Proc.mounts(SELF).orElseThrow())
                .anyMatch(m -> m.mountPoint().equals("/"))
                .anyMatch(m -> m.type().equals("proc"));
    }
}
