package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import java.util.ArrayList;
import java.util.List;

/**
 * A mount's options sorted by where they act: attributes of the mount, its propagation, parameters of the file system.
 * The words are those of the OCI runtime specification and mount(8).
 *
 * @param set            MOUNT_ATTR_* to set on the mount itself
 * @param clear          MOUNT_ATTR_* to clear on it
 * @param recursiveSet   to set on it and all below
 * @param recursiveClear to clear on it and all below
 * @param bind           whether it is a bind mount
 * @param recursive      whether what is mounted below the source comes along
 * @param propagation    the word, such as {@code rslave}; empty if none is asked
 * @param idmap          the word by which owners are translated, of this mount or with an r of all below; else empty
 * @param copyUp         whether a new tmpfs begins with what is below it
 * @param data           parameters of the file system: {@code size=64m}
 */
record MountOptions(
        List<String> set,
        List<String> clear,
        List<String> recursiveSet,
        List<String> recursiveClear,
        boolean bind,
        boolean recursive,
        String propagation,
        String idmap,
        boolean copyUp,
        List<String> data) {

    private static final List<String> PROPAGATION =
            List.of("private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable", "runbindable");

    /** The attribute that a word sets, or with {@code -} before it clears; empty if it is no such word. */
    private static String attribute(String word) {
        return switch (word) {
            case "ro" -> "MOUNT_ATTR_RDONLY";
            case "rw" -> "-MOUNT_ATTR_RDONLY";
            case "nosuid" -> "MOUNT_ATTR_NOSUID";
            case "suid" -> "-MOUNT_ATTR_NOSUID";
            case "nodev" -> "MOUNT_ATTR_NODEV";
            case "dev" -> "-MOUNT_ATTR_NODEV";
            case "noexec" -> "MOUNT_ATTR_NOEXEC";
            case "exec" -> "-MOUNT_ATTR_NOEXEC";
            case "nodiratime" -> "MOUNT_ATTR_NODIRATIME";
            case "diratime" -> "-MOUNT_ATTR_NODIRATIME";
            case "nosymfollow" -> "MOUNT_ATTR_NOSYMFOLLOW";
            case "symfollow" -> "-MOUNT_ATTR_NOSYMFOLLOW";
            case "noatime" -> "MOUNT_ATTR_NOATIME";
            case "strictatime" -> "MOUNT_ATTR_STRICTATIME";
            case "relatime", "atime", "norelatime", "nostrictatime" -> "MOUNT_ATTR_RELATIME";
            default -> "";
        };
    }

    /**
     * Sorts the options of one mount.
     *
     * @param field where they stand, for the message: {@code mounts[3].options}
     * @throws IllegalArgumentException for a word that cannot act
     */
    static MountOptions parse(String field, List<String> words) {
        List<String> set = new ArrayList<>();
        List<String> clear = new ArrayList<>();
        List<String> recursiveSet = new ArrayList<>();
        List<String> recursiveClear = new ArrayList<>();
        List<String> data = new ArrayList<>();
        boolean bind = false;
        boolean recursive = false;
        String propagation = "";
        String idmap = "";
        boolean copyUp = false;
        for (String word : words) {
            String attribute = attribute(word);
            if (!attribute.isEmpty()) {
                sort(attribute, set, clear);
            } else if (word.equals("bind") || word.equals("rbind")) {
                bind = true;
                recursive |= word.equals("rbind");
            } else if (PROPAGATION.contains(word)) {
                propagation = word;
            } else if (word.equals("idmap") || word.equals("ridmap")) {
                idmap = word;
            } else if (word.equals(TreeCopy.OPTION)) {
                copyUp = true;
            } else if (word.equals("remount") || word.equals("silent")) {
                throw new IllegalArgumentException(field + ": '" + word
                        + "' is for mount(2); by the newer calls that mount here it cannot be done, leave it out");
            } else if (word.startsWith("r") && !attribute(word.substring(1)).isEmpty()) {
                sort(attribute(word.substring(1)), recursiveSet, recursiveClear);
            } else if (!word.equals("defaults") && !word.equals("loud")) {
                data.add(word);
            }
        }
        return new MountOptions(
                set, clear, recursiveSet, recursiveClear, bind, recursive, propagation, idmap, copyUp, data);
    }

    private static void sort(String attribute, List<String> set, List<String> clear) {
        boolean off = attribute.startsWith("-");
        String name = off ? attribute.substring(1) : attribute;
        // The last word counts: "ro,rw" is writable.
        set.remove(name);
        clear.remove(name);
        (off ? clear : set).add(name);
        if (name.endsWith("ATIME") && !name.equals("MOUNT_ATTR_NODIRATIME") && !clear.contains("MOUNT_ATTR__ATIME")) {
            // mount_setattr(2): to change the access time mode, all its bits must be cleared.
            clear.add("MOUNT_ATTR__ATIME");
        }
    }

    /** The attributes for fsmount(2) of a new file system, which starts with none. */
    Arg.Num mountFlags(Arch arch) {
        List<String> all = new ArrayList<>(set);
        all.addAll(recursiveSet);
        return KernelConstants.flags(arch, String.join("|", all));
    }

    boolean changesMount() {
        return !set.isEmpty() || !clear.isEmpty();
    }

    boolean changesTree() {
        return !recursiveSet.isEmpty() || !recursiveClear.isEmpty();
    }
}
