package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PollerTest {
    private static final int TIMEOUT_S = 30;
    private static final byte[] ONE = {1};

    @Test
    void tellsEachOfThousandsOnce() throws Exception {
        int count = 1500;
        List<UnixSocket.Pair> pairs = new ArrayList<>();
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch ready = new CountDownLatch(count);
        try (Poller poller = new Poller("test-poller")) {
            for (int i = 0; i < count; i++) {
                UnixSocket.Pair pair = UnixSocket.pair();
                pairs.add(pair);
                poller.register(pair.left().fd(), () -> {
                    assertThat(Thread.currentThread().getName()).isEqualTo("test-poller");
                    assertThat(Thread.currentThread().isDaemon()).isTrue();
                    calls.incrementAndGet();
                    ready.countDown();
                });
            }
            assertThat(calls).hasValue(0);
            for (int i = 0; i < count; i++) {
                UnixSocket peer = pairs.get(i).right();
                if (i % 2 == 0) {
                    peer.send(ONE);
                    peer.send(ONE);
                } else {
                    peer.close();
                }
            }
            assertThat(ready.await(TIMEOUT_S, TimeUnit.SECONDS)).isTrue();
        } finally {
            pairs.forEach(UnixSocket.Pair::close);
        }
        assertThat(calls).hasValue(count);
    }

    @Test
    void tellsAProcessesEnd() throws Exception {
        try (Poller poller = new Poller("test-poller");
                Fd cat = Programs.open("/bin/cat");
                UnixSocket.Pair pair = UnixSocket.pair()) {
            Child child = Spawn.spawn(
                    cat, List.of("cat"), List.of(), Map.of(0, pair.right().fd()));
            pair.right().close();
            long n = Native.raw(Syscall.PIDFD_OPEN, child.pid(), 0);
            try (Fd pidfd = new Fd(Native.check(n, Syscall.PIDFD_OPEN, child), child.toString())) {
                CompletableFuture<Child.Exit> exit = new CompletableFuture<>();
                poller.register(pidfd, () -> exit.complete(child.tryReap().orElseThrow()));
                assertThat(exit.isDone()).isFalse();
                pair.left().close();
                assertThat(exit.get(TIMEOUT_S, TimeUnit.SECONDS).status()).isZero();
            }
        }
    }

    @Test
    void isRegisteredAgainAfterItWasReady() throws Exception {
        try (Poller poller = new Poller("test-poller");
                UnixSocket.Pair pair = UnixSocket.pair()) {
            byte[] one = new byte[1];
            for (int i = 0; i < 3; i++) {
                CompletableFuture<Boolean> ready = new CompletableFuture<>();
                poller.register(pair.left().fd(), () -> ready.complete(true));
                pair.right().send(ONE);
                assertThat(ready.get(TIMEOUT_S, TimeUnit.SECONDS)).isTrue();
                assertThat(pair.left().readFully(one)).isTrue();
            }
        }
    }

    @Test
    void aCancelledOneIsNotTold() throws Exception {
        try (Poller poller = new Poller("test-poller");
                UnixSocket.Pair cancelled = UnixSocket.pair();
                UnixSocket.Pair other = UnixSocket.pair()) {
            AtomicInteger calls = new AtomicInteger();
            Poller.Registration registration = poller.register(cancelled.left().fd(), calls::incrementAndGet);
            assertThat(registration.cancel()).isTrue();
            assertThat(registration.cancel()).isFalse();
            cancelled.right().send(ONE);
            CompletableFuture<Boolean> told = new CompletableFuture<>();
            Poller.Registration second = poller.register(other.left().fd(), () -> told.complete(true));
            other.right().send(ONE);
            assertThat(told.get(TIMEOUT_S, TimeUnit.SECONDS)).isTrue();
            assertThat(second.cancel()).isFalse();
            assertThat(calls).hasValue(0);
            // It can be waited for again.
            CompletableFuture<Boolean> again = new CompletableFuture<>();
            poller.register(cancelled.left().fd(), () -> again.complete(true));
            assertThat(again.get(TIMEOUT_S, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void survivesACallbackThatThrows() throws Exception {
        try (Poller poller = new Poller("test-poller");
                UnixSocket.Pair pair = UnixSocket.pair();
                UnixSocket.Pair other = UnixSocket.pair()) {
            CompletableFuture<Throwable> uncaught = new CompletableFuture<>();
            poller.register(pair.left().fd(), () -> {
                Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> uncaught.complete(e));
                throw new IllegalStateException("thrown on purpose");
            });
            pair.right().send(ONE);
            assertThat(uncaught.get(TIMEOUT_S, TimeUnit.SECONDS)).hasMessage("thrown on purpose");
            CompletableFuture<Boolean> told = new CompletableFuture<>();
            poller.register(other.left().fd(), () -> told.complete(true));
            other.right().send(ONE);
            assertThat(told.get(TIMEOUT_S, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void endsItsThreadWhenClosed() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        Poller poller = new Poller("test-poller");
        try (UnixSocket.Pair pair = UnixSocket.pair()) {
            poller.register(pair.left().fd(), () -> thread.complete(Thread.currentThread()));
            pair.right().send(ONE);
            Thread its = thread.get(TIMEOUT_S, TimeUnit.SECONDS);
            poller.close();
            its.join(TimeUnit.SECONDS.toMillis(TIMEOUT_S));
            assertThat(its.isAlive()).isFalse();
            poller.close();
            assertThatThrownBy(() -> poller.register(pair.left().fd(), () -> {}))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void canBeClosedFromACallback() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        Poller poller = new Poller("test-poller");
        try (UnixSocket.Pair pair = UnixSocket.pair()) {
            poller.register(pair.left().fd(), () -> {
                poller.close();
                thread.complete(Thread.currentThread());
            });
            pair.right().send(ONE);
            Thread its = thread.get(TIMEOUT_S, TimeUnit.SECONDS);
            its.join(TimeUnit.SECONDS.toMillis(TIMEOUT_S));
            assertThat(its.isAlive()).isFalse();
        }
    }

    @Test
    void refusesWhatCannotBeWaitedFor(@TempDir java.nio.file.Path directory) throws Exception {
        java.nio.file.Path file = Files.createFile(directory.resolve("file"));
        try (Poller poller = new Poller("test-poller");
                Fd regular = Programs.open(file, Programs.O_CLOEXEC)) {
            assertThatThrownBy(() -> poller.register(regular, () -> {}))
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPERM));
        }
        try (Poller neverStarted = new Poller("test-poller")) {
            assertThat(neverStarted).isNotNull();
        }
    }
}
