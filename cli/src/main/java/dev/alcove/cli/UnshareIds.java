package dev.alcove.cli;

import dev.alcove.linux.IdMap;
import dev.alcove.linux.IdRange;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.Proc;
import dev.alcove.linux.ProcStatus;
import dev.alcove.linux.SubIds;
import dev.alcove.linux.UserDatabase;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.UnshareBuilder;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.SpecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The id maps of {@code unshare}: one id of the caller's, ranges, or both. A single id that lies in a range makes a hole
 * in it, as unshare(1) says.
 */
final class UnshareIds {
    private final Arguments arguments;
    private final ProcStatus self;

    private UnshareIds(Arguments arguments, ProcStatus self) {
        this.arguments = arguments;
        this.self = self;
    }

    /** Whether one of the flags is there: each means a user namespace. */
    static boolean asked(Arguments arguments) {
        for (String flag : new String[] {"map-root-user", "map-current-user", "map-auto", "map-subids"}) {
            if (arguments.has(flag)) {
                return true;
            }
        }
        for (String flag : new String[] {"map-user", "map-group", "map-users", "map-groups"}) {
            if (arguments.value(flag).isPresent()) {
                return true;
            }
        }
        return false;
    }

    static void apply(Arguments arguments, UnshareBuilder unshare) {
        ProcStatus self = Proc.status(Kernel.pid())
                .orElseThrow(() -> new ContainerException(
                        ContainerException.Kind.UNSUPPORTED,
                        "/proc does not show this process\n  likely cause: /proc is not mounted"
                                + "\n  mend: mount -t proc proc /proc"));
        new UnshareIds(arguments, self).apply(unshare);
    }

    private void apply(UnshareBuilder unshare) {
        Optional<Long> user = single("map-user", self.uids().get(1));
        Optional<Long> group = single("map-group", self.gids().get(1));
        List<LinuxIdMapping> users = ranges("map-users", "/etc/subuid");
        List<LinuxIdMapping> groups = ranges("map-groups", "/etc/subgid");
        unshare.mapUsers(joined(user, self.uids().get(1), users));
        unshare.mapGroups(joined(group, self.gids().get(1), groups));
        Optional<String> setgroups = arguments.value("setgroups");
        if (setgroups.isPresent()) {
            boolean allow = setgroups.get().equals("allow");
            if (!allow && !setgroups.get().equals("deny")) {
                throw SpecException.not("--setgroups", setgroups.get(), "allow or deny", List.of("allow", "deny"));
            }
            if (allow && group.isPresent() && groups.isEmpty()) {
                throw new UsageException(
                        "unshare",
                        "--setgroups: allow cannot be had with a single group: the kernel takes its map only where"
                                + " setgroups is denied");
            }
            unshare.setgroups(allow);
        } else if (group.isPresent() && groups.isEmpty()) {
            unshare.setgroups(false);
        }
    }

    /** To what the caller's own id is mapped. */
    private Optional<Long> single(String flag, long own) {
        Optional<Long> given = arguments.value(flag).map(text -> named(flag, text));
        if (given.isPresent()) {
            return given;
        }
        if (arguments.has("map-current-user")) {
            return Optional.of(own);
        }
        return arguments.has("map-root-user") ? Optional.of(0L) : Optional.empty();
    }

    private List<LinuxIdMapping> ranges(String flag, String file) {
        List<LinuxIdMapping> ranges = new ArrayList<>();
        for (String text : arguments.all(flag)) {
            switch (text) {
                case "auto" -> ranges.add(automatic(flag, file, false));
                case "subids" -> ranges.add(automatic(flag, file, true));
                case "all" -> ranges.addAll(all(flag));
                default -> ranges.add(range(flag, text));
            }
        }
        if (ranges.isEmpty() && arguments.has("map-auto")) {
            ranges.add(automatic("map-auto", file, false));
        }
        if (ranges.isEmpty() && arguments.has("map-subids")) {
            ranges.add(automatic("map-subids", file, true));
        }
        return ranges;
    }

    /** A number, or a name of the files that the caller sees. */
    private static long named(String flag, String text) {
        boolean number = !text.isEmpty() && text.length() <= 10;
        for (int i = 0; i < text.length(); i++) {
            number &= text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }
        if (number && Long.parseLong(text) <= TaskRun.MOST_ID) {
            return Long.parseLong(text);
        }
        boolean user = flag.equals("map-user");
        String file = user ? "/etc/passwd" : "/etc/group";
        UserDatabase known = UserDatabase.parse(user ? text(file) : "", user ? "" : text(file));
        Optional<Long> found = user
                ? known.user(text).map(UserDatabase.User::uid)
                : known.group(text).map(UserDatabase.Group::gid);
        return found.orElseThrow(() -> SpecException.not(
                "--" + flag, text, "a whole number from 0 to " + TaskRun.MOST_ID + ", nor a name of " + file));
    }

    /** All ids that there are here, each to itself. */
    private static List<LinuxIdMapping> all(String flag) {
        Optional<IdMap> here = flag.equals("map-users") ? Proc.uidMap(Kernel.pid()) : Proc.gidMap(Kernel.pid());
        List<LinuxIdMapping> all = new ArrayList<>();
        for (IdRange range : here.orElseThrow().ranges()) {
            all.add(new LinuxIdMapping(range.container(), range.container(), range.count()));
        }
        return all;
    }

    /** {@code INNER:OUTER:COUNT}, the order of uid_map, or {@code OUTER,INNER,COUNT}, unshare(1)'s order. */
    private static LinuxIdMapping range(String flag, String text) {
        long[] numbers = new long[3];
        int at = 0;
        boolean good = true;
        boolean newer = text.indexOf(':') >= 0;
        for (String part : text.split(newer ? ":" : ",", -1)) {
            good &= at < 3 && !part.isEmpty() && part.length() <= 10;
            for (int i = 0; i < part.length(); i++) {
                good &= part.charAt(i) >= '0' && part.charAt(i) <= '9';
            }
            if (good) {
                numbers[at++] = Long.parseLong(part);
            }
        }
        if (!good || at < 3 || numbers[2] < 1) {
            throw SpecException.not(
                    "--" + flag,
                    text,
                    "a range: OUTER,INNER,COUNT, as 100000,0,65536, INNER:OUTER:COUNT, auto, subids or all");
        }
        return newer
                ? new LinuxIdMapping(numbers[0], numbers[1], numbers[2])
                : new LinuxIdMapping(numbers[1], numbers[0], numbers[2]);
    }

    /** The first range of the caller's in a file, to the same numbers or from 0 on. */
    private LinuxIdMapping automatic(String flag, String file, boolean same) {
        long uid = self.uids().get(1);
        String name = UserDatabase.parse(text("/etc/passwd"), "")
                .user(uid)
                .map(UserDatabase.User::name)
                .orElse("");
        List<SubIds.Range> ranges = SubIds.parse(text(file), name, uid).ranges();
        if (ranges.isEmpty()) {
            throw new ContainerException(
                    ContainerException.Kind.NOT_FOUND,
                    "--" + flag + ": user " + (name.isEmpty() ? Long.toString(uid) : name) + " has no range in " + file
                            + "\n  likely cause: none was given to this user"
                            + "\n  mend: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER, as root");
        }
        SubIds.Range first = ranges.getFirst();
        return new LinuxIdMapping(same ? first.first() : 0, first.first(), first.count());
    }

    private static String text(String file) {
        try {
            return Files.exists(Path.of(file)) ? Files.readString(Path.of(file)) : "";
        } catch (IOException e) {
            throw new ContainerException(ContainerException.Kind.DENIED, "cannot read " + file, e);
        }
    }

    /** The single id first; what a range has at its place inside goes to the next outer id instead. */
    static List<LinuxIdMapping> joined(Optional<Long> single, long own, List<LinuxIdMapping> ranges) {
        List<LinuxIdMapping> all = new ArrayList<>();
        if (single.isEmpty()) {
            all.addAll(ranges);
            return all;
        }
        long hole = single.get();
        all.add(new LinuxIdMapping(hole, own, 1));
        for (LinuxIdMapping range : ranges) {
            long first = range.containerId();
            long before = hole - first;
            if (before < 0 || before >= range.size()) {
                all.add(range);
                continue;
            }
            if (before > 0) {
                all.add(new LinuxIdMapping(first, range.hostId(), before));
            }
            long after = range.size() - before - 1;
            if (after > 0) {
                all.add(new LinuxIdMapping(hole + 1, range.hostId() + before, after));
            }
        }
        return all;
    }
}
