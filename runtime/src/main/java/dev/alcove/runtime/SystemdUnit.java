package dev.alcove.runtime;

import dev.alcove.spec.SpecException;

/**
 * The unit of systemd that a container's processes are in, systemd.scope(5): its name and its place, which both follow from
 * {@code linux.cgroupsPath} as runc and crun read it, {@code slice:prefix:name}.
 *
 * <pre>
 *   (nothing)                    system.slice/alcove-ID.scope       an ordinary user's: user.slice
 *   machine.slice:libpod:ID      machine.slice/libpod-ID.scope
 *   a-b.slice::ID                a.slice/a-b.slice/ID.scope
 *   a.slice::a-b.slice           a.slice/a-b.slice                  a slice is where its own name says
 * </pre>
 *
 * @param name  such as {@code alcove-web.scope}
 * @param slice the slice that it is in, such as {@code system.slice}
 * @param group its control group, from the root of each hierarchy
 */
record SystemdUnit(String name, String slice, String group) {
    private static final String FIELD = "linux.cgroupsPath";
    private static final String SLICE = ".slice";
    private static final String SCOPE = ".scope";

    /** UNIT_NAME_MAX of systemd, its NUL left out. */
    private static final int LONGEST = 255;

    /**
     * The unit of a container. Nothing is looked up.
     *
     * @param cgroupsPath {@code linux.cgroupsPath}
     * @param id          the container's id
     * @param user        whether an ordinary user's manager makes it
     * @param managers    the manager's own control group; empty for the root
     * @throws SpecException if the path is none of systemd's form, or one of its parts cannot be in a unit's name
     */
    static SystemdUnit of(String cgroupsPath, String id, boolean user, String managers) {
        String slice = "";
        String prefix = "alcove";
        String name = escaped(id);
        if (!cgroupsPath.isEmpty()) {
            int first = cgroupsPath.indexOf(':');
            int second = cgroupsPath.indexOf(':', first + 1);
            if (first < 0 || second < 0 || cgroupsPath.indexOf(':', second + 1) >= 0) {
                throw SpecException.of(
                        FIELD,
                        "'" + cgroupsPath + "' is not of systemd's form, slice:prefix:name, and systemd is to make the"
                                + " control groups\n  mend: give it that form, such as system.slice:alcove:" + id
                                + ", leave it out, or use --cgroup-manager cgroupfs");
            }
            slice = cgroupsPath.substring(0, first);
            prefix = cgroupsPath.substring(first + 1, second);
            name = cgroupsPath.substring(second + 1);
        }
        slice = slice.isEmpty() ? user ? "user.slice" : "system.slice" : slice;
        if (name.isEmpty() || name.equals(SLICE)) {
            throw refused(cgroupsPath, "a name is missing after the second colon");
        }
        String path = path(cgroupsPath, slice);
        if (name.endsWith(SLICE)) {
            return new SystemdUnit(name, slice, managers + path(cgroupsPath, name));
        }
        String unit = (prefix.isEmpty() ? "" : prefix + "-") + name + SCOPE;
        check(cgroupsPath, unit);
        return new SystemdUnit(unit, slice, managers + path + "/" + unit);
    }

    /** Whether it is a slice, in which systemd puts no processes. */
    boolean isSlice() {
        return name.endsWith(SLICE);
    }

    /** {@code a-b.slice} is in {@code a.slice}, systemd.slice(5). The root slice is called {@code -.slice}. */
    private static String path(String cgroupsPath, String slice) {
        if (slice.equals("-" + SLICE)) {
            return "";
        }
        check(cgroupsPath, slice);
        if (!slice.endsWith(SLICE) || slice.length() == SLICE.length()) {
            throw refused(cgroupsPath, "'" + slice + "' is not the name of a slice, which ends in .slice");
        }
        String stem = slice.substring(0, slice.length() - SLICE.length());
        StringBuilder path = new StringBuilder();
        for (int from = 0; from <= stem.length(); ) {
            int dash = stem.indexOf('-', from);
            int to = dash < 0 ? stem.length() : dash;
            if (to == from) {
                throw refused(cgroupsPath, "'" + slice + "' has an empty part between its dashes");
            }
            path.append('/').append(stem, 0, to).append(SLICE);
            from = to + 1;
        }
        return path.toString();
    }

    private static void check(String cgroupsPath, String unit) {
        if (unit.length() > LONGEST) {
            throw refused(
                    cgroupsPath.isEmpty() ? unit : cgroupsPath,
                    "the unit's name has " + unit.length() + " characters, of which systemd takes " + LONGEST);
        }
        for (int i = 0; i < unit.length(); i++) {
            if (!allowed(unit.charAt(i))) {
                throw refused(cgroupsPath, "'" + unit.charAt(i) + "' cannot be in a unit's name, systemd.unit(5)");
            }
        }
    }

    private static boolean allowed(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == ':'
                || c == '-'
                || c == '_'
                || c == '.'
                || c == '\\'
                || c == '@';
    }

    /** Of what an id may have, only the plus is nothing for a unit's name. As systemd-escape(1) writes it. */
    private static String escaped(String id) {
        return id.replace("+", "\\x2b");
    }

    private static SpecException refused(String path, String why) {
        return SpecException.of(FIELD, "'" + path + "' names no unit of systemd: " + why);
    }
}
