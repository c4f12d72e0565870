package dev.alcove.cli;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.UnshareBuilder;
import dev.alcove.spec.SpecException;
import java.util.List;
import java.util.Optional;

/** {@code alcove unshare}: a command in new namespaces of chosen kinds. */
final class UnshareCommand implements Command {
    private static final List<String> PROPAGATIONS = List.of("slave", "shared", "private", "unchanged");

    /** The older order with commas and the newer one with colons, as unshare(1) takes both. */
    private static final String RANGE = "OUTER,INNER,COUNT|INNER:OUTER:COUNT|auto|subids|all";

    @Override
    public Manual manual() {
        FlagTable flags = new FlagTable().group("Namespaces");
        KindFlags.add(flags, "A new", "; with a file it is bound to that and stays.");
        flags.group("Users")
                .toggle("map-root-user", 'r', "The caller is root inside. Implies --user, as all of these.")
                .toggle("map-current-user", 'c', "The caller is the same inside.")
                .value("map-user", "UID|NAME", "The caller is this user inside; a name is looked up outside.")
                .value("map-group", "GID|NAME", "The caller's group is this one inside.")
                .toggle("map-auto", "Maps the caller's first ranges of /etc/subuid and /etc/subgid from 0 on.")
                .toggle("map-subids", "Maps the caller's first ranges of these files to the same numbers.")
                .list("map-users", RANGE, "Maps users; as --map-auto, as --map-subids, or all that there are.")
                .list("map-groups", RANGE, "Maps groups, likewise.")
                .value("setgroups", "allow|deny", "Whether groups can be changed inside.")
                .value("setuid", 'S', "UID", "Becomes this user, by its number inside.")
                .value("setgid", 'G', "GID", "Becomes this group, by its number inside.")
                .toggle("keep-caps", "Whoever it is inside, it keeps the capabilities that --user gives.")
                .group("How")
                .toggle("fork", 'f', "With --pid: the command itself is inside, as PID 1.")
                .optional("kill-child", Flag.NO_LETTER, "SIGNAL", "What it gets if its monitor dies. Implies --fork.")
                .optional("mount-proc", Flag.NO_LETTER, "DIR", "Mounts a new /proc, or there. Implies --mount.")
                .optional(
                        "mount-binfmt",
                        Flag.NO_LETTER,
                        "DIR",
                        "Mounts a new list of program formats, binfmt_misc, or there. Implies --mount; needs --user.")
                .list("load-interp", 'l', "DEFINITION", "Adds a format to that list. Implies --mount-binfmt.")
                .value("propagation", "slave|shared|private|unchanged", "How mounts travel; private by default.")
                .value("root", 'R', "DIR", "Changes the root directory.")
                .value("wd", 'w', "DIR", "Changes the working directory, found below the root.")
                .value("monotonic", "SECONDS", "How far the monotonic clock is ahead inside. Needs --time.")
                .value("boottime", "SECONDS", "How far the boot-time clock is ahead inside. Needs --time.")
                .toggle("clear-env", "None of the caller's environment comes along.")
                .toggle("explain", "Prints the program of system calls, and runs nothing.");
        return new Manual(
                "unshare",
                List.of("unshare [FLAGS] [COMMAND [ARGUMENT…]]"),
                "Run a command in new namespaces of chosen kinds, as unshare does",
                """
                Runs a command, or the caller's shell, in new namespaces of the kinds that the flags name, and leaves \
                all else as it is: files, environment, terminal, limits, capabilities. 'alcove run' makes a whole \
                container.

                The flags are those of unshare(1). A file is in the same word as its flag: --net=/run/netns/blue, \
                -n/run/netns/blue; it is made where it is missing, and 'umount' lets the namespace go. The command \
                ends when 'alcove unshare' does. The exit status is the command's; 125 if it could not be run, 126 and \
                127 as a shell has them.""",
                List.of(
                        new Example("alcove unshare -r -n ip link", "an ordinary user's own network"),
                        new Example("alcove unshare -p -f --mount-proc ps aux", "alone, as PID 1"),
                        new Example("alcove unshare --uts=/tmp/name hostname x", "a host name to come back to"),
                        new Example("alcove unshare --explain -m -n true", "what it would do")),
                flags);
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        UnshareBuilder unshare = builder(shell, arguments);
        if (arguments.has("explain")) {
            shell.out().print(unshare.explain().text());
            return 0;
        }
        return TaskRun.run(
                shell,
                () -> unshare.redirect(shell.in(), shell.output(), shell.error())
                        .start());
    }

    private static UnshareBuilder builder(Shell shell, Arguments arguments) {
        UnshareBuilder unshare = new UnshareBuilder(TaskRun.command(shell, arguments)).directory(shell.directory());
        if (!arguments.has("clear-env")) {
            TaskRun.environment(shell, unshare.environment());
        }
        for (KindFlags.KindFlag flag : KindFlags.ALL) {
            Optional<String> file = arguments.value(flag.name());
            if (file.isPresent()) {
                unshare.make(flag.kind(), TaskRun.path(shell, flag.name(), file.get()));
            } else if (arguments.has(flag.name())) {
                unshare.make(List.of(flag.kind()));
            }
        }
        if (UnshareIds.asked(arguments)) {
            unshare.make(List.of(NamespaceKind.USER));
        }
        if (UnshareIds.asked(arguments) || arguments.value("setgroups").isPresent()) {
            UnshareIds.apply(arguments, unshare);
        }
        TaskRun.id(arguments, "setuid").ifPresent(unshare::user);
        TaskRun.id(arguments, "setgid").ifPresent(unshare::group);
        unshare.keepCapabilities(arguments.has("keep-caps"));
        unshare.fork(arguments.has("fork") || arguments.has("kill-child"));
        arguments.value("kill-child").ifPresent(text -> unshare.deathSignal(Signals.parse("--kill-child", text)));
        if (arguments.has("mount-proc")) {
            unshare.make(List.of(NamespaceKind.MOUNT))
                    .mountProc(arguments.value("mount-proc").orElse("/proc"));
        }
        formats(arguments, unshare);
        arguments.value("propagation").ifPresent(text -> unshare.propagation(propagation(text)));
        arguments
                .value("root")
                .ifPresent(
                        text -> unshare.root(TaskRun.path(shell, "root", text).toString()));
        arguments.value("wd").ifPresent(text -> {
            boolean below = arguments.value("root").isPresent();
            unshare.workingDirectory(
                    below ? text : TaskRun.path(shell, "wd", text).toString());
        });
        for (String clock : new String[] {"monotonic", "boottime"}) {
            arguments
                    .number(clock, -9_000_000_000L, 9_000_000_000L)
                    .ifPresent(seconds -> unshare.timeOffset(clock, seconds));
        }
        return unshare;
    }

    private static void formats(Arguments arguments, UnshareBuilder unshare) {
        List<String> definitions = arguments.all("load-interp");
        if (definitions.isEmpty() && !arguments.has("mount-binfmt")) {
            return;
        }
        unshare.make(List.of(NamespaceKind.MOUNT));
        arguments.value("mount-binfmt").ifPresentOrElse(unshare::mountFormats, unshare::mountFormats);
        for (String definition : definitions) {
            unshare.loadFormat(definition);
        }
    }

    private static String propagation(String text) {
        if (!PROPAGATIONS.contains(text)) {
            throw SpecException.not("--propagation", text, "a propagation", PROPAGATIONS);
        }
        return text;
    }
}
