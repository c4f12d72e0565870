package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A platform thread in a network namespace of its own, made for one test: what it is given runs inside. The namespace
 * and all that is in it end with the thread.
 */
final class NetworkNamespaceThread implements AutoCloseable {
    private static final long CLONE_NEWNET = 0x40000000;
    private static final int AT_FDCWD = -100;
    private static final int O_CLOEXEC = 0x80000;

    private final LinkedBlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
    private final Thread thread;
    private final Fd namespace;
    private volatile boolean closed;

    NetworkNamespaceThread(String name) throws Exception {
        Needs.root();
        thread = Thread.ofPlatform().daemon().name(name).start(this::loop);
        namespace = call(() -> {
            Native.check(Native.raw(Syscall.UNSHARE, CLONE_NEWNET), Syscall.UNSHARE, "network namespace");
            return current();
        });
    }

    /** A handle of the calling thread's network namespace. */
    static Fd current() {
        String path = "/proc/thread-self/ns/net";
        try (Arena arena = Arena.ofConfined()) {
            long fd = Native.raw(
                    Syscall.OPENAT, AT_FDCWD, Native.string(arena, path).address(), O_CLOEXEC);
            return new Fd(Native.check(fd, Syscall.OPENAT, path), path);
        }
    }

    Fd namespace() {
        return namespace;
    }

    /** Starts it inside, without waiting. */
    <T> CompletableFuture<T> start(Callable<T> callable) {
        CompletableFuture<T> result = new CompletableFuture<>();
        work.add(() -> {
            try {
                result.complete(callable.call());
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
        });
        return result;
    }

    /** Runs it inside and waits for it. */
    <T> T call(Callable<T> callable) throws Exception {
        try {
            return start(callable).get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        }
    }

    void run(Runnable runnable) throws Exception {
        call(() -> {
            runnable.run();
            return true;
        });
    }

    private void loop() {
        while (!closed) {
            try {
                work.take().run();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public void close() {
        work.add(() -> closed = true);
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        namespace.close();
    }
}
