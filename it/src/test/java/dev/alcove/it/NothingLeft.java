package dev.alcove.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Around every test of this module: what the machine has afterwards it must have had before. Counted are mounts, control
 * groups, network links, processes, System V objects, this JVM's descriptors, and files where Alcove keeps its own.
 *
 * <p>The kernel ends some things in its own time (a network namespace's links, a pipe that another process closes), so
 * what is still there is looked at again for a bounded time; what stays fails the test, by name.
 */
public final class NothingLeft implements BeforeEachCallback, AfterEachCallback {
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(NothingLeft.class);
    private static final String BEFORE = "before";
    private static final Duration LONGEST = Duration.ofSeconds(15);

    /** Made by the service loader. */
    public NothingLeft() {}

    /** What is made once in a JVM and kept is made before anything is counted. */
    private static final class Warm {
        static final boolean DONE = warm();

        private static boolean warm() {
            if (Needs.isRoot()) {
                Shell.run(Rooms.none("true"));
            }
            Shell.run("true");
            Leftovers.look();
            socket();
            return true;
        }

        /** The first socket that is closed makes the JVM one that it keeps. */
        private static void socket() {
            try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                    Socket accepted = server.accept()) {
                accepted.getOutputStream().write(client.getPort() & 1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (Warm.DONE) {
            context.getStore(STORE).put(BEFORE, Leftovers.look());
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        @SuppressWarnings("unchecked")
        Set<String> before = (Set<String>) context.getStore(STORE).get(BEFORE, Set.class);
        if (before == null) {
            return;
        }
        Set<String> left = new TreeSet<>(Leftovers.look());
        left.removeAll(before);
        Set<String> gone = new TreeSet<>(before);
        boolean clean = Wait.within(LONGEST, () -> {
            if (!left.isEmpty() || !gone.isEmpty()) {
                Set<String> now = Leftovers.look();
                left.retainAll(now);
                gone.clear();
                before.stream()
                        .filter(thing -> thing.startsWith(Leftovers.MOUNT) || thing.startsWith(Leftovers.LINK))
                        .filter(thing -> !now.contains(thing))
                        .forEach(gone::add);
            }
            return left.isEmpty() && gone.isEmpty();
        });
        if (!clean) {
            throw new AssertionError("the test left: " + left + (gone.isEmpty() ? "" : "; it took away: " + gone));
        }
    }
}
