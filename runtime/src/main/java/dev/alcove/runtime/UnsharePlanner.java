package dev.alcove.runtime;

import dev.alcove.linux.Errno;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.Signal;
import dev.alcove.linux.Syscall;
import dev.alcove.spec.OciLinux;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Plans a command in new namespaces, as unshare(1) runs it: a pure function.
 *
 * <p>One clone3 makes what the child is to be in. Two kinds may come later: a PID namespace that only the command's
 * children are to be in, and clocks with offsets, which can only be set while nobody is in it.
 */
final class UnsharePlanner {
    /** What {@link Causes} knows the steps of a list of formats by. */
    static final String FORMATS = "which program runs those of other formats, in this user namespace alone";

    private final Plan plan;
    private final Program.Builder p;
    private final Unsharing wanted;
    private final TaskFrame frame;
    private final OciLinux linux;
    private final boolean user;
    private final boolean offsets;

    /** Whether the child waits for what the monitor does: it may have ended otherwise, and its namespaces with it. */
    private final boolean waits;

    private UnsharePlanner(ContainerSpec spec, HostFacts facts, Unsharing wanted) {
        this.plan = new Plan(spec, facts);
        this.p = plan.p;
        this.wanted = wanted;
        this.frame = new TaskFrame(plan);
        this.linux = spec.config().linux() == null
                ? OciLinux.builder().build()
                : spec.config().linux();
        this.user = wanted.made().contains(NamespaceKind.USER);
        this.offsets = !linux.timeOffsets().isEmpty();
        this.waits = user || !wanted.pins().isEmpty();
    }

    static Program plan(ContainerSpec spec, HostFacts facts, Unsharing wanted) {
        return new UnsharePlanner(spec, facts, wanted).plan();
    }

    private Program plan() {
        frame.begin();
        if (offsets && !user) {
            p.call(
                    "a time namespace for the child; the monitor itself stays in its own",
                    Syscall.UNSHARE,
                    plan.flags("CLONE_NEWTIME"));
            Planner.writeTimeOffsets(plan, linux);
        }
        Arg.Result pid = frame.clone(flags(), "the command's process, in namespaces of its own");
        if (user) {
            maps(pid);
        }
        Map<NamespaceKind, Arg.Result> handles = handles(pid);
        if (waits) {
            frame.letGo();
        }
        frame.awaitStart();
        handles.forEach(this::pin);
        frame.watch(pid);

        Arg.Num death =
                Arg.num(wanted.deathSignal(), Signal.of(wanted.deathSignal()).kernelName());
        frame.child(death);
        if (waits) {
            frame.waitForMonitor();
        }
        child();
        frame.become(wanted.becoming(), death);
        return frame.run(Optional.empty());
    }

    private String flags() {
        StringBuilder flags = new StringBuilder();
        for (NamespaceKind kind : wanted.made()) {
            boolean later = (kind == NamespaceKind.PID && !wanted.fork()) || (kind == NamespaceKind.TIME && offsets);
            if (!later) {
                flags.append(flags.isEmpty() ? "" : "|").append(JoinPart.flagName(kind));
            }
        }
        return flags.toString();
    }

    private void maps(Arg.Result pid) {
        IdMapPart part = new IdMapPart(plan);
        if (wanted.setgroups().isPresent()) {
            part.writeWithSetgroups(pid, linux, wanted.setgroups().get());
        } else if (!linux.uidMappings().isEmpty() || !linux.gidMappings().isEmpty()) {
            part.write(pid, linux, false);
        }
    }

    /** Opened while the child waits: a command that ends at once takes its namespaces along. */
    private Map<NamespaceKind, Arg.Result> handles(Arg.Result pid) {
        Map<NamespaceKind, Arg.Result> handles = new EnumMap<>(NamespaceKind.class);
        for (NamespaceKind kind : wanted.pins().keySet()) {
            String why = "a handle that keeps the " + kind.fileName() + " namespace until it is bound to a file";
            Arg.At path = plan.procFile(pid, "/ns/" + kind.fileName(), why);
            handles.put(
                    kind,
                    p.callTo(
                            kind.fileName() + "_namespace",
                            why,
                            Syscall.OPENAT,
                            Arg.CWD,
                            path,
                            plan.flags("O_RDONLY|O_CLOEXEC"),
                            Arg.ZERO));
        }
        return handles;
    }

    /** After the start; and where a later one cannot be bound, those before are let go again. */
    private void pin(NamespaceKind kind, Arg.Result handle) {
        String file = wanted.pins().getOrDefault(kind, "");
        String why = "the " + kind.fileName() + " namespace stays, bound to this file, when the command has ended";
        Arg.Result made = p.tolerant(
                "file",
                List.of(Errno.EEXIST),
                why,
                Syscall.OPENAT,
                Arg.CWD,
                Arg.string(file),
                plan.flags("O_RDONLY|O_CREAT|O_EXCL|O_CLOEXEC"),
                Arg.mode(0444));
        p.undoUnless(
                frame.ran(),
                new Step.Jump(Step.When.NEGATIVE, made, p.earlierUndo(), "it was there before"),
                Program.Builder.attempted(
                        "the file was made for it", Syscall.UNLINKAT, Arg.CWD, Arg.string(file), Arg.ZERO));
        plan.close(made);
        Arg.Result place = p.callTo(
                "place", why, Syscall.OPENAT, Arg.CWD, Arg.string(file), plan.flags("O_PATH|O_CLOEXEC"), Arg.ZERO);
        Arg.Result mount = plan.copyOf(handle, why);
        plan.attach(mount, place, why);
        p.undoUnless(
                frame.ran(),
                Program.Builder.attempted(
                        "the namespace is let go", Syscall.UMOUNT2, Arg.string(file), plan.flags("MNT_DETACH")));
        plan.close(mount);
        plan.close(place);
        plan.close(handle);
    }

    private void child() {
        if (wanted.made().contains(NamespaceKind.PID) && !wanted.fork()) {
            p.call("only the command's children will be in it", Syscall.UNSHARE, plan.flags("CLONE_NEWPID"));
        }
        if (offsets && user) {
            p.call("a time namespace, entered by execve", Syscall.UNSHARE, plan.flags("CLONE_NEWTIME"));
            Planner.writeTimeOffsets(plan, linux);
        }
        if (wanted.made().contains(NamespaceKind.MOUNT) && !wanted.propagation().isEmpty()) {
            String flag = switch (wanted.propagation()) {
                case "shared" -> "MS_SHARED";
                case "slave" -> "MS_SLAVE";
                default -> "MS_PRIVATE";
            };
            p.call(
                    "how what is mounted here travels",
                    Syscall.MOUNT_SETATTR,
                    Arg.CWD,
                    Arg.string("/"),
                    plan.flags("AT_RECURSIVE"),
                    plan.attributes("", "", flag),
                    Plan.ATTR_SIZE);
        }
        Optional<Arg.Result> formats = wanted.formats().map(this::formats);
        if (wanted.root().isPresent()) {
            String why = "the root directory";
            p.call(why, Syscall.CHROOT, Arg.string(wanted.root().get()));
            p.call(why, Syscall.CHDIR, Arg.string("/"));
        }
        wanted.directory().ifPresent(path -> p.call("the working directory", Syscall.CHDIR, Arg.string(path)));
        wanted.proc().ifPresent(this::proc);
        formats.ifPresent(mount -> {
            String at = wanted.formats().orElseThrow().at();
            String why = "its list of formats where programs look for it, in a new /proc too";
            plan.attach(mount, placeOf(at, why), why);
        });
    }

    /** Filled before the root changes: an interpreter that is to be opened at once (F) is the caller's. */
    private Arg.Result formats(Unsharing.Formats formats) {
        Arg.Result mount = plan.fileSystem(
                "binfmt_misc",
                "binfmt_misc",
                List.of(),
                plan.flags("MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV|MOUNT_ATTR_NOEXEC"),
                FORMATS);
        for (String definition : formats.definitions()) {
            plan.writeFile(mount, "register", definition, List.of(), FORMATS);
        }
        return mount;
    }

    private void proc(String at) {
        String why = "a /proc that shows the new PID namespace";
        Arg.Result place = placeOf(at, why);
        Arg.Result proc = plan.fileSystem(
                "proc", "proc", List.of(), plan.flags("MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV|MOUNT_ATTR_NOEXEC"), why);
        plan.attach(proc, place, why);
    }

    private Arg.Result placeOf(String path, String why) {
        return p.callTo(
                "place",
                why,
                Syscall.OPENAT,
                Arg.CWD,
                Arg.string(path),
                plan.flags("O_PATH|O_DIRECTORY|O_CLOEXEC"),
                Arg.ZERO);
    }
}
