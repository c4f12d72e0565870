package dev.alcove.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The users and groups of a root file system, passwd(5) and group(5), given as text: the files of a container are read by
 * whoever opened them inside its root. Lines without a name or number are passed over; those that end early are taken.
 *
 * @param users  in the file's order
 * @param groups in the file's order
 */
public record UserDatabase(List<User> users, List<Group> groups) {
    /**
     * A line of passwd.
     *
     * @param name  the name
     * @param uid   the number, 0 to 4294967294
     * @param gid   the first group, 0 to 4294967294
     * @param home  the home directory; may be empty
     * @param shell the shell; may be empty
     */
    public record User(String name, long uid, long gid, String home, String shell) {}

    /**
     * A line of group.
     *
     * @param name    the name
     * @param gid     the number, 0 to 4294967294
     * @param members names of users who have it as a supplementary group
     */
    public record Group(String name, long gid, List<String> members) {
        /** Copies the list. */
        public Group {
            members = List.copyOf(members);
        }
    }

    /** Copies the lists. */
    public UserDatabase {
        users = List.copyOf(users);
        groups = List.copyOf(groups);
    }

    /**
     * Reads both.
     *
     * @param passwd the text of /etc/passwd; empty if there is none
     * @param group  the text of /etc/group; empty if there is none
     */
    public static UserDatabase parse(String passwd, String group) {
        List<User> users = new ArrayList<>();
        for (String line : ProcFile.lines(passwd)) {
            List<String> f = split(line, ':');
            if (f.size() >= 4 && !f.get(0).isEmpty() && isId(f.get(2)) && isId(f.get(3))) {
                long uid = ProcFile.decimal(f.get(2));
                users.add(new User(f.get(0), uid, ProcFile.decimal(f.get(3)), field(f, 5), field(f, 6)));
            }
        }
        List<Group> groups = new ArrayList<>();
        for (String line : ProcFile.lines(group)) {
            List<String> f = split(line, ':');
            if (f.size() >= 3 && !f.get(0).isEmpty() && isId(f.get(2))) {
                List<String> members = new ArrayList<>();
                for (String member : split(field(f, 3), ',')) {
                    if (!member.isBlank()) {
                        members.add(member.strip());
                    }
                }
                groups.add(new Group(f.get(0), ProcFile.decimal(f.get(2)), members));
            }
        }
        return new UserDatabase(users, groups);
    }

    private static String field(List<String> fields, int index) {
        return index < fields.size() ? fields.get(index) : "";
    }

    private static boolean isId(String text) {
        long id = ProcFile.decimal(text);
        return id >= 0 && id < IdRange.NO_ID;
    }

    private static List<String> split(String line, char separator) {
        List<String> fields = new ArrayList<>();
        int from = 0;
        for (int to = line.indexOf(separator); to >= 0; to = line.indexOf(separator, from)) {
            fields.add(line.substring(from, to));
            from = to + 1;
        }
        fields.add(line.substring(from));
        return fields;
    }

    /** The first user of a name. */
    public Optional<User> user(String name) {
        for (User user : users) {
            if (user.name().equals(name)) {
                return Optional.of(user);
            }
        }
        return Optional.empty();
    }

    /** The first user of a number. */
    public Optional<User> user(long uid) {
        for (User user : users) {
            if (user.uid() == uid) {
                return Optional.of(user);
            }
        }
        return Optional.empty();
    }

    /** The first group of a name. */
    public Optional<Group> group(String name) {
        for (Group group : groups) {
            if (group.name().equals(name)) {
                return Optional.of(group);
            }
        }
        return Optional.empty();
    }

    /** The first group of a number. */
    public Optional<Group> group(long gid) {
        for (Group group : groups) {
            if (group.gid() == gid) {
                return Optional.of(group);
            }
        }
        return Optional.empty();
    }

    /**
     * The groups that name a user as member, without its first group, each once and in the file's order, as initgroups(3)
     * has them.
     *
     * @param name the user's name
     * @return the groups' numbers
     */
    public List<Long> supplementaryGroups(String name) {
        long first = user(name).map(User::gid).orElse(-1L);
        List<Long> gids = new ArrayList<>();
        for (Group group : groups) {
            if (group.members().contains(name) && group.gid() != first && !gids.contains(group.gid())) {
                gids.add(group.gid());
            }
        }
        return gids;
    }
}
