package dev.alcove.bench;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.ThreadNamespaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** A network namespace that a thread keeps, in the place of a container that waits for its wire. */
final class Space implements AutoCloseable {
    private final CountDownLatch end = new CountDownLatch(1);
    private final Thread thread;
    private final int tid;

    Space() {
        CompletableFuture<Integer> made = new CompletableFuture<>();
        thread = Thread.ofPlatform().daemon().name("space").start(() -> {
            try {
                ThreadNamespaces.unshare(Set.of(NamespaceKind.NET));
                made.complete(Integer.parseInt(
                        String.valueOf(Path.of("/proc/thread-self").toRealPath().getFileName())));
                end.await();
            } catch (IOException e) {
                made.completeExceptionally(new UncheckedIOException(e));
            } catch (InterruptedException | RuntimeException e) {
                made.completeExceptionally(e);
            }
        });
        tid = made.join();
    }

    /** The thread's number, by which the kernel shows its namespaces as it does a process's. */
    int pid() {
        return tid;
    }

    @Override
    public void close() {
        end.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
