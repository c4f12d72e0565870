package dev.alcove.runtime;

import dev.alcove.spec.OciHook;
import dev.alcove.spec.OciJson;
import dev.alcove.spec.OciState;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs the commands of one point of a container's life, one after the other, with its state on their standard input. */
final class OciHookRun {
    private final String point;
    private final List<OciHook> hooks;

    OciHookRun(String point, List<OciHook> hooks) {
        this.point = point;
        this.hooks = hooks;
    }

    /**
     * In the runtime's own namespaces.
     *
     * @throws ContainerException at the first that fails or takes longer than it may
     */
    void here(OciState state) {
        for (int i = 0; i < hooks.size(); i++) {
            run(i, state, null);
        }
    }

    /**
     * In the container's namespaces.
     *
     * @param pid a process in them
     */
    void inside(OciState state, int pid) {
        for (int i = 0; i < hooks.size(); i++) {
            run(i, state, pid);
        }
    }

    private void run(int i, OciState state, @Nullable Integer pid) {
        OciHook hook = hooks.get(i);
        String name = "hooks." + point + "[" + i + "]";
        try {
            Process process = start(name, hook, pid);
            boolean ended;
            CompletableFuture<String> said = new CompletableFuture<>();
            Thread.ofPlatform().daemon().start(() -> said.complete(errors(process)));
            Thread.ofPlatform().daemon().start(() -> passOver(process));
            try (OutputStream in = process.getOutputStream()) {
                in.write(OciJson.write(state).getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It need not read it: that a hook ended before, or closed its input, is no failure.
            }
            Integer timeout = hook.timeout();
            if (timeout == null) {
                process.waitFor();
                ended = true;
            } else {
                ended = process.waitFor(timeout, TimeUnit.SECONDS);
            }
            if (!ended) {
                process.destroyForcibly().waitFor();
                throw failed(name, hook, "it took longer than its timeout of " + timeout + " s");
            }
            if (process.exitValue() != 0) {
                String words =
                        said.completeOnTimeout("", 1, TimeUnit.SECONDS).join().strip();
                throw failed(
                        name,
                        hook,
                        "exit status " + process.exitValue() + (words.isEmpty() ? "" : ", stderr: " + words));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(name, hook, "interrupted");
        }
    }

    /**
     * By a program as everything else is started: the hook's name for itself, its first argument, is then its own to choose,
     * by which dockerd's hooks know what they are for; and if we are killed, it ends.
     *
     * @param pid the process whose namespaces it is to be in; null for our own
     */
    private static Process start(String name, OciHook hook, @Nullable Integer pid) {
        EnterBuilder builder = new EnterBuilder(hook.args().isEmpty() ? List.of(hook.path()) : hook.args())
                .program(hook.path())
                .directory(Path.of("").toAbsolutePath());
        if (pid != null) {
            builder.target(pid).joinAll();
        }
        for (String variable : hook.env()) {
            int equals = variable.indexOf('=');
            if (equals > 0) {
                builder.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        try {
            return builder.pipes().start().process();
        } catch (ContainerException e) {
            String why = String.valueOf(e.getMessage());
            int line = why.indexOf('\n');
            throw failed(name, hook, line < 0 ? why : why.substring(0, line));
        }
    }

    private static void passOver(Process process) {
        try {
            process.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // It has ended: what it said is of no use.
        }
    }

    private static String errors(Process process) {
        try {
            return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    private static ContainerException failed(String name, OciHook hook, String how) {
        return new ContainerException(
                ContainerException.Kind.INTERNAL,
                "error running hook " + name + ": " + hook.path() + ": " + how
                        + "\n  likely cause: the hook's own; it gets the container's state on standard input"
                        + "\n  mend: run it by hand, or take it out of config.json");
    }
}
