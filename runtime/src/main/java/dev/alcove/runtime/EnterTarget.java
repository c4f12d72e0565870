package dev.alcove.runtime;

import dev.alcove.linux.CgroupController;
import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.Errno;
import dev.alcove.linux.IdMap;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceSet;
import dev.alcove.linux.Proc;
import dev.alcove.linux.ProcCgroup;
import dev.alcove.linux.ProcStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What /proc tells of the process whose namespaces are to be joined. It is read by its number; that this was not another
 * process's the program finds out before it uses any of it, by the pidfd.
 *
 * @param pid its id; 0 where there is no such process, and files alone say what is joined
 */
record EnterTarget(int pid) {
    boolean isThere() {
        return pid > 0;
    }

    /** Refuses what only a process has. */
    void needed(String what) {
        if (!isThere()) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    "a target is needed for " + what + "\n  mend: --target PID, or a container's name");
        }
    }

    /** A file below /proc/PID. */
    String file(String name) {
        needed("its " + name);
        return "/proc/" + pid + "/" + name;
    }

    /** The kinds in which it is elsewhere: a process cannot join its own user namespace. */
    Set<NamespaceKind> others() {
        try {
            NamespaceSet own = NamespaceSet.of(Kernel.pid()).orElseThrow();
            NamespaceSet theirs = NamespaceSet.of(pid).orElseThrow(this::ended);
            Set<NamespaceKind> others = EnumSet.noneOf(NamespaceKind.class);
            others.addAll(theirs.identities().keySet());
            others.removeAll(own.shared(theirs));
            return others;
        } catch (LinuxException e) {
            throw refused(e);
        }
    }

    Map<String, String> environment() {
        try {
            return Proc.environment(pid).orElseThrow(this::ended);
        } catch (LinuxException e) {
            throw refused(e);
        }
    }

    /** Its effective user, by its number in its own user namespace if that is joined. */
    long user(boolean inside) {
        ProcStatus status = status("its user");
        return inside
                ? mapped("user", status.uids().get(1), Proc.uidMap(pid))
                : status.uids().get(1);
    }

    /** Its effective group, likewise. */
    long group(boolean inside) {
        ProcStatus status = status("its group");
        return inside
                ? mapped("group", status.gids().get(1), Proc.gidMap(pid))
                : status.gids().get(1);
    }

    private ProcStatus status(String what) {
        needed(what);
        return Proc.status(pid).orElseThrow(this::ended);
    }

    private long mapped(String what, long id, Optional<IdMap> map) {
        OptionalLong inside = map.orElseThrow(this::ended).toContainer(id);
        return inside.orElseThrow(() -> new ContainerException(
                ContainerException.Kind.CONFLICT,
                "--target: " + what + " " + id + " of process " + pid + " has no number in its user namespace"
                        + "\n  likely cause: the namespace does not map it"
                        + "\n  mend: give a number that it maps; /proc/" + pid + "/" + what.charAt(0) + "id_map shows"
                        + " which"));
    }

    /**
     * The files by which its control groups are entered, of those in which this process is not itself.
     *
     * @throws ContainerException if one lies outside of what this process sees
     */
    List<String> groups() {
        needed("its control groups (--join-cgroup)");
        List<String> files = new ArrayList<>();
        for (ProcCgroup theirs : Proc.cgroups(pid).orElseThrow(this::ended)) {
            for (CgroupHierarchy hierarchy : ThisProcess.cgroups().hierarchies()) {
                if (isOf(hierarchy, theirs) && !hierarchy.own().equals(theirs.path())) {
                    if (theirs.path().startsWith("/..")) {
                        throw new ContainerException(
                                ContainerException.Kind.UNSUPPORTED,
                                "--join-cgroup: the control group " + theirs.path() + " of process " + pid
                                        + " is out of sight"
                                        + "\n  likely cause: this process is in a cgroup namespace of its own"
                                        + "\n  mend: run it outside of that");
                    }
                    files.add(hierarchy.directory(theirs.path()) + (hierarchy.unified() ? "/cgroup.procs" : "/tasks"));
                }
            }
        }
        return files;
    }

    private static boolean isOf(CgroupHierarchy hierarchy, ProcCgroup line) {
        if (hierarchy.unified() || line.isUnified()) {
            return hierarchy.unified() && line.isUnified();
        }
        if (!hierarchy.name().isEmpty()) {
            return line.controllers().contains("name=" + hierarchy.name());
        }
        for (CgroupController controller : hierarchy.controllers()) {
            if (line.controllers().contains(controller.v1Name())) {
                return true;
            }
        }
        return false;
    }

    /** Its SELinux context. */
    String context() {
        needed("its SELinux context (--follow-context)");
        if (!Files.exists(Path.of("/sys/fs/selinux/enforce"))) {
            throw new ContainerException(
                    ContainerException.Kind.UNSUPPORTED,
                    "--follow-context: there is no SELinux here, and no context to follow"
                            + "\n  likely cause: the kernel runs without it, or /sys/fs/selinux is not mounted"
                            + "\n  mend: leave --follow-context out");
        }
        try {
            String text = Files.readString(Path.of(file("attr/current")));
            int end = text.indexOf('\0');
            return (end < 0 ? text : text.substring(0, end)).strip();
        } catch (IOException e) {
            throw ended();
        }
    }

    private ContainerException ended() {
        return new ContainerException(
                ContainerException.Kind.NOT_FOUND,
                "--target: process " + pid + " has ended\n  likely cause: it did so just now\n  mend: choose another");
    }

    private ContainerException refused(LinuxException e) {
        if (e.errno() != Errno.EACCES && e.errno() != Errno.EPERM) {
            throw e;
        }
        return new ContainerException(
                ContainerException.Kind.DENIED,
                "--target: process " + pid + " may not be looked into"
                        + "\n  likely cause: it is another user's, or has more privileges"
                        + "\n  mend: run as root",
                e);
    }
}
