package dev.alcove.linux;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A lock on a whole file, flock(2): held until it is closed, or the last copy of its descriptor is, be it in a child.
 * It binds those alone who ask for it, also between threads of this process.
 *
 * {@snippet class="dev.alcove.linux.SnippetsTest" region="flock"}
 * }
 *
 * <p>The lock's file is made when it is missing and never removed: who removes it lets two hold "the" lock.
 */
public final class Flock implements AutoCloseable {
    private static final int LOCK_SH = 1;
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;

    private final Fd fd;

    private Flock(Fd fd) {
        this.fd = fd;
    }

    /** Waits until nobody else holds it. Blocks the thread in the kernel. */
    public static Flock exclusive(Path file) {
        return lock(file, LOCK_EX).orElseThrow();
    }

    /** Waits until nobody holds it exclusively. Blocks the thread in the kernel. */
    public static Flock shared(Path file) {
        return lock(file, LOCK_SH).orElseThrow();
    }

    /** Takes it if nobody else holds it. */
    public static Optional<Flock> tryExclusive(Path file) {
        return lock(file, LOCK_EX | LOCK_NB);
    }

    /** Takes it if nobody holds it exclusively. */
    public static Optional<Flock> tryShared(Path file) {
        return lock(file, LOCK_SH | LOCK_NB);
    }

    /** Whether somebody holds it exclusively. The file is not made: where it is missing, nobody does. */
    public static boolean isHeld(Path file) {
        Optional<Fd> fd = Open.read().noFollow().find(file);
        if (fd.isEmpty()) {
            return false;
        }
        try (Fd open = fd.get()) {
            long result = Native.raw(Syscall.FLOCK, open.number(), LOCK_SH | LOCK_NB);
            if (Native.is(result, Errno.EAGAIN)) {
                return true;
            }
            Native.check(result, Syscall.FLOCK, open);
            return false;
        }
    }

    /**
     * Waits until nobody holds it exclusively. The file is not made: where it is missing, nobody does. Blocks the thread in
     * the kernel.
     */
    public static void awaitFree(Path file) {
        Optional<Fd> fd = Open.read().noFollow().find(file);
        if (fd.isPresent()) {
            try (Fd open = fd.get()) {
                long result;
                do {
                    result = Native.raw(Syscall.FLOCK, open.number(), LOCK_SH);
                } while (Native.is(result, Errno.EINTR));
                Native.check(result, Syscall.FLOCK, open);
            }
        }
    }

    /** {@code int flock(int fd, int op)}. */
    private static Optional<Flock> lock(Path file, int operation) {
        Fd fd = Open.readWrite().create(0600).noFollow().at(file);
        try {
            long result;
            do {
                result = Native.raw(Syscall.FLOCK, fd.number(), operation);
            } while (Native.is(result, Errno.EINTR));
            if ((operation & LOCK_NB) != 0 && Native.is(result, Errno.EAGAIN)) {
                fd.close();
                return Optional.empty();
            }
            Native.check(result, Syscall.FLOCK, fd);
            return Optional.of(new Flock(fd));
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /** The descriptor, to be passed on with the lock; it stays this handle's own. */
    public Fd fd() {
        return fd;
    }

    @Override
    public void close() {
        fd.close();
    }
}
