package dev.alcove.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Around every test of every module that has the test kit: what the machine has afterwards it must have had before.
 * Counted are mounts, control groups, network links, processes, System V objects, this JVM's descriptors, and files where
 * Alcove keeps its own.
 *
 * <p>The kernel ends some things in its own time (a network namespace's links, a pipe that another process closes), so
 * what is still there is looked at again for a bounded time; what stays fails the test, by name. A test that left nothing
 * waits for nothing.
 */
public final class NothingLeft implements BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(NothingLeft.class);
    private static final String BEFORE = "before";
    private static final Duration LONGEST = Duration.ofSeconds(15);
    private static final Duration STEP = Duration.ofMillis(5);

    /** Made by the service loader. */
    public NothingLeft() {}

    /** What the JVM makes once and keeps is made before anything is counted. */
    private static final class Warm {
        static final boolean DONE = warm();

        /** The first socket that is closed makes the JVM one that it keeps. */
        private static boolean warm() {
            try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                    Socket accepted = server.accept()) {
                accepted.getOutputStream().write(client.getPort() & 1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Leftovers.look();
            return true;
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (Warm.DONE) {
            zygote();
            context.getStore(STORE).put(BEFORE, Leftovers.look());
        }
    }

    /** What the JVM keeps from its second start of a container on; in modules above the one that does so. */
    private static void zygote() {
        try {
            Method ready = Class.forName("dev.alcove.runtime.Zygote").getDeclaredMethod("ready");
            ready.setAccessible(true);
            ready.invoke(null);
        } catch (ClassNotFoundException e) {
            // linux and spec start none
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Leftovers before = context.getStore(STORE).get(BEFORE, Leftovers.class);
        if (before != null) {
            check(before, LONGEST);
        }
    }

    /**
     * Looks until everything is as it was.
     *
     * @param longest how long at most
     * @throws AssertionError naming what is new, or gone and not the test's to take away
     */
    static void check(Leftovers before, Duration longest) {
        Set<String> wrong = Leftovers.look().comparedWith(before);
        long end = System.nanoTime() + longest.toNanos();
        while (!wrong.isEmpty()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("the test left: " + wrong);
            }
            try {
                Thread.sleep(STEP);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            // What others on the machine make meanwhile is none of the test's.
            wrong.retainAll(Leftovers.look().comparedWith(before));
        }
    }

    /** A test may ask for what was seen before it. */
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Leftovers.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(STORE).get(BEFORE, Leftovers.class);
    }
}
