package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketTest {
    @TempDir
    Path directory;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void carriesBytesBothWaysAndTheEnd() {
        try (UnixSocket.Pair pair = UnixSocket.pair()) {
            pair.left().send(bytes("there"));
            pair.right().send(bytes("back"));
            byte[] five = new byte[5];
            assertThat(pair.right().readFully(five)).isTrue();
            assertThat(new String(five, StandardCharsets.UTF_8)).isEqualTo("there");
            pair.right().shutdown();
            assertThat(pair.left().readFully(five)).as("only four came").isFalse();
            assertThat(pair.left().receive(five).length()).isZero();
            pair.left().send(bytes("still"));
            assertThat(pair.right().receive(five).length()).isEqualTo(5);
        }
    }

    @Test
    void takesOverASocketThatIsConnectedAlready() {
        try (UnixSocket.Pair pair = UnixSocket.pair();
                UnixSocket owner = UnixSocket.of(pair.left().fd())) {
            assertThat(pair.left().fd().isOpen()).isFalse();
            owner.send(bytes("owned"));
            assertThat(pair.right().receive(new byte[5]).length()).isEqualTo(5);
        }
    }

    @Test
    void carriesMoreThanItsBufferHolds() throws Exception {
        byte[] sent = new byte[3_000_000];
        new Random(1).nextBytes(sent);
        try (UnixSocket.Pair pair = UnixSocket.pair()) {
            Thread sender = Thread.ofPlatform().start(() -> pair.left().send(sent));
            byte[] received = new byte[sent.length];
            assertThat(pair.right().readFully(received)).isTrue();
            sender.join();
            assertThat(Arrays.equals(sent, received)).isTrue();
        }
    }

    @Test
    void sendsWhatFitsBeforeAnybodyReads() throws Exception {
        byte[] sent = new byte[3_000_000];
        new Random(2).nextBytes(sent);
        try (UnixSocket.Pair pair = UnixSocket.pair()) {
            int first = pair.left().sendWhatFits(sent);
            assertThat(first).isPositive().isLessThan(sent.length);
            assertThat(pair.left().sendWhatFits(sent)).as("the socket is full").isZero();
            Thread sender = Thread.ofPlatform().start(() -> pair.left().send(sent, first));
            byte[] received = new byte[sent.length];
            assertThat(pair.right().readFully(received)).isTrue();
            sender.join();
            assertThat(Arrays.equals(sent, received)).isTrue();
        }
    }

    @Test
    void carriesDescriptors() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "by descriptor");
        try (UnixSocket.Pair pair = UnixSocket.pair();
                Fd one = Programs.open(file, Programs.O_CLOEXEC);
                Fd two = Programs.open("/dev/null")) {
            pair.left().send(bytes("x"), List.of(one, two));
            Files.delete(file);
            UnixSocket.Received received = pair.right().receive(new byte[10]);
            assertThat(received.length()).isEqualTo(1);
            assertThat(received.descriptors()).hasSize(2);
            try (Fd first = received.descriptors().get(0);
                    Fd second = received.descriptors().get(1)) {
                assertThat(Programs.readAll(first)).isEqualTo("by descriptor");
                assertThat(Programs.readAll(second)).isEmpty();
                for (Fd fd : List.of(first, second)) {
                    int getfd = 1;
                    assertThat(Native.raw(Syscall.FCNTL, fd.number(), getfd))
                            .as("close-on-exec")
                            .isEqualTo(1);
                }
            }
            pair.left().send(bytes("y"));
            assertThat(pair.right().receive(new byte[10]).descriptors()).isEmpty();
        }
    }

    @Test
    void carriesAsManyDescriptorsAsTheKernelAllows() {
        try (UnixSocket.Pair pair = UnixSocket.pair();
                Fd fd = Programs.open("/dev/null")) {
            pair.left().send(bytes("x"), Collections.nCopies(UnixSocket.MOST_DESCRIPTORS, fd));
            List<Fd> received =
                    new ArrayList<>(pair.right().receive(new byte[1]).descriptors());
            received.forEach(Fd::close);
            assertThat(received).hasSize(UnixSocket.MOST_DESCRIPTORS);
            assertThatThrownBy(() ->
                            pair.left().send(bytes("x"), Collections.nCopies(UnixSocket.MOST_DESCRIPTORS + 1, fd)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> pair.left().send(new byte[0], List.of(fd)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aClosedPeerIsAnErrorNotASignal() {
        try (UnixSocket.Pair pair = UnixSocket.pair()) {
            pair.right().close();
            assertThatThrownBy(() -> pair.left().send(bytes("x")))
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPIPE));
        }
    }

    @Test
    void connectsToAPathHoweverLong() throws Exception {
        Path deep = directory;
        for (int i = 0; i < 8; i++) {
            deep = Files.createDirectory(deep.resolve("a-directory-with-a-long-name-" + i));
        }
        // Java's own sockets cannot listen at so long a path, but the socket can be moved there.
        for (Path path : List.of(directory.resolve("short.sock"), deep.resolve("long.sock"))) {
            Path bound = directory.resolve("bound");
            try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                server.bind(UnixDomainSocketAddress.of(bound));
                Files.move(bound, path);
                try (UnixSocket client = UnixSocket.connect(path);
                        SocketChannel accepted = server.accept()) {
                    client.send(bytes("hello"));
                    ByteBuffer buffer = ByteBuffer.allocate(5);
                    while (buffer.hasRemaining() && accepted.read(buffer) >= 0) {
                        // Until all five are here.
                    }
                    assertThat(new String(buffer.array(), StandardCharsets.UTF_8))
                            .isEqualTo("hello");
                }
            }
            assertThatThrownBy(() -> UnixSocket.connect(path)).isInstanceOfSatisfying(LinuxException.class, e -> {
                assertThat(e.errno()).isEqualTo(Errno.ECONNREFUSED);
                assertThat(e.object()).isEqualTo(path.toString());
            });
        }
        assertThatThrownBy(() -> UnixSocket.connect(directory.resolve("missing")))
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
    }

    /** The listener lets no more wait, and nobody accepts. */
    @Test
    void connectsWithinATimeOrNot() throws Exception {
        Path path = directory.resolve("busy");
        List<UnixSocket> waiting = new ArrayList<>();
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path), 1);
            assertThatThrownBy(() -> {
                        while (waiting.size() < 100) {
                            waiting.add(UnixSocket.connect(path, Duration.ofMillis(20)));
                        }
                    })
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN));
            assertThat(waiting).isNotEmpty();
            assertThatThrownBy(() -> waiting.getFirst().receive(new byte[1]))
                    .as("the same limit holds for what follows")
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN));
        } finally {
            waiting.forEach(UnixSocket::close);
        }
    }

    @Test
    void sendsAtOnceOrNotAtAll() {
        try (UnixSocket.Pair pair = UnixSocket.pair()) {
            byte[] name = bytes("name");
            int sent = 0;
            while (sent < 100_000 && pair.left().sendAtOnce(name, List.of(Fd.standard(0)))) {
                sent++;
            }
            assertThat(sent).as("it was full at last").isLessThan(100_000);
            assertThat(sent).isPositive();
            pair.left().shutdown();
            // Messages with descriptors are never glued together, however much there is room for.
            for (int i = 0; i < sent; i++) {
                UnixSocket.Received received = pair.right().receive(new byte[64]);
                assertThat(received.length()).isEqualTo(name.length);
                assertThat(received.descriptors()).hasSize(1);
                received.descriptors().getFirst().close();
            }
            assertThat(pair.right().receive(new byte[64]).length()).isZero();
        }
    }

    @Test
    void isReadAndWrittenAsStreamsAndBuffers() throws Exception {
        try (UnixSocket.Pair pair = UnixSocket.pair();
                OutputStream out = FdIo.output(pair.left().fd());
                InputStream in = FdIo.input(pair.right().fd())) {
            out.write('a');
            out.write(bytes("_bc_"), 1, 2);
            assertThat(in.readNBytes(3)).isEqualTo(bytes("abc"));
            ByteBuffer direct =
                    ByteBuffer.allocateDirect(16).put(bytes("direct")).flip();
            FdIo.write(pair.left().fd(), direct);
            assertThat(direct.hasRemaining()).isFalse();
            ByteBuffer into = ByteBuffer.allocateDirect(16).position(2);
            assertThat(FdIo.read(pair.right().fd(), into)).isEqualTo(6);
            assertThat(into.position()).isEqualTo(8);
            assertThat(into.get(2)).isEqualTo((byte) 'd');
            FdIo.write(pair.left().fd(), ByteBuffer.wrap(bytes("heap")).asReadOnlyBuffer());
            assertThat(in.read()).isEqualTo('h');
            pair.left().close();
            assertThat(in.readAllBytes()).isEqualTo(bytes("eap"));
            assertThat(in.read()).isEqualTo(-1);
            assertThatThrownBy(() -> out.write(1)).isInstanceOf(java.io.IOException.class);
        }
    }

    @Test
    void aNonBlockingDescriptorIsWaitedFor() throws Exception {
        int setfl = 4;
        int nonblock = 0x800;
        byte[] sent = new byte[1_000_000];
        Arrays.fill(sent, (byte) 7);
        try (UnixSocket.Pair pair = UnixSocket.pair()) {
            for (UnixSocket socket : List.of(pair.left(), pair.right())) {
                Native.check(Native.raw(Syscall.FCNTL, socket.fd().number(), setfl, nonblock), Syscall.FCNTL, "test");
            }
            Thread sender =
                    Thread.ofPlatform().start(() -> FdIo.write(pair.left().fd(), sent));
            byte[] received = new byte[sent.length];
            assertThat(pair.right().readFully(received)).isTrue();
            sender.join();
            assertThat(received).isEqualTo(sent);
        }
    }
}
