package dev.alcove.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;

/**
 * A shell that stays, inside of a container or outside, and is told one command after the other: so that a test can look
 * at both sides at the same time.
 */
final class Shell implements AutoCloseable {
    private static final String END = "@@end ";

    /** One command may take so long, on a busy machine too: a caller that hangs fails its own test, and no other waits. */
    private static final Duration LONGEST = Duration.ofMinutes(4);

    private final OutputStream input;
    private final BufferedReader output;
    private final AutoCloseable owner;

    private Shell(OutputStream input, InputStream output, AutoCloseable owner) {
        this.input = input;
        this.output = new BufferedReader(new InputStreamReader(output, UTF_8));
        this.owner = owner;
    }

    /** In a container whose program is a shell; closing the shell closes the container. */
    static Shell in(Container container) {
        return new Shell(
                container.process().getOutputStream(), container.process().getInputStream(), container);
    }

    /** Outside: in the calling thread's own namespaces. */
    static Shell outside() {
        return of(new ProcessBuilder("sh"));
    }

    static Shell of(ProcessBuilder builder) {
        try {
            Process process =
                    builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
            return new Shell(process.getOutputStream(), process.getInputStream(), () -> {
                // What it started may hold its output open when it has ended.
                List<ProcessHandle> below = process.descendants().toList();
                process.destroyForcibly();
                below.forEach(ProcessHandle::destroyForcibly);
                process.waitFor();
                process.getInputStream().close();
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a command says; it must end with status 0. */
    String say(String command) {
        Said said = attempt(command);
        if (said.status() != 0) {
            throw new AssertionError("'" + command + "' ended with " + said.status() + ": " + said.text());
        }
        return said.text();
    }

    /**
     * Lets another shell take this one's place. It is waited for: a shell that is still there might read what is for the
     * other.
     *
     * @param command what a shell is given to, such as setpriv with its options
     */
    void become(String command) {
        try (Limit limit = new Limit(command)) {
            input.write(("exec " + command + " sh -c 'echo; echo \"" + END + "0\"; exec sh'\n").getBytes(UTF_8));
            input.flush();
            String line = output.readLine();
            while (line != null && !line.startsWith(END)) {
                line = output.readLine();
            }
            if (line == null) {
                throw new AssertionError("the shell ended at '" + command + "'" + limit.reached());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines of what a command says. */
    List<String> lines(String command) {
        return say(command).lines().toList();
    }

    /** What a command says and how it ends. */
    Said attempt(String command) {
        try (Limit limit = new Limit(command)) {
            input.write(("{ " + command + "\n} 2>&1 </dev/null; echo \"" + END + "$?\"\n").getBytes(UTF_8));
            input.flush();
            StringBuilder text = new StringBuilder();
            while (true) {
                String line = output.readLine();
                if (line == null) {
                    throw new AssertionError("the shell ended at '" + command + "'" + limit.reached() + ": " + text);
                }
                int end = line.indexOf(END);
                if (end >= 0) {
                    text.append(line, 0, end);
                    return new Said(
                            Integer.parseInt(line.substring(end + END.length())),
                            text.toString().stripTrailing());
                }
                text.append(line).append('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the shell when one command takes too long, and keeps what ran then. */
    private final class Limit implements AutoCloseable {
        private final Thread watch;
        private volatile String reached = "";

        Limit(String command) {
            this.watch = Thread.ofVirtual().name("limit of " + command).start(this::watch);
        }

        private void watch() {
            try {
                Thread.sleep(LONGEST);
            } catch (InterruptedException e) {
                return;
            }
            reached = " after " + LONGEST + ", in which it did not end; these ran:\n"
                    + attempt(List.of("ps", "-eo", "pid,ppid,pgid,sid,tty,stat,time,wchan:30,args"))
                            .text() + "\n";
            Shell.this.close();
        }

        String reached() {
            return reached;
        }

        @Override
        public void close() {
            watch.interrupt();
        }
    }

    @Override
    public void close() {
        try {
            owner.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a container says until it ends, and how it does. */
    static Said run(ContainerBuilder builder) {
        try (Container container = builder.start()) {
            container.process().getOutputStream().close();
            String out = new String(container.process().getInputStream().readAllBytes(), UTF_8);
            String err = new String(container.process().getErrorStream().readAllBytes(), UTF_8);
            return new Said(container.waitFor(), (out + err).stripTrailing());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a program outside says, in the calling thread's own namespaces; it must end with status 0. */
    static String run(String... command) {
        Said said = attempt(List.of(command));
        if (said.status() != 0) {
            throw new AssertionError(List.of(command) + " ended with " + said.status() + ": " + said.text());
        }
        return said.text();
    }

    /** What a program outside says, and how it ends. */
    static Said attempt(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), UTF_8);
            return new Said(process.waitFor(), text.stripTrailing());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
