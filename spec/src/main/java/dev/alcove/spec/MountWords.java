package dev.alcove.spec;

import java.util.ArrayList;
import java.util.List;

/** The options of volumes, and which of them exclude each other. */
final class MountWords {
    static final List<String> PROPAGATION = List.of("private", "rprivate", "slave", "rslave", "shared", "rshared");
    private static final List<String> ACCESS = List.of("ro", "rw", "rro");
    private static final List<List<String>> GROUPS = List.of(
            ACCESS,
            List.of("exec", "noexec"),
            List.of("suid", "nosuid"),
            List.of("dev", "nodev"),
            List.of("z", "Z"),
            PROPAGATION);
    /** Further flags of tmpfs mounts, and tmpfs(5)'s keys beside size and mode. */
    private static final List<List<String>> TMPFS = List.of(
            List.of("ro", "rw"),
            List.of("exec", "noexec"),
            List.of("suid", "nosuid"),
            List.of("dev", "nodev"),
            List.of("sync", "async"),
            List.of("atime", "noatime"),
            List.of("relatime", "norelatime"),
            List.of("strictatime", "nostrictatime"),
            List.of("diratime", "nodiratime"));

    private static final List<String> TMPFS_KEYS = List.of("uid", "gid", "nr_inodes", "nr_blocks", "mpol");

    private final String flag;
    private final List<List<String>> groups;
    private final List<String> more;
    private final List<String> chosen = new ArrayList<>();

    private MountWords(String flag, List<List<String>> groups, List<String> more) {
        this.flag = flag;
        this.groups = groups;
        this.more = more;
    }

    static MountWords volume(String flag) {
        return new MountWords(flag, GROUPS, List.of("nocopy", "bind", "rbind"));
    }

    static MountWords tmpfs(String flag) {
        return new MountWords(
                flag, TMPFS, List.of("size=", "mode=", "uid=", "gid=", "nr_inodes=", "nr_blocks=", "mpol="));
    }

    static boolean isTmpfsKey(String key) {
        return TMPFS_KEYS.contains(key);
    }

    /**
     * Takes an option.
     *
     * @throws SpecException if there is none of that name, or one taken before excludes it
     */
    void add(String word) {
        for (List<String> group : groups) {
            if (group.contains(word)) {
                for (String other : chosen) {
                    if (group.contains(other) && !other.equals(word)) {
                        throw SpecException.not(flag, word, "possible together with '" + other + "'");
                    }
                }
                if (!chosen.contains(word)) {
                    chosen.add(word);
                }
                return;
            }
        }
        throw unknown(word);
    }

    /** Takes an option that has a value and needs no check here. */
    void addValue(String text) {
        chosen.add(text);
    }

    SpecException unknown(String word) {
        var words = new ArrayList<String>(more);
        for (List<String> group : groups) {
            words.addAll(group);
        }
        return SpecException.not(flag, word, "a mount option", words);
    }

    List<String> chosen() {
        return chosen;
    }
}
