package dev.alcove.cli;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.ContainerStore;
import dev.alcove.runtime.EnterBuilder;
import dev.alcove.spec.SpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code alcove enter}: a command in namespaces of another process, one by one. */
final class EnterCommand implements Command {
    @Override
    public Manual manual() {
        FlagTable flags = new FlagTable()
                .value("target", 't', "PID|CONTAINER", "The process, or the container, whose namespaces are meant.")
                .toggle("all", 'a', "All of the target's namespaces that are not the caller's own.")
                .group("Namespaces");
        KindFlags.add(flags, "The target's", "; or that of the file.");
        flags.group("How")
                .value("setuid", 'S', "UID", "Becomes this user, by its number inside.")
                .value("setgid", 'G', "GID", "Becomes this group, by its number inside.")
                .toggle("preserve-credentials", "Keeps user and groups: --user makes them 0 otherwise.")
                .optional("root", 'r', "DIR", "Changes the root directory, without a DIR to the target's.")
                .optional("wd", 'w', "DIR", "Changes the working directory, without a DIR to the target's.")
                .toggle("no-fork", 'F', "With --pid: only the command's children are to be inside.")
                .toggle("explain", "Prints the program of system calls, and runs nothing.");
        return new Manual(
                "enter",
                List.of("enter [FLAGS] [COMMAND [ARGUMENT…]]"),
                "Run a command in namespaces of another process, as nsenter does",
                """
                Runs a command, or the caller's shell, in the namespaces that the flags name, and leaves all else as \
                it is: environment, terminal, limits, groups, capabilities. 'alcove exec' runs one as the container's \
                own programs run, with its limits and its policy.

                The flags are those of nsenter(1). A file, or a directory of --root and --wd, is in the same word as \
                its flag: --net=/run/netns/blue, -n/run/netns/blue. The exit status is the command's; 125 if it \
                could not be run, 126 and 127 as a shell has them.""",
                List.of(
                        new Example("alcove enter -t web -n ss -tlnp", "a container's network, our programs"),
                        new Example("alcove enter -t 4711 -a sh", "everything of a process"),
                        new Example("alcove enter --net=/run/netns/blue ip link", "one by its file"),
                        new Example("alcove enter --explain -t 1 -m -u id", "what it would do")),
                flags);
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        EnterBuilder enter = builder(shell, arguments);
        if (arguments.has("explain")) {
            shell.out().print(enter.explain().text());
            return 0;
        }
        return TaskRun.run(
                shell,
                () -> enter.redirect(shell.in(), shell.output(), shell.error()).start());
    }

    private static EnterBuilder builder(Shell shell, Arguments arguments) {
        EnterBuilder enter = new EnterBuilder(TaskRun.command(shell, arguments)).directory(shell.directory());
        TaskRun.environment(shell, enter.environment());
        Optional<String> target = arguments.value("target");
        target.ifPresent(word -> target(shell, enter, word));
        List<NamespaceKind> ofTarget = new ArrayList<>();
        boolean files = false;
        for (KindFlags.KindFlag flag : KindFlags.ALL) {
            Optional<String> file = arguments.value(flag.name());
            if (file.isPresent()) {
                files = true;
                enter.join(flag.kind(), TaskRun.path(shell, flag.name(), file.get()));
            } else if (arguments.has(flag.name())) {
                ofTarget.add(flag.kind());
            }
        }
        if (target.isEmpty() && (!files || !ofTarget.isEmpty() || arguments.has("all"))) {
            throw new UsageException("enter", "--target: a process or container is needed, or a file for each kind");
        }
        enter.join(ofTarget);
        if (arguments.has("all")) {
            enter.joinAll();
        }
        TaskRun.id(arguments, "setuid").ifPresent(enter::user);
        TaskRun.id(arguments, "setgid").ifPresent(enter::group);
        enter.keepCredentials(arguments.has("preserve-credentials")).fork(!arguments.has("no-fork"));
        if (arguments.value("root").isPresent()) {
            enter.root(TaskRun.path(shell, "root", arguments.value("root").get()));
        } else if (arguments.has("root")) {
            needsTarget(target, "root");
            enter.targetRoot();
        }
        if (arguments.value("wd").isPresent()) {
            enter.workingDirectory(
                    TaskRun.path(shell, "wd", arguments.value("wd").get()));
        } else if (arguments.has("wd")) {
            needsTarget(target, "wd");
            enter.targetWorkingDirectory();
        }
        return enter;
    }

    private static void needsTarget(Optional<String> target, String flag) {
        if (target.isEmpty()) {
            throw new UsageException("enter", "--" + flag + ": a directory is needed, or a --target");
        }
    }

    private static void target(Shell shell, EnterBuilder enter, String word) {
        boolean digits = !word.isEmpty() && word.length() <= 10;
        for (int i = 0; i < word.length(); i++) {
            digits &= word.charAt(i) >= '0' && word.charAt(i) <= '9';
        }
        if (digits) {
            long pid = Long.parseLong(word);
            if (pid < 1 || pid > Integer.MAX_VALUE) {
                throw SpecException.not("--target", word, "the id of a process");
            }
            enter.target((int) pid);
        } else {
            enter.target(ContainerStore.standard(shell.environment()).find(word));
        }
    }
}
