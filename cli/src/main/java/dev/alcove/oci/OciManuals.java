package dev.alcove.oci;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The commands' tables. Each is made when it is asked for. */
final class OciManuals {
    /** In the help's order. */
    static final List<String> NAMES = List.of(
            "checkpoint",
            "create",
            "delete",
            "events",
            "exec",
            "features",
            "kill",
            "list",
            "pause",
            "ps",
            "resident",
            "restore",
            "resume",
            "run",
            "spec",
            "start",
            "state",
            "update",
            "help");

    /** Every command has it beside its own. */
    static final OciFlag HELP = OciFlag.on("help", "h", "show help");

    static final List<OciFlag> GLOBALS = List.of(
            OciFlag.on("debug", "", "write what is done to the log as well"),
            OciFlag.text("log", "", "append log messages to this file; without it they go to standard error"),
            OciFlag.text(
                    "log-format", "", "text", "how log messages are written: 'text', or 'json' with one object a line"),
            OciFlag.text(
                    "root",
                    "",
                    "/run/" + OciCommands.NAME,
                    "directory in which containers' states are kept; best in a tmpfs"),
            OciFlag.text("criu", "", "criu", "the criu program, for checkpoint and restore"),
            OciFlag.on(
                    "systemd-cgroup",
                    "",
                    "let systemd make the control groups; cgroupsPath is then \"slice:prefix:name\", as \"system.slice:runc:434234\""),
            OciFlag.text(
                    "cgroup-manager",
                    "",
                    "cgroupfs",
                    "who makes the control groups: 'cgroupfs', 'systemd' or 'disabled'"),
            OciFlag.text(
                    "rootless",
                    "",
                    "auto",
                    "whether a control group that may not be written is no error: 'true', 'false' or 'auto'"),
            HELP,
            OciFlag.on("version", "v", "print the version"));

    private static final String ID = "<container-id>";
    private static final String CONSOLE_SOCKET =
            "AF_UNIX socket that is sent the descriptor of the terminal's master end";
    private static final String PID_FILE = "file that the process id is written to";

    private OciManuals() {}

    /** The table of a command; empty if there is no such command. */
    static Optional<OciManual> find(String name) {
        return switch (name) {
            case "create" -> Optional.of(one(name, "create a container", CREATE_TEXT, create()));
            case "run" -> Optional.of(one(name, "create and run a container", CREATE_TEXT, run()));
            case "start" ->
                Optional.of(one(name, "executes the user defined process in a created container", "", List.of()));
            case "state" -> Optional.of(one(name, "output the state of a container", "", List.of()));
            case "pause" -> Optional.of(one(name, "pause suspends all processes inside the container", "", List.of()));
            case "resume" ->
                Optional.of(one(name, "resumes all processes that have been previously paused", "", List.of()));
            case "kill" ->
                Optional.of(new OciManual(
                        name,
                        "kill sends the specified signal (default: SIGTERM) to the container's init process",
                        ID + " [signal]",
                        "The signal is a name or a number: KILL, SIGKILL and 9 are the same.",
                        List.of(OciFlag.on("all", "a", "send the signal to all processes inside the container")),
                        1,
                        2,
                        true));
            case "delete" ->
                Optional.of(one(
                        name,
                        "delete any resources held by the container often used with detached container",
                        "",
                        List.of(OciFlag.on(
                                "force",
                                "f",
                                "kill the container if it still runs, and be content if it is not there"))));
            case "exec" -> Optional.of(exec());
            case "list" ->
                Optional.of(new OciManual(
                        name,
                        "lists containers started by " + OciCommands.NAME + " with the given root",
                        "",
                        "The root is the one of the global option --root.",
                        List.of(format(), OciFlag.on("quiet", "q", "display only container IDs")),
                        0,
                        0,
                        true));
            case "ps" ->
                Optional.of(new OciManual(
                        name,
                        "ps displays the processes running inside a container",
                        ID + " [ps options]",
                        "The options are those of ps(1), -ef if there are none; its output must have a column PID.",
                        List.of(format()),
                        1,
                        OciManual.ANY,
                        false));
            case "events" ->
                Optional.of(one(
                        name,
                        "display container events such as OOM notifications, cpu, memory, and IO usage statistics",
                        "",
                        List.of(
                                new OciFlag("interval", "", OciFlag.Kind.DURATION, "5s", "time between two statistics"),
                                OciFlag.on("stats", "", "display the container's stats then exit"))));
            case "update" -> Optional.of(one(name, "update container resource constraints", UPDATE_TEXT, update()));
            case "features" ->
                Optional.of(new OciManual(name, "show the enabled features", "", FEATURES_TEXT, List.of(), 0, 0, true));
            case "spec" ->
                Optional.of(new OciManual(
                        name,
                        "create a new specification file",
                        "",
                        SPEC_TEXT,
                        List.of(
                                OciFlag.text("bundle", "b", "path to the root of the bundle directory"),
                                OciFlag.on("rootless", "", "generate a configuration for a rootless container")),
                        0,
                        0,
                        true));
            case "resident" ->
                Optional.of(new OciManual(
                        name,
                        "stay, so that commands need no JVM of their own",
                        "",
                        RESIDENT_TEXT,
                        List.of(
                                new OciFlag(
                                        "idle",
                                        "",
                                        OciFlag.Kind.DURATION,
                                        "5m",
                                        "end when nobody asked for so long; 0s: never"),
                                OciFlag.on("stop", "", "end those that are there, when what they do is over")),
                        0,
                        0,
                        true));
            case "checkpoint" -> Optional.of(one(name, "checkpoint a running container", "", checkpoint()));
            case "restore" -> Optional.of(one(name, "restore a container from a previous checkpoint", "", restore()));
            default -> Optional.empty();
        };
    }

    /** A command whose only argument is a container's id. */
    private static OciManual one(String name, String summary, String text, List<OciFlag> flags) {
        return new OciManual(name, summary, ID, text, flags, 1, 1, true);
    }

    private static OciFlag format() {
        return OciFlag.text("format", "f", "table", "select one of: table or json");
    }

    private static OciFlag preserveFds() {
        return OciFlag.number(
                "preserve-fds", 0, "number of descriptors passed on beyond standard streams and $LISTEN_FDS");
    }

    private static List<OciFlag> create() {
        return List.of(
                OciFlag.text(
                        "bundle", "b", "path to the root of the bundle directory, defaults to the current directory"),
                OciFlag.text("config", "f", "file to read instead of the bundle's config.json"),
                OciFlag.text("console-socket", "", CONSOLE_SOCKET),
                OciFlag.text("pidfd-socket", "", "AF_UNIX socket that is sent a pidfd of the container's process"),
                OciFlag.text("pid-file", "", PID_FILE),
                OciFlag.on(
                        "no-pivot", "", "move the root instead of pivot_root(2), as is needed when it is on a ramdisk"),
                OciFlag.on("no-new-keyring", "", "leave the container the caller's session keyring"),
                preserveFds(),
                OciFlag.on("no-subreaper", "", "do not reap processes that lost their parent"));
    }

    private static List<OciFlag> run() {
        List<OciFlag> flags = new ArrayList<>(create());
        flags.add(OciFlag.on("detach", "d", "detach from the container's process"));
        flags.add(OciFlag.on("keep", "", "do not delete the container after it exits"));
        return List.copyOf(flags);
    }

    private static OciManual exec() {
        return new OciManual(
                "exec",
                "execute new process inside the container",
                ID + " <command> [command options]  || -p process.json " + ID,
                "What follows the container's id is the command, flags and all.",
                List.of(
                        OciFlag.text("console-socket", "", CONSOLE_SOCKET),
                        OciFlag.text("pidfd-socket", "", "AF_UNIX socket that is sent a pidfd of the process"),
                        OciFlag.text("cwd", "", "current working directory in the container"),
                        OciFlag.texts("env", "e", "set environment variables"),
                        OciFlag.on("tty", "t", "allocate a pseudo-TTY"),
                        OciFlag.text("user", "u", "UID (format: <uid>[:<gid>])"),
                        new OciFlag("additional-gids", "g", OciFlag.Kind.NUMBERS, "", "additional gids"),
                        OciFlag.text("process", "p", "path to the process.json"),
                        OciFlag.on("detach", "d", "detach from the container's process"),
                        OciFlag.text("pid-file", "", PID_FILE),
                        OciFlag.text("process-label", "", "the process's SELinux label"),
                        OciFlag.text("apparmor", "", "the process's AppArmor profile"),
                        OciFlag.on("no-new-privs", "", "execve(2) may never grant more privileges"),
                        OciFlag.texts("cap", "c", "add a capability to the process"),
                        preserveFds(),
                        OciFlag.texts("cgroup", "", "run in an existing sub-cgroup, as [<controller>[,...]:]<cgroup>"),
                        OciFlag.on("ignore-paused", "", "allow exec in a paused container")),
                1,
                OciManual.ANY,
                false);
    }

    private static List<OciFlag> update() {
        return List.of(
                OciFlag.text("resources", "r", "file with the resources, or '-' for standard input"),
                OciFlag.number("blkio-weight", 0, "weight of block I/O, from 10 to 1000"),
                OciFlag.text("cpu-period", "", "CFS period in microseconds"),
                OciFlag.text("cpu-quota", "", "CFS quota in microseconds a period, -1 for none"),
                OciFlag.text("cpu-burst", "", "CFS microseconds that may be saved up"),
                OciFlag.text("cpu-share", "", "CPU shares (relative weight vs. other containers)"),
                OciFlag.text("cpu-rt-period", "", "real-time period in microseconds"),
                OciFlag.text("cpu-rt-runtime", "", "real-time microseconds a period"),
                OciFlag.text("cpuset-cpus", "", "CPU(s) to use"),
                OciFlag.text("cpuset-mems", "", "Memory node(s) to use"),
                OciFlag.text("cpu-idle", "", "1: run only when nothing else does; 0: as usual"),
                OciFlag.text("memory", "", "Memory limit (in bytes)"),
                OciFlag.text("memory-reservation", "", "Memory reservation or soft_limit (in bytes)"),
                OciFlag.text("memory-swap", "", "memory and swap together (in bytes), -1 for no limit"),
                OciFlag.number("pids-limit", 0, "Maximum number of pids allowed in the container"),
                OciFlag.text("l3-cache-schema", "", "the Intel RDT/CAT L3 cache schema"),
                OciFlag.text("mem-bw-schema", "", "the Intel RDT/MBA memory bandwidth schema"));
    }

    private static List<OciFlag> criu() {
        return List.of(
                OciFlag.text("image-path", "", "directory of the image files"),
                OciFlag.text("work-path", "", "directory of work files and logs"),
                OciFlag.on("tcp-established", "", "allow open TCP connections"),
                OciFlag.on("ext-unix-sk", "", "allow external unix sockets"),
                OciFlag.on("shell-job", "", "allow shell jobs"),
                OciFlag.on("lazy-pages", "", "restore memory pages when they are used"),
                OciFlag.on("file-locks", "", "handle file locks"),
                OciFlag.text("manage-cgroups-mode", "", "cgroups mode: 'soft' (default), 'full', 'strict' or 'ignore'"),
                OciFlag.texts("empty-ns", "", "create a namespace, but don't restore its properties"),
                OciFlag.on("auto-dedup", "", "enable auto deduplication of memory images"));
    }

    private static List<OciFlag> checkpoint() {
        List<OciFlag> flags = new ArrayList<>(criu());
        flags.add(OciFlag.text("parent-path", "", "directory of the previous image files in pre-dump"));
        flags.add(OciFlag.on("tcp-skip-in-flight", "", "skip TCP connections that are not yet established"));
        flags.add(OciFlag.on("link-remap", "", "give deleted files that are open a name again"));
        flags.add(OciFlag.on("leave-running", "", "leave the process running after checkpointing"));
        flags.add(OciFlag.number("status-fd", -1, "descriptor that criu writes \\0 to once lazy-pages is ready"));
        flags.add(OciFlag.text("page-server", "", "ADDRESS:PORT of the page server"));
        flags.add(OciFlag.on("pre-dump", "", "dump the memory only, and leave the container running"));
        return List.copyOf(flags);
    }

    private static List<OciFlag> restore() {
        List<OciFlag> flags = new ArrayList<>(criu());
        flags.add(OciFlag.text("console-socket", "", CONSOLE_SOCKET));
        flags.add(OciFlag.text("bundle", "b", "path to the root of the bundle directory"));
        flags.add(OciFlag.on("detach", "d", "detach from the container's process"));
        flags.add(OciFlag.text("pid-file", "", PID_FILE));
        flags.add(OciFlag.on("no-subreaper", "", "do not reap processes that lost their parent"));
        flags.add(OciFlag.on("no-pivot", "", "move the root instead of pivot_root(2)"));
        flags.add(OciFlag.text("lsm-profile", "", "security profile during restore, as TYPE:NAME"));
        flags.add(OciFlag.text("lsm-mount-context", "", "security context of mounts during restore"));
        return List.copyOf(flags);
    }

    private static final String RESIDENT_TEXT = """
            It serves the processes of the user who started it that are in the same namespaces and have the same
            privileges; others, and what it cannot do, are served by a JVM of their own as ever. ALCOVE_RESIDENT names
            the folder of its socket, 1 the usual one; where that is set, the first command starts one.""";

    private static final String CREATE_TEXT = """
            "<container-id>" is your name for this container; it must be unique on this host under the same --root.
            The bundle is a directory with a file "config.json" and a root file system; "spec" writes a file to begin
            with.""";

    private static final String UPDATE_TEXT = """
            The resources are JSON as in config.json's linux.resources; what is left out, or 0, stays as it is:

                {"memory": {"limit": 0, "reservation": 0, "swap": 0},
                 "cpu": {"shares": 0, "quota": 0, "period": 0, "cpus": "", "mems": ""},
                 "blockIO": {"weight": 0}, "pids": {"limit": 0}}

            With --resources all other flags are ignored.""";

    private static final String FEATURES_TEXT =
            "Prints, as JSON, the document of the runtime specification's features.md.";

    private static final String SPEC_TEXT = """
            Writes a "config.json" to begin with: it runs "sh" with a terminal on a read-only root file system at
            "rootfs" in the bundle. A file that is there is not overwritten.""";
}
