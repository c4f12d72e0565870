package dev.alcove.network;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Makes sockets in the host's network, for whoever is elsewhere: a socket belongs to the network of the thread that makes it,
 * and a virtual thread's is that of whatever thread carries it. So one thread, in the host's network for its whole life,
 * makes them all.
 */
final class SocketMaker implements AutoCloseable {
    private final LinkedBlockingQueue<Runnable> wishes = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean closed;

    SocketMaker(HostNetwork host) {
        thread = Thread.ofPlatform().daemon().name("alcove-dns-sockets").start(() -> host.in(this::work));
    }

    private boolean work() {
        while (!closed) {
            try {
                wishes.take().run();
            } catch (InterruptedException e) {
                // An interrupt from outside means the same as the end.
                return false;
            }
        }
        return true;
    }

    /**
     * Makes one.
     *
     * @param maker makes it, bound or opened, so that the kernel's socket is there
     */
    <T> T make(Callable<T> maker) throws IOException {
        CompletableFuture<T> made = new CompletableFuture<>();
        wishes.add(() -> {
            try {
                made.complete(maker.call());
            } catch (Exception e) {
                made.completeExceptionally(e);
            }
        });
        try {
            return made.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause
                    ? new IOException(cause.getMessage(), cause)
                    : new IOException(e.getCause());
        }
    }

    @Override
    public void close() {
        wishes.add(() -> closed = true);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
