package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thread of this JVM under a filter that asks, and this one answers. */
@Timeout(60)
class SeccompListenerTest {
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int SET_MODE_FILTER = 1;
    private static final int NEW_LISTENER = 8;

    /** Filters bind the thread that loads them, for good: one made for it. */
    private static final class Confined implements AutoCloseable {
        private final BlockingQueue<CompletableFuture<Long>> calls = new ArrayBlockingQueue<>(4);
        private final CompletableFuture<SeccompListener> listener = new CompletableFuture<>();
        private final Thread thread;

        Confined() {
            thread = Thread.ofPlatform().daemon().start(() -> {
                try {
                    listener.complete(load());
                    while (true) {
                        CompletableFuture<Long> call = calls.take();
                        call.complete(Native.raw(Syscall.GETPPID));
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } catch (RuntimeException e) {
                    listener.completeExceptionally(e);
                }
            });
        }

        private static SeccompListener load() {
            SeccompPolicy policy = new SeccompPolicy(
                    SeccompOutcome.of(SeccompAction.ALLOW),
                    Set.of(),
                    List.of(new SeccompRule(List.of("getppid"), SeccompOutcome.of(SeccompAction.NOTIFY))),
                    Set.of());
            SeccompFilter filter = new SeccompCompiler(Arch.host()).compile(policy);
            assertThat(filter.notifies()).isTrue();
            assertThat(policy.notifies()).isTrue();
            try (Arena arena = Arena.ofConfined()) {
                Native.check(Native.raw(Syscall.PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), Syscall.PRCTL, null);
                MemorySegment program = arena.allocate(16, 8);
                program.set(ValueLayout.JAVA_SHORT, 0, (short) filter.length());
                program.set(
                        ValueLayout.JAVA_LONG,
                        8,
                        Native.bytes(arena, filter.bytes()).address());
                long fd = Native.raw(Syscall.SECCOMP, SET_MODE_FILTER, NEW_LISTENER, program.address());
                return SeccompListener.of(new Fd(Native.check(fd, Syscall.SECCOMP, null), "listener"));
            }
        }

        SeccompListener listener() throws Exception {
            return listener.get(20, TimeUnit.SECONDS);
        }

        CompletableFuture<Long> call() {
            CompletableFuture<Long> result = new CompletableFuture<>();
            calls.add(result);
            return result;
        }

        @Override
        public void close() throws InterruptedException {
            thread.interrupt();
            thread.join();
        }
    }

    @Test
    void callsAreNamedAndAnswered() throws Exception {
        try (Confined confined = new Confined();
                SeccompListener listener = confined.listener()) {
            assertThat(listener.poll()).isEmpty();
            assertThat(listener.over()).isFalse();
            CompletableFuture<Long> refused = confined.call();
            SeccompListener.Call call = listener.await().orElseThrow();
            assertThat(call.name()).contains("getppid");
            assertThat(call.is(Syscall.GETPPID)).isTrue();
            assertThat(call.is(Syscall.EXECVE)).isFalse();
            assertThat(call.thread()).isPositive();
            assertThat(listener.refuse(call, Errno.EXDEV)).isTrue();
            assertThat(refused.get(20, TimeUnit.SECONDS)).isEqualTo(-Errno.EXDEV.number());
            assertThat(listener.refuse(call, Errno.EPERM))
                    .as("answered already")
                    .isFalse();

            CompletableFuture<Long> passed = confined.call();
            assertThat(listener.proceed(listener.await().orElseThrow())).isTrue();
            assertThat(passed.get(20, TimeUnit.SECONDS))
                    .isEqualTo(ProcessHandle.current()
                            .parent()
                            .map(ProcessHandle::pid)
                            .orElse(0L));
        }
    }

    @Test
    void thePollerTellsOfACall() throws Exception {
        try (Confined confined = new Confined();
                SeccompListener listener = confined.listener();
                Poller poller = new Poller("test")) {
            CompletableFuture<String> name = new CompletableFuture<>();
            poller.register(listener.fd(), () -> {
                SeccompListener.Call call = listener.poll().orElseThrow();
                listener.refuse(call, Errno.EPERM);
                name.complete(call.name().orElseThrow());
            });
            assertThat(confined.call().get(20, TimeUnit.SECONDS)).isEqualTo(-Errno.EPERM.number());
            assertThat(name.get(20, TimeUnit.SECONDS)).isEqualTo("getppid");
        }
    }

    @Test
    void withoutASupervisorNobodyHangs() throws Exception {
        try (Confined confined = new Confined()) {
            CompletableFuture<Long> waiting;
            try (SeccompListener listener = confined.listener()) {
                waiting = confined.call();
                assertThat(listener.await()).isPresent();
            }
            assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(-Errno.ENOSYS.number());
            assertThat(confined.call().get(20, TimeUnit.SECONDS)).isEqualTo(-Errno.ENOSYS.number());
        }
    }

    @Test
    void theEndOfAllWhoAreUnderTheFilterIsSeen() throws Exception {
        SeccompListener listener;
        try (Confined confined = new Confined()) {
            listener = confined.listener();
        }
        try (listener) {
            assertThat(listener.await()).isEmpty();
            assertThat(listener.over()).isTrue();
            assertThat(listener.poll()).isEmpty();
        }
    }

    @Test
    void aCallOfALaterKernelHasNoName() {
        assertThat(new SeccompListener.Call(
                                1, 1, 4000, SeccompArch.of(Arch.host()).audit())
                        .name())
                .isEmpty();
    }
}
