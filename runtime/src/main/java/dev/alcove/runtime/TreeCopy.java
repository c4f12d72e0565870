package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import dev.alcove.linux.FileStat;
import dev.alcove.linux.FileType;
import dev.alcove.linux.IdMap;
import dev.alcove.linux.Open;
import dev.alcove.linux.Syscall;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.SpecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The mount option {@code tmpcopyup}: a new tmpfs begins with what the root file system has at its place. What is there is
 * listed beforehand; the program copies it by those names, each resolved inside the root.
 */
final class TreeCopy {
    static final String OPTION = "tmpcopyup";

    /** More would be a program of megabytes. */
    private static final int MOST = 4000;

    private static final long LARGEST = 1L << 30;
    private static final int MOST_LINKS = 40;
    private static final int SPECIAL = 07000;
    private static final String WHY = "what the root file system has there is copied up";

    private TreeCopy() {}

    /** What is to be copied, by the mount's destination; nothing where the root has nothing. */
    static Map<String, List<TreeEntry>> read(ContainerSpec spec) {
        Map<String, List<TreeEntry>> copies = new HashMap<>();
        List<OciMount> mounts = spec.config().mounts();
        for (int i = 0; i < mounts.size(); i++) {
            OciMount m = mounts.get(i);
            if (!m.options().contains(OPTION)) {
                continue;
            }
            String field = "mounts[" + i + "].options";
            if (!m.type().equals("tmpfs")) {
                throw SpecException.of(field, "'" + OPTION + "' is only for a tmpfs");
            }
            if (!(spec.rootfs() instanceof Rootfs.Directory root)) {
                throw SpecException.of(field, "'" + OPTION + "' needs a root file system that is a directory");
            }
            Optional<Path> from = inRoot(root.path(), m.destination());
            if (from.isPresent()) {
                copies.put(m.destination(), list(field, from.get()));
            }
        }
        return copies;
    }

    /** A directory of the root on the host, by links that stay inside the root; empty if there is none. */
    private static Optional<Path> inRoot(Path root, String path) {
        Deque<String> rest = new ArrayDeque<>(Arrays.asList(path.split("/", -1)));
        Path at = root;
        int links = 0;
        while (!rest.isEmpty()) {
            String name = rest.pop();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            Path parent = at.getParent();
            if (name.equals("..")) {
                at = at.equals(root) || parent == null ? root : parent;
                continue;
            }
            Path next = at.resolve(name);
            if (Files.isSymbolicLink(next)) {
                String target = target(next);
                if (++links > MOST_LINKS) {
                    return Optional.empty();
                }
                String[] parts = target.split("/", -1);
                for (int i = parts.length - 1; i >= 0; i--) {
                    rest.push(parts[i]);
                }
                next = target.startsWith("/") ? root : at;
            }
            at = next;
        }
        return Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS) ? Optional.of(at) : Optional.empty();
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            throw new ContainerException(ContainerException.Kind.INTERNAL, "cannot read the link " + link, e);
        }
    }

    private static List<TreeEntry> list(String field, Path directory) {
        List<TreeEntry> all = new ArrayList<>();
        try (Fd top = Open.path().directory().at(directory);
                Stream<Path> walk = Files.walk(directory)) {
            for (Path path : (Iterable<Path>) walk::iterator) {
                String name = directory.relativize(path).toString();
                boolean itself = name.isEmpty();
                Optional<FileStat> stat = itself ? Optional.of(FileStat.of(top)) : FileStat.find(top, name);
                if (stat.isEmpty()) {
                    continue;
                }
                if (stat.get().size() > LARGEST && stat.get().type() == FileType.REGULAR) {
                    throw SpecException.of(field, "'" + OPTION + "' copies files up to 1 GiB: " + path + " is larger");
                }
                boolean link = stat.get().type() == FileType.SYMBOLIC_LINK;
                all.add(new TreeEntry(itself ? "." : name, stat.get(), link ? target(path) : ""));
                if (all.size() > MOST) {
                    throw SpecException.of(
                            field,
                            "'" + OPTION + "' copies up to " + MOST + " files: " + directory + " has more"
                                    + "\n  mend: leave it out, or bind a copy of the directory there");
                }
            }
        } catch (IOException e) {
            throw new ContainerException(
                    ContainerException.Kind.INTERNAL, field + ": cannot list " + directory + ": " + e, e);
        }
        return all;
    }

    /**
     * Adds the steps.
     *
     * @param entries what is copied; the first is the directory itself
     * @param from    its descriptor
     * @param to      the new file system's, not attached yet
     */
    static void plan(Plan plan, List<TreeEntry> entries, Arg from, Arg to) {
        OciLinux linux = plan.spec.config().linux();
        Optional<IdMap> users = map(linux == null ? List.of() : linux.uidMappings());
        Optional<IdMap> groups = map(linux == null ? List.of() : linux.gidMappings());
        Arg.Result in = plan.p.register("from");
        Arg.Result out = plan.p.register("to");
        for (TreeEntry e : entries) {
            FileStat stat = e.stat();
            Arg.At name = Arg.string(e.path());
            Arg.Num mode = Arg.mode(stat.permissions());
            switch (stat.type()) {
                case DIRECTORY -> {
                    if (!e.path().equals(".")) {
                        plan.p.call(WHY, Syscall.MKDIRAT, to, name, mode);
                    }
                }
                case REGULAR -> file(plan, e, from, to, in, out);
                case SYMBOLIC_LINK -> plan.p.call(WHY, Syscall.SYMLINKAT, Arg.string(e.target()), to, name);
                default ->
                    plan.p.call(
                            WHY,
                            Syscall.MKNODAT,
                            to,
                            name,
                            Arg.mode(DevicePart.kind(stat.type()) | stat.permissions()),
                            Arg.num(DevicePart.makedev(stat.deviceMajor(), stat.deviceMinor())));
            }
            OptionalLong uid = inside(users, stat.uid());
            OptionalLong gid = inside(groups, stat.gid());
            if (uid.isPresent() && gid.isPresent() && (uid.getAsLong() | gid.getAsLong()) != 0) {
                plan.p.call(
                        WHY,
                        Syscall.FCHOWNAT,
                        to,
                        name,
                        Arg.num(uid.getAsLong()),
                        Arg.num(gid.getAsLong()),
                        plan.flags("AT_SYMLINK_NOFOLLOW"));
            }
            boolean link = stat.type() == FileType.SYMBOLIC_LINK;
            // A change of owner takes these bits, and mkdir(2) does not give them all.
            if (!link && (e.path().equals(".") || (stat.permissions() & SPECIAL) != 0)) {
                plan.p.call(WHY, Syscall.FCHMODAT, to, name, mode);
            }
        }
    }

    private static void file(Plan plan, TreeEntry e, Arg from, Arg to, Arg.Result in, Arg.Result out) {
        add(
                plan,
                Syscall.OPENAT,
                out,
                to,
                Arg.string(e.path()),
                plan.flags("O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC"),
                Arg.mode(e.stat().permissions()));
        int size = (int) e.stat().size();
        if (size > 0) {
            add(
                    plan,
                    Syscall.OPENAT2,
                    in,
                    from,
                    Arg.string(e.path()),
                    plan.inRoot("O_RDONLY|O_NOFOLLOW|O_CLOEXEC"),
                    Plan.HOW_SIZE);
            plan.p.callAtLeast(size, WHY, Syscall.SENDFILE, out, in, Arg.NULL, Arg.num(size));
            plan.closeNow(in);
        }
        plan.closeNow(out);
    }

    private static void add(Plan plan, Syscall call, Arg.Result into, Arg... args) {
        plan.p.add(new Step.Call(call, List.of(args), into, List.of(), false, Integer.MIN_VALUE, WHY));
    }

    private static Optional<IdMap> map(List<LinuxIdMapping> mappings) {
        return mappings.isEmpty() ? Optional.empty() : Optional.of(IdMaps.of(mappings));
    }

    private static OptionalLong inside(Optional<IdMap> map, long id) {
        return map.isEmpty() ? OptionalLong.of(id) : map.get().toContainer(id);
    }
}
