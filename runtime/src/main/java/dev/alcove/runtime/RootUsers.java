package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import dev.alcove.linux.FileIo;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Open;
import dev.alcove.linux.Resolve;
import dev.alcove.linux.UserDatabase;
import dev.alcove.spec.DidYouMean;
import dev.alcove.spec.OciUser;
import dev.alcove.spec.SpecException;
import dev.alcove.spec.UserSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The users and groups of a root file system: /etc/passwd and /etc/group inside it, read so that no link in it leads
 * outside.
 */
final class RootUsers {
    private static final int MOST_BYTES = 16 << 20;
    private static final long HIGHEST = 0xffff_fffeL;

    /**
     * A user to run as.
     *
     * @param user ids
     * @param home the home directory; {@code /} for an id without an entry
     */
    record Found(OciUser user, String home) {}

    private final UserDatabase database;

    private RootUsers(UserDatabase database) {
        this.database = database;
    }

    static RootUsers of(Rootfs rootfs) {
        return switch (rootfs) {
            case Rootfs.Host h -> new RootUsers(UserDatabase.parse(made("/etc/passwd"), made("/etc/group")));
            case Rootfs.Directory d -> below(d.path());
            case Rootfs.Empty e -> new RootUsers(UserDatabase.parse("", ""));
            case Rootfs.Inherited i -> below(Path.of("/"));
        };
    }

    /** The users seen in a running process's root. */
    static RootUsers below(Path root) {
        try (Fd directory = Open.path().directory().at(root)) {
            return new RootUsers(UserDatabase.parse(text(directory, "etc/passwd"), text(directory, "etc/group")));
        }
    }

    private static String made(String path) {
        for (TextFile file : HostEtc.files()) {
            if (file.path().equals(path)) {
                return file.content();
            }
        }
        return "";
    }

    private static String text(Fd root, String path) {
        // Without waiting: somebody may have put a FIFO there.
        Open open = Open.read().nonBlocking().resolve(Resolve.IN_ROOT, Resolve.NO_MAGICLINKS);
        try (Fd file = open.find(root, path).orElse(null)) {
            return file == null ? "" : new String(FileIo.readAll(file, MOST_BYTES), StandardCharsets.UTF_8);
        } catch (LinuxException e) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    "cannot read /" + path + " of the root file system: " + e.getMessage()
                            + "\n  mend: look at the file, or give the user by its id",
                    e);
        }
    }

    /**
     * Looks up a user.
     *
     * @param wanted who, by name or id; an id needs no entry
     * @param more   further groups, by name or id
     * @throws ContainerException if a name is not there
     */
    Found find(UserSpec wanted, List<String> more) {
        OptionalLong id = wanted.uid();
        Optional<UserDatabase.User> entry =
                id.isPresent() ? database.user(id.getAsLong()) : database.user(wanted.user());
        if (entry.isEmpty() && id.isEmpty()) {
            throw missing("user", wanted.user(), "/etc/passwd", userNames());
        }
        long uid = entry.isPresent() ? entry.get().uid() : id.getAsLong();
        long gid = entry.isPresent() ? entry.get().gid() : 0;
        List<Long> groups = new ArrayList<>();
        if (!wanted.group().isEmpty()) {
            gid = group(wanted.group());
        } else if (entry.isPresent()) {
            groups.addAll(database.supplementaryGroups(entry.get().name()));
        }
        for (String name : more) {
            long group = group(name);
            if (!groups.contains(group)) {
                groups.add(group);
            }
        }
        String home = entry.isPresent() ? entry.get().home() : "";
        return new Found(new OciUser(uid, gid, null, groups, ""), home.isEmpty() ? "/" : home);
    }

    private long group(String name) {
        if (isNumber(name)) {
            long id = name.length() > 10 ? Long.MAX_VALUE : Long.parseLong(name);
            if (id > HIGHEST) {
                throw SpecException.not("group", name, "an id from 0 to " + HIGHEST);
            }
            return id;
        }
        Optional<UserDatabase.Group> group = database.group(name);
        if (group.isEmpty()) {
            List<String> names = new ArrayList<>();
            for (UserDatabase.Group g : database.groups()) {
                names.add(g.name());
            }
            throw missing("group", name, "/etc/group", names);
        }
        return group.get().gid();
    }

    private static boolean isNumber(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private List<String> userNames() {
        List<String> names = new ArrayList<>();
        for (UserDatabase.User user : database.users()) {
            names.add(user.name());
        }
        return names;
    }

    private static ContainerException missing(String what, String name, String file, List<String> names) {
        String hint = DidYouMean.nearest(name, names)
                .map(n -> "; did you mean '" + n + "'?")
                .orElse("");
        return new ContainerException(
                ContainerException.Kind.NOT_FOUND,
                "unable to find " + what + " " + SpecException.quote(name) + hint
                        + "\n  likely cause: " + file + " of the root file system has no such " + what
                        + "\n  mend: give the id, which needs no entry, or add the " + what + " there");
    }
}
