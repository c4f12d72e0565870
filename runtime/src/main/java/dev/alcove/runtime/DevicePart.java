package dev.alcove.runtime;

import dev.alcove.linux.Errno;
import dev.alcove.linux.FileType;
import dev.alcove.linux.Syscall;
import dev.alcove.spec.LinuxDevice;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** /dev: the nodes, the links, the terminal. OCI runtime specification, config-linux.md, "Default Devices". */
final class DevicePart {
    /** A node of /dev. */
    private record Node(String path, char type, int major, int minor, int mode, long uid, long gid) {}

    private static final List<Node> DEFAULTS = List.of(
            node("/dev/null", 1, 3),
            node("/dev/zero", 1, 5),
            node("/dev/full", 1, 7),
            node("/dev/random", 1, 8),
            node("/dev/urandom", 1, 9),
            node("/dev/tty", 5, 0));

    private static final String[][] LINKS = {
        {"/proc/self/fd", "fd"},
        {"/proc/self/fd/0", "stdin"},
        {"/proc/self/fd/1", "stdout"},
        {"/proc/self/fd/2", "stderr"},
        {"/proc/kcore", "core"},
        {"pts/ptmx", "ptmx"},
    };

    /** A device of the host's that is bound can be used, and its node not changed: no chmod, no chown. */
    static final String BOUND = "MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID|MOUNT_ATTR_NOEXEC";

    static final String BOUND_WHY = "the host's node can be used there, and not be changed";

    private final Plan plan;
    private final boolean userNamespace;

    DevicePart(Plan plan, boolean userNamespace) {
        this.plan = plan;
        this.userNamespace = userNamespace;
    }

    private static Node node(String path, int major, int minor) {
        return new Node(path, 'c', major, minor, 0666, 0, 0);
    }

    /**
     * The nodes and links, if /dev is the container's own: in a volume they would be made on the host. In a root file system
     * without a mount there only if the configuration names devices.
     */
    void make() {
        var linux = plan.spec.config().linux();
        boolean own = plan.isOwn("/dev");
        boolean inRoot = !own
                && linux != null
                && !linux.devices().isEmpty()
                && plan.spec.config().mounts().stream()
                        .noneMatch(m -> m.destination().equals("/dev"));
        if (!own && !inRoot) {
            return;
        }
        List<Node> nodes = new ArrayList<>(DEFAULTS);
        for (LinuxDevice d : linux == null ? List.<LinuxDevice>of() : linux.devices()) {
            Node n = new Node(
                    d.path(),
                    d.type().isEmpty() ? 'c' : d.type().charAt(0),
                    orElse(d.major(), 0),
                    orElse(d.minor(), 0),
                    orElse(d.fileMode(), 0666) & 07777,
                    orElse(d.uid(), 0),
                    orElse(d.gid(), 0));
            nodes.removeIf(other -> other.path().equals(n.path()));
            nodes.add(n);
        }
        Arg.Result dev = inRoot
                ? plan.place("/dev", true, "the root file system's /dev")
                : plan.openIfThere("/dev", "O_PATH|O_DIRECTORY|O_CLOEXEC", List.of(), "the container's /dev");
        for (Node n : nodes) {
            if (userNamespace) {
                bind(n);
            } else {
                make(dev, n);
            }
        }
        for (String[] link : LINKS) {
            plan.p.tolerant(
                    "made",
                    List.of(Errno.EEXIST),
                    "the links that programs expect",
                    Syscall.SYMLINKAT,
                    Arg.string(link[0]),
                    dev,
                    Arg.string(link[1]));
        }
        plan.close(dev);
    }

    private static int orElse(@Nullable Number value, int otherwise) {
        return value == null ? otherwise : value.intValue();
    }

    private void make(Arg dev, Node n) {
        String why = "a device that it may have";
        Arg parent = dev;
        String name = n.path().substring(n.path().lastIndexOf('/') + 1);
        String directory = n.path().substring(0, n.path().lastIndexOf('/'));
        if (!directory.equals("/dev")) {
            parent = plan.place(directory, true, why);
        }
        int kind = n.type() == 'b' ? 060000 : n.type() == 'p' ? 010000 : 020000;
        Arg mode = Arg.mode(kind | n.mode());
        Arg device = Arg.num(makedev(n.major(), n.minor()), "makedev(" + n.major() + ", " + n.minor() + ")");
        if (plan.isOwn("/dev")) {
            plan.p.call(why, Syscall.MKNODAT, parent, Arg.string(name), mode, device);
        } else {
            List<Errno> there = List.of(Errno.EEXIST);
            String again = "a device that it may have; the root file system may have it from an earlier start";
            plan.p.tolerant("made", there, again, Syscall.MKNODAT, parent, Arg.string(name), mode, device);
        }
        if (n.uid() != 0 || n.gid() != 0) {
            plan.p.call(
                    why,
                    Syscall.FCHOWNAT,
                    parent,
                    Arg.string(name),
                    Arg.num(n.uid()),
                    Arg.num(n.gid()),
                    plan.flags("AT_SYMLINK_NOFOLLOW"));
        }
        if (parent != dev) {
            plan.close(parent);
        }
    }

    private void bind(Node n) {
        String why = "no device can be made in a user namespace: the host's node is bound";
        Arg.Result tree = plan.copyOf(n.path(), false, why);
        plan.setAttributes(tree, false, plan.attributes(BOUND, "", ""), BOUND_WHY);
        Arg.Result place = plan.place(n.path(), false, why);
        plan.attach(tree, place, why);
        plan.close(place);
        plan.close(tree);
    }

    /** S_IF* of a node. */
    static int kind(FileType type) {
        return switch (type) {
            case BLOCK_DEVICE -> 060000;
            case CHARACTER_DEVICE -> 020000;
            case SOCKET -> 0140000;
            default -> 010000;
        };
    }

    /** makedev(3) of Linux. */
    static long makedev(long major, long minor) {
        return (minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xffL) << 12 | (major & ~0xfffL) << 32;
    }

    /**
     * The terminal: a pair of the container's own devpts. The slave is standard input, output and error and /dev/console;
     * the master goes to whoever started the container.
     *
     * @param devpts the container's devpts, or 0: then the host's
     */
    Arg.Result openTerminal(Arg devpts) {
        Program.Builder p = plan.p;
        boolean own = !(devpts instanceof Arg.Num);
        String why = "a terminal of the container's own";
        // In a running container /dev is its own to change: its devpts is taken, and no link on the way.
        boolean running = plan.spec.target().isPresent();
        Arg.Result master = running
                ? p.callTo(
                        "master",
                        why,
                        Syscall.OPENAT2,
                        Arg.CWD,
                        Arg.string("/dev/pts/ptmx"),
                        Arg.at(Data.longs(
                                "{O_RDWR|O_NOCTTY|O_CLOEXEC, RESOLVE_NO_SYMLINKS}",
                                plan.flags("O_RDWR|O_NOCTTY|O_CLOEXEC").value(),
                                0,
                                plan.flags("RESOLVE_NO_SYMLINKS").value())),
                        Plan.HOW_SIZE)
                : p.callTo(
                        "master",
                        why,
                        Syscall.OPENAT,
                        own ? devpts : Arg.CWD,
                        Arg.string(own ? "ptmx" : "/dev/ptmx"),
                        plan.flags("O_RDWR|O_NOCTTY|O_CLOEXEC"),
                        Arg.ZERO);
        Arg.Result slave = slave(plan, master, why);
        var process = plan.spec.config().process();
        if (process != null && process.consoleSize() != null) {
            var size = process.consoleSize();
            byte[] winsize = new byte[8];
            winsize[0] = (byte) size.height();
            winsize[1] = (byte) (size.height() >> 8);
            winsize[2] = (byte) size.width();
            winsize[3] = (byte) (size.width() >> 8);
            p.call(
                    "as large as the caller's",
                    Syscall.IOCTL,
                    master,
                    plan.flags("TIOCSWINSZ"),
                    Arg.at(Data.bytes(winsize, "{" + size.height() + " rows, " + size.width() + " columns}")));
        }
        if (own
                && plan.spec.config().mounts().stream()
                        .anyMatch(m -> m.destination().equals("/dev"))) {
            Arg.Result tree = p.callTo(
                    "console",
                    "the terminal is /dev/console too",
                    Syscall.OPEN_TREE,
                    slave,
                    Arg.EMPTY,
                    plan.flags("OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_EMPTY_PATH"));
            Arg.Result place = plan.place("/dev/console", false, "the terminal is /dev/console too");
            plan.attach(tree, place, "the terminal is /dev/console too");
            plan.close(place);
            plan.close(tree);
        }
        sendMaster(master);
        return slave;
    }

    /** The other end of a pair, by descriptor: no path of it is looked up. */
    static Arg.Result slave(Plan plan, Arg.Result master, String why) {
        plan.p.call(why, Syscall.IOCTL, master, plan.flags("TIOCSPTLCK"), Arg.at(Data.ints("{0}", 0)));
        return plan.p.callTo(
                "slave",
                why,
                Syscall.IOCTL,
                master,
                plan.flags("TIOCGPTPEER"),
                plan.flags("O_RDWR|O_NOCTTY|O_CLOEXEC"));
    }

    /** sendmsg(2) of the master with a CONSOLE report. */
    private void sendMaster(Arg.Result master) {
        sendDescriptor(
                plan,
                Arg.num(plan.spec.control()),
                master,
                Arg.num(Wire.REPORT_CONSOLE, "CONSOLE"),
                "the terminal's other end goes to whoever started the container");
        plan.close(master);
    }

    /** sendmsg(2) of a descriptor with a report of a kind. */
    static void sendDescriptor(Plan plan, Arg socket, Arg.Result fd, Arg.Num kind, String why) {
        Program.Builder p = plan.p;
        String name = kind.text().toLowerCase(java.util.Locale.ROOT);
        Data report = Data.buffer(Wire.REPORT_SIZE, name + "_report");
        p.add(new Step.Put(Arg.at(report), kind, 4, "the report"));
        Data iov = Data.longs("{report}", 0, Wire.REPORT_SIZE).pointer(0, report);
        // struct cmsghdr: length 20, SOL_SOCKET, SCM_RIGHTS, one descriptor
        Data control = Data.longs("{SCM_RIGHTS}", 20, 1L | 1L << 32, 0);
        Data message = Data.longs("{report, SCM_RIGHTS " + fd.text() + "}", 0, 0, 0, 1, 0, 24, 0)
                .pointer(16, iov)
                .pointer(32, control);
        p.add(new Step.Put(Arg.at(control, 16), fd, 4, "the descriptor to send"));
        p.callAtLeast(Wire.REPORT_SIZE, why, Syscall.SENDMSG, socket, Arg.at(message), Arg.ZERO);
    }
}
