package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FilesTest {
    @TempDir
    private Path dir = Path.of("");

    private Fd root = Fd.standard(0);

    @BeforeEach
    void open() {
        root = Open.path().directory().at(dir);
    }

    @AfterEach
    void close() {
        root.close();
    }

    private static void fails(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(type(LinuxException.class))
                .extracting(LinuxException::errno)
                .isEqualTo(errno);
    }

    @Test
    void absoluteLinksStayInsideARoot() throws IOException {
        Files.createDirectories(dir.resolve("etc"));
        Files.writeString(dir.resolve("etc/passwd"), "inside");
        Files.createSymbolicLink(dir.resolve("etc/absolute"), Path.of("/etc/passwd"));
        Files.createSymbolicLink(dir.resolve("etc/above"), Path.of("../../../../../../../../../../../../etc/passwd"));
        Open inRoot = Open.read().resolve(Resolve.IN_ROOT);
        for (String path : new String[] {"etc/passwd", "/etc/passwd", "etc/absolute", "etc/above", "../etc/above"}) {
            try (Fd file = inRoot.at(root, path)) {
                assertThat(FileIo.readAll(file, 100)).asString().isEqualTo("inside");
            }
        }
        // The other side: without the limit the same names lead out.
        try (Fd outside = Open.path().at(root, "etc/above")) {
            assertThat(FileStat.of(outside).inode())
                    .isEqualTo(
                            FileStat.find(Path.of("/etc/passwd")).orElseThrow().inode());
        }
        fails(Errno.EXDEV, () -> Open.read().resolve(Resolve.BENEATH).at(root, "etc/absolute"));
        fails(Errno.EXDEV, () -> Open.read().resolve(Resolve.BENEATH).at(root, "../x"));
        fails(Errno.ELOOP, () -> Open.read().resolve(Resolve.NO_SYMLINKS).at(root, "etc/absolute"));
        fails(Errno.ELOOP, () -> Open.path().resolve(Resolve.NO_MAGICLINKS).at(Path.of("/proc/self/exe")));
        fails(Errno.EXDEV, () -> Open.path().resolve(Resolve.NO_XDEV).at(Path.of("/proc/self")));
    }

    @Test
    void whatIsMissingIsEmptyAndTheRestIsThrown() throws IOException {
        Files.writeString(dir.resolve("file"), "");
        assertThat(Open.read().find(root, "missing")).isEmpty();
        assertThat(Open.read().find(root, "file/below")).isEmpty();
        assertThat(Open.read().find(dir.resolve("missing"))).isEmpty();
        fails(Errno.ENOENT, () -> Open.read().at(root, "missing"));
        fails(Errno.ENOTDIR, () -> Open.read().directory().at(root, "file"));
        fails(Errno.EEXIST, () -> Open.write().create(0600).exclusive().at(root, "file"));
        assertThatThrownBy(() -> Open.read().at(root, "missing"))
                .hasMessage("openat " + dir + "/missing: ENOENT (no such file or directory)");
        Files.createSymbolicLink(dir.resolve("link"), Path.of("file"));
        fails(Errno.ELOOP, () -> Open.read().noFollow().at(root, "link"));
        assertThatThrownBy(() -> Open.write().create(010000)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Open.read().at(root, "a\0b")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void writesReadsAndTells() throws IOException {
        byte[] big = new byte[100_001];
        new java.util.Random(1).nextBytes(big);
        try (Fd file = Open.readWrite().create(0600).at(root, "big")) {
            FileIo.writeAll(file, big);
            FileIo.permissions(file, 0751);
            FileIo.sync(file);
            FileStat stat = FileStat.of(file);
            assertThat(stat.size()).isEqualTo(big.length);
            assertThat(stat.permissions()).isEqualTo(0751);
            assertThat(stat.type()).isEqualTo(FileType.REGULAR);
            assertThat(stat.inode().number()).isEqualTo(Files.getAttribute(dir.resolve("big"), "unix:ino"));
            assertThat(stat.inode().device()).isEqualTo(Files.getAttribute(dir.resolve("big"), "unix:dev"));
            FileIo.truncate(file, 100_000);
        }
        try (Fd file = Open.write().at(root, "big")) {
            FileIo.writeAt(file, 99_998, new byte[] {1, 2});
            FileIo.writeAt(file, 7, new byte[] {3});
            FileIo.writeAt(file, 200_000, new byte[0]);
            big[99_998] = 1;
            big[99_999] = 2;
            big[7] = 3;
        }
        try (Fd file = Open.read().at(root, "big")) {
            fails(Errno.EBADF, () -> FileIo.writeAt(file, 0, new byte[1]));
            assertThat(FileIo.readAll(file, 100_000)).isEqualTo(java.util.Arrays.copyOf(big, 100_000));
        }
        try (Fd file = Open.read().at(root, "big")) {
            fails(Errno.EFBIG, () -> FileIo.readAll(file, 99_999));
        }
        FileStat zero = FileStat.find(Path.of("/dev/null")).orElseThrow();
        assertThat(zero.type()).isEqualTo(FileType.CHARACTER_DEVICE);
        assertThat(zero.deviceMajor()).isEqualTo(1);
        assertThat(zero.deviceMinor()).isEqualTo(3);
    }

    @Test
    void namesAreMadeMovedAndRemoved() throws IOException {
        assertThat(At.mkdir(root, "d", 0700)).isTrue();
        assertThat(At.mkdir(root, "d", 0700)).isFalse();
        assertThat(At.symlink("target", root, "l")).isTrue();
        assertThat(At.symlink("target", root, "l")).isFalse();
        assertThat(At.readLink(root, "l")).contains("target");
        assertThat(At.readLink(root, "d")).isEmpty();
        assertThat(At.readLink(root, "missing")).isEmpty();
        assertThat(FileStat.find(root, "l").orElseThrow().type()).isEqualTo(FileType.SYMBOLIC_LINK);
        assertThat(At.mknod(root, "p", FileType.FIFO, 0600, 0, 0)).isTrue();
        assertThat(FileStat.find(root, "p").orElseThrow().type()).isEqualTo(FileType.FIFO);
        assertThat(At.renameIfFree(root, "p", root, "l")).isFalse();
        At.exchange(root, "p", root, "l");
        assertThat(At.readLink(root, "p")).contains("target");
        At.rename(root, "p", root, "l");
        assertThat(At.readLink(root, "l")).contains("target");
        fails(Errno.EISDIR, () -> At.unlink(root, "d"));
        fails(Errno.ENOTDIR, () -> At.rmdir(root, "l"));
        assertThat(At.unlink(root, "l")).isTrue();
        assertThat(At.unlink(root, "l")).isFalse();
        assertThat(At.rmdir(root, "d")).isTrue();
        assertThat(At.rmdir(root, "d")).isFalse();
        try (var left = Files.list(dir)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void ownersAndDevicesAreSetByRoot() throws IOException {
        Needs.root();
        assertThat(At.mknod(root, "null", FileType.CHARACTER_DEVICE, 0666, 1, 3))
                .isTrue();
        At.owner(root, "null", 4_294_967_294L, 70_000);
        FileStat stat = FileStat.find(root, "null").orElseThrow();
        assertThat(stat.uid()).isEqualTo(4_294_967_294L);
        assertThat(stat.gid()).isEqualTo(70_000);
        assertThat(stat.deviceMajor()).isEqualTo(1);
        assertThat(stat.deviceMinor()).isEqualTo(3);
        At.symlink("/etc/passwd", root, "link");
        At.owner(root, "link", 5, 6);
        assertThat(FileStat.find(root, "link").orElseThrow().uid()).isEqualTo(5);
        assertThat(FileStat.find(Path.of("/etc/passwd")).orElseThrow().uid()).isZero();
        assertThatThrownBy(() -> At.owner(root, "link", -1, 0)).isInstanceOf(IllegalArgumentException.class);
        try (Fd file = Open.path().at(root, "null")) {
            FileIo.owner(file, 7, 8);
            assertThat(FileStat.of(file).gid()).isEqualTo(8);
        }
    }

    @Test
    void attributesAreReadBack() throws IOException {
        Needs.root();
        try (Fd file = Open.readWrite().create(0600).at(root, "file")) {
            assertThat(FileIo.attribute(file, "trusted.alcove")).isEmpty();
            FileIo.attribute(file, "trusted.alcove", new byte[] {1, 0, 2});
            assertThat(FileIo.attribute(file, "trusted.alcove")).contains(new byte[] {1, 0, 2});
        }
    }

    @Test
    void aReplacedFileIsTheNewOneAndNothingElseIsLeft() throws IOException {
        AtomicFile.replace(root, "state.json", "one".getBytes(StandardCharsets.UTF_8), 0640);
        AtomicFile.replace(root, "state.json", "two".getBytes(StandardCharsets.UTF_8), 0666);
        Path file = dir.resolve("state.json");
        assertThat(file).hasContent("two");
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-rw-rw-"));
        // A directory of the name cannot be replaced by a file; what was begun is taken back.
        At.mkdir(root, "taken", 0700);
        fails(Errno.EISDIR, () -> AtomicFile.replace(root, "taken", new byte[0], 0600));
        try (var left = Files.list(dir)) {
            assertThat(left).containsExactlyInAnyOrder(file, dir.resolve("taken"));
        }
        assertThatThrownBy(() -> AtomicFile.replace(root, "a/b", new byte[0], 0600))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void locksExclude() {
        Path file = dir.resolve("lock");
        try (Flock lock = Flock.exclusive(file)) {
            assertThat(lock.fd().isOpen()).isTrue();
            assertThat(Flock.tryExclusive(file)).isEmpty();
            assertThat(Flock.tryShared(file)).isEmpty();
        }
        try (Flock one = Flock.shared(file);
                Flock two = Flock.tryShared(file).orElseThrow()) {
            assertThat(one).isNotSameAs(two);
            assertThat(Flock.tryExclusive(file)).isEmpty();
        }
        try (Flock lock = Flock.tryExclusive(file).orElseThrow()) {
            assertThat(lock.fd().isOpen()).isTrue();
        }
    }

    @Test
    void oneWhoWaitsForALockGetsItAtItsEnd() throws Exception {
        Path file = dir.resolve("lock");
        CountDownLatch got = new CountDownLatch(1);
        Thread waiter;
        try (Flock lock = Flock.exclusive(file)) {
            waiter = Thread.ofPlatform().start(() -> {
                try (Flock mine = Flock.exclusive(file)) {
                    assertThat(mine.fd().isOpen()).isTrue();
                    got.countDown();
                }
            });
            assertThat(lock.fd().isOpen()).isTrue();
            assertThat(got.getCount()).isEqualTo(1);
        }
        waiter.join();
        assertThat(got.getCount()).isZero();
    }

    @Test
    void aSealedProgramRunsAndCannotBeChanged() throws Exception {
        byte[] program = Files.readAllBytes(Path.of("/bin/true"));
        try (SealedFile sealed = SealedFile.of("alcove-test", program)) {
            fails(Errno.EPERM, () -> FileIo.writeAll(sealed.fd(), new byte[] {1}));
            fails(Errno.EPERM, () -> FileIo.truncate(sealed.fd(), 0));
            fails(Errno.EPERM, () -> FileIo.truncate(sealed.fd(), program.length + 1L));
            try (Fd again = Open.readWrite().at(sealed.path())) {
                fails(Errno.EPERM, () -> FileIo.writeAll(again, new byte[] {1}));
            }
            try (Fd read = Open.read().at(sealed.path())) {
                assertThat(FileIo.readAll(read, 10_000_000)).isEqualTo(program);
            }
            Path ours = Path.of(sealed.path()
                    .toString()
                    .replace("self", "" + ProcessHandle.current().pid()));
            try (SpawnedChild child = SpawnedChild.shell("exec " + ours);
                    Pidfd process = child.open()) {
                assertThat(process.reap().status()).isEqualTo(new WaitStatus.Exited(0));
            }
        }
    }

    @Test
    void fileSystemsAreTold() {
        assertThat(FileSystemType.of(Path.of("/proc"))).isEqualTo(FileSystemType.PROC);
        assertThat(FileSystemType.of(Path.of("/sys"))).isEqualTo(FileSystemType.SYSFS);
        try (Namespace net = Namespace.ofThread(NamespaceKind.NET).orElseThrow()) {
            assertThat(FileSystemType.of(net.fd())).isEqualTo(FileSystemType.NSFS);
        }
        assertThat(Set.of(FileSystemType.CGROUP, FileSystemType.CGROUP2, FileSystemType.TMPFS))
                .contains(FileSystemType.of(Path.of("/sys/fs/cgroup")));
    }
}
