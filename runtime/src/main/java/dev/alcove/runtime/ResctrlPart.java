package dev.alcove.runtime;

import dev.alcove.linux.Errno;
import dev.alcove.linux.Syscall;
import dev.alcove.spec.LinuxIntelRdt;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.SpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Shares of the processor's cache and memory bandwidth: a directory of resctrl that the container's processes are in,
 * config-linux.md, "IntelRdt"; the kernel's Documentation/filesystems/resctrl.rst.
 */
final class ResctrlPart {
    /** Where it is mounted, if it is. */
    static final String ROOT = "/sys/fs/resctrl";

    /** As {@link HostFacts#modules} has it. */
    static final String RESCTRL = "resctrl";

    private static final String WHY = "its shares of cache and memory bandwidth";
    private static final String WATCH = "its use of cache and memory bandwidth is counted apart";

    private final Plan plan;
    private final @Nullable LinuxIntelRdt wanted;

    ResctrlPart(Plan plan, OciLinux linux) {
        this.plan = plan;
        this.wanted = plan.spec.target().isPresent() ? null : linux.intelRdt();
    }

    /**
     * Refuses what this machine cannot do.
     *
     * @throws SpecException naming the property
     */
    static void check(OciLinux linux, HostFacts facts) {
        if (linux.intelRdt() != null && !facts.modules().contains(RESCTRL)) {
            throw SpecException.of(
                    "linux.intelRdt",
                    "this machine cannot share cache and memory bandwidth out: " + ROOT + " is not there"
                            + "\n  mend: leave it out, or mount -t resctrl resctrl " + ROOT
                            + " where the processor and the kernel have it");
        }
    }

    /** The directory of a container's class; it is the container's own, and goes with it, if the id names it. */
    static Optional<String> own(LinuxIntelRdt rdt, String id) {
        return rdt.closId().isEmpty() ? Optional.of(ROOT + "/" + id) : Optional.empty();
    }

    static String directory(LinuxIntelRdt rdt, String id) {
        return own(rdt, id).orElse(ROOT + "/" + rdt.closId());
    }

    private static boolean monitors(LinuxIntelRdt rdt) {
        return rdt.enableMonitoring() || rdt.enableCmt() || rdt.enableMbm();
    }

    /** The directory in which a container is counted. */
    static Optional<String> monitoring(LinuxIntelRdt rdt, String id) {
        return monitors(rdt) ? Optional.of(directory(rdt, id) + "/mon_groups/" + id) : Optional.empty();
    }

    /** The monitor's steps before the clone. */
    void make() {
        if (wanted == null) {
            return;
        }
        Program.Builder p = plan.p;
        String id = plan.spec.id();
        String directory = directory(wanted, id);
        p.tolerant("made", List.of(Errno.EEXIST), WHY, Syscall.MKDIRAT, Arg.CWD, Arg.string(directory), Arg.mode(0755));
        own(wanted, id).ifPresent(this::undo);
        List<String> lines = new ArrayList<>(wanted.schemata());
        for (String older : List.of(wanted.l3CacheSchema(), wanted.memBwSchema())) {
            if (!older.isEmpty()) {
                lines.add(older);
            }
        }
        if (!lines.isEmpty()) {
            plan.writeFile(Arg.CWD, directory + "/schemata", String.join("\n", lines) + "\n", List.of(), WHY);
        }
        monitoring(wanted, id).ifPresent(group -> {
            p.call(WATCH, Syscall.MKDIRAT, Arg.CWD, Arg.string(group), Arg.mode(0755));
            undo(group);
        });
    }

    private void undo(String directory) {
        plan.p.undo(Program.Builder.attempted(
                "the container is over", Syscall.UNLINKAT, Arg.CWD, Arg.string(directory), plan.flags("AT_REMOVEDIR")));
    }

    /** The child's steps while the host's /sys is there. */
    void enter() {
        if (wanted == null) {
            return;
        }
        String id = plan.spec.id();
        plan.writeFile(Arg.CWD, directory(wanted, id) + "/tasks", "0", List.of(), WHY);
        monitoring(wanted, id).ifPresent(group -> plan.writeFile(Arg.CWD, group + "/tasks", "0", List.of(), WATCH));
    }
}
