package dev.alcove.cli;

import dev.alcove.linux.Signal;
import dev.alcove.linux.Terminal;
import dev.alcove.runtime.ContainerStore;
import dev.alcove.runtime.ExecBuilder;
import dev.alcove.spec.SpecException;
import dev.alcove.spec.UserSpec;
import java.nio.file.Path;
import java.util.List;

/** {@code alcove exec}: one more process in a running container. */
final class ExecCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "exec",
                List.of("exec [FLAGS] CONTAINER COMMAND [ARGUMENT…]"),
                "Run one more command in a running container",
                """
                Runs a command in a container that runs already: in its rooms and groups, with its capabilities and \
                system call policy. User, variables and directory are the container's unless others are given.

                The exit status is the command's, as with 'alcove run'.""",
                List.of(
                        new Example("alcove exec web ps aux", "what runs in it"),
                        new Example("alcove exec -it web sh", "a shell in it"),
                        new Example("alcove exec -u 0 -w /etc web ls", "as another user, somewhere else")),
                new FlagTable()
                        .toggle("detach", 'd', "Does not wait for its end; what it prints is lost.")
                        .toggle("interactive", 'i', "Keeps standard input open.")
                        .toggle("tty", 't', "Gives it a terminal.")
                        .list("env", 'e', "NAME[=VALUE]", "Sets a variable; without a value, passes the caller's on.")
                        .list("env-file", "FILE", "Sets variables from a file, one NAME=VALUE a line.")
                        .value("workdir", 'w', "PATH", "Working directory inside.")
                        .value("user", 'u', "USER[:GROUP]", "Runs as this user, by name or id.")
                        .toggle("privileged", "All capabilities, no system call policy."));
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        List<String> words = arguments.remaining();
        if (words.size() < 2) {
            throw new UsageException("exec", "a container and a command are needed: alcove exec NAME COMMAND");
        }
        boolean detach = arguments.has("detach");
        boolean interactive = arguments.has("interactive") && !detach;
        boolean terminal = arguments.has("tty") && !detach;
        if (terminal && interactive && !Terminal.isTerminal(shell.in())) {
            throw RunCommand.notATerminal();
        }
        ExecBuilder exec = builder(shell, arguments, words).terminal(terminal);
        if (detach) {
            exec.detached(Path.of("/dev/null")).start().close();
            return 0;
        }
        if (terminal) {
            exec.environment().putIfAbsent("TERM", "xterm");
            return TerminalRun.run(shell, exec::start, exec::terminalSize, interactive);
        }
        return PlainRun.run(
                shell,
                interactive,
                Signal.TERM,
                (in, out, err) -> exec.redirect(in, out, err).start());
    }

    private static ExecBuilder builder(Shell shell, Arguments arguments, List<String> words) {
        ExecBuilder exec = ContainerStore.standard(shell.environment())
                .find(words.getFirst())
                .exec(words.subList(1, words.size()))
                .privileged(arguments.has("privileged"));
        arguments.value("user").ifPresent(text -> exec.user(UserSpec.parse(text)));
        EnvironmentFlags.variables(shell, arguments, exec.environment());
        arguments.value("workdir").ifPresent(path -> {
            if (!path.startsWith("/")) {
                throw SpecException.not("--workdir", path, "an absolute path");
            }
            exec.directory(path);
        });
        return exec;
    }
}
