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
        flags.toggle("user-parent", "The user namespace that owns the one entered; of --user the one above it.")
                .value("net-socket", 'N', "FD", "The network of this descriptor of the target's, a socket.")
                .group("How")
                .value("setuid", 'S', "UID|follow", "Becomes this user, by its number inside, or the target's.")
                .value("setgid", 'G', "GID|follow", "Becomes this group, by its number inside, or the target's.")
                .toggle("preserve-credentials", "Keeps user and groups: --user makes them 0 otherwise.")
                .toggle("keep-caps", "Whoever it becomes, it keeps the capabilities that --user gives.")
                .optional("root", 'r', "DIR", "Changes the root directory, without a DIR to the target's.")
                .optional("wd", 'w', "DIR", "Changes the working directory, without a DIR to the target's.")
                .value("wdns", 'W', "DIR", "Changes the working directory, found inside and below the root.")
                .toggle("env", 'e', "Has the target's environment, not the caller's.")
                .toggle("join-cgroup", 'c', "Moves into the target's control groups: its limits count.")
                .toggle("follow-context", 'Z', "Runs in the target's SELinux context.")
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
                its flag: --net=/run/netns/blue, -n/run/netns/blue. Users and groups are numbers: names are those of \
                files that may be others inside. The exit status is the command's; 125 if it \
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
        if (target.isEmpty() && arguments.value("net-socket").isPresent()) {
            throw new UsageException("enter", "--net-socket: a --target is needed, whose descriptor is meant");
        }
        boolean any = files || arguments.value("net-socket").isPresent();
        if (target.isEmpty() && (!any || !ofTarget.isEmpty() || arguments.has("all"))) {
            throw new UsageException("enter", "--target: a process or container is needed, or a file for each kind");
        }
        enter.join(ofTarget);
        if (arguments.has("all")) {
            enter.joinAll();
        }
        ofTheTarget(arguments, enter, target);
        credentials(arguments, enter, target);
        enter.fork(!arguments.has("no-fork"));
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
        arguments.value("wdns").ifPresent(directory -> {
            if (arguments.has("wd")) {
                throw new UsageException("enter", "--wdns: cannot be had together with --wd");
            }
            if (directory.isEmpty()) {
                throw SpecException.not("--wdns", directory, "a path");
            }
            enter.workingDirectoryInside(directory);
        });
        return enter;
    }

    /** What comes from the target beside its namespaces. */
    private static void ofTheTarget(Arguments arguments, EnterBuilder enter, Optional<String> target) {
        if (arguments.has("user-parent")) {
            enter.joinOwner();
        }
        arguments.number("net-socket", 0, Integer.MAX_VALUE).ifPresent(number -> enter.joinSocket((int) number));
        for (String flag : new String[] {"env", "join-cgroup", "follow-context"}) {
            if (!arguments.has(flag)) {
                continue;
            }
            if (target.isEmpty()) {
                throw new UsageException("enter", "--" + flag + ": a --target is needed");
            }
            switch (flag) {
                case "env" -> enter.targetEnvironment();
                case "join-cgroup" -> enter.targetGroups();
                default -> enter.targetContext();
            }
        }
    }

    private static void credentials(Arguments arguments, EnterBuilder enter, Optional<String> target) {
        for (String flag : new String[] {"setuid", "setgid"}) {
            if (arguments.value(flag).equals(Optional.of("follow"))) {
                if (target.isEmpty()) {
                    throw new UsageException("enter", "--" + flag + ": a --target is needed to follow");
                }
                if (flag.equals("setuid")) {
                    enter.targetUser();
                } else {
                    enter.targetGroup();
                }
            } else if (flag.equals("setuid")) {
                TaskRun.id(arguments, flag).ifPresent(enter::user);
            } else {
                TaskRun.id(arguments, flag).ifPresent(enter::group);
            }
        }
        enter.keepCredentials(arguments.has("preserve-credentials")).keepCapabilities(arguments.has("keep-caps"));
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
