package dev.alcove.linux;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs Java code inside other namespaces: on a platform thread made for it, which enters them first, runs the code once
 * and ends. Sockets and files opened inside stay valid outside.
 *
 * {@snippet class="dev.alcove.linux.SnippetsTest" region="namespace"}
 *
 * <p>What runs inside should be plain blocking calls, because three things of the JVM do not come along:
 *
 * <ul>
 *   <li>Threads that the code starts, pools that grow a worker on its behalf included, begin in the same namespaces and
 *       stay there.
 *   <li>/proc/self, and with it /proc/net and /proc/mounts, is of the process's first thread, which stayed outside; what
 *       the code itself sees is below /proc/thread-self. NetworkInterface reads /proc/net and so mixes the two.
 *   <li>A class loaded for the first time is opened by its path. Where that leads elsewhere in a mount namespace, the class
 *       is not found, and stays not found: let the code run through once outside, or only call what is loaded.
 * </ul>
 */
public final class NamespaceThread {
    private final List<Namespace> joined = new ArrayList<>();
    private final Set<NamespaceKind> unshared = EnumSet.noneOf(NamespaceKind.class);

    private NamespaceThread() {}

    /**
     * What runs inside.
     *
     * @param <T> its result
     * @param <X> what it may throw; the one of {@link #call}
     */
    @FunctionalInterface
    public interface Action<T extends @Nullable Object, X extends Exception> {
        /** Runs. */
        T call() throws X;
    }

    /** One that enters nothing yet: the namespaces of the thread that calls {@link #call}. */
    public static NamespaceThread create() {
        return new NamespaceThread();
    }

    /**
     * Enters these, in this order, before it makes new ones.
     *
     * @param namespaces not USER or TIME; they stay the caller's to close, after {@link #call}
     * @return this
     */
    public NamespaceThread join(Namespace... namespaces) {
        joined.addAll(List.of(namespaces));
        return this;
    }

    /**
     * Makes new ones of these kinds.
     *
     * @param kinds not USER
     * @return this
     */
    public NamespaceThread unshare(NamespaceKind... kinds) {
        unshared.addAll(List.of(kinds));
        return this;
    }

    /**
     * Runs the code inside and waits for it. May be called from a virtual thread. An interrupt of the caller is passed
     * on to the code, and the caller keeps waiting for its end.
     *
     * @param action the code
     * @return its result
     * @throws X              what the code threw, the very object
     * @throws LinuxException if a namespace could not be entered; the code was not run then
     */
    public <T extends @Nullable Object, X extends Exception> T call(Action<T, X> action) throws X {
        Run<T, X> run = new Run<>(List.copyOf(joined), EnumSet.copyOf(unshared), action);
        Thread thread =
                Thread.ofPlatform().name("alcove-namespace").daemon(true).start(run);
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
                thread.interrupt();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return run.outcome();
    }

    /** One run; read by the caller after the thread's end. */
    private static final class Run<T extends @Nullable Object, X extends Exception> implements Runnable {
        private final List<Namespace> joined;
        private final Set<NamespaceKind> unshared;
        private final Action<T, X> action;
        private @Nullable T result;
        private @Nullable Throwable failure;

        Run(List<Namespace> joined, Set<NamespaceKind> unshared, Action<T, X> action) {
            this.joined = joined;
            this.unshared = unshared;
            this.action = action;
        }

        @Override
        public void run() {
            try {
                for (Namespace namespace : joined) {
                    ThreadNamespaces.join(namespace);
                }
                if (!unshared.isEmpty()) {
                    ThreadNamespaces.unshare(unshared);
                }
                result = action.call();
            } catch (Throwable e) {
                failure = e;
            }
        }

        /** The casts are right: an action throws X, or what is unchecked. */
        @SuppressWarnings({"unchecked", "NullAway"})
        T outcome() throws X {
            if (failure instanceof RuntimeException e) {
                throw e;
            }
            if (failure instanceof Error e) {
                throw e;
            }
            if (failure != null) {
                throw (X) failure;
            }
            return result;
        }
    }
}
