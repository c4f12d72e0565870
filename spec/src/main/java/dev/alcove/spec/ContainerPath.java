package dev.alcove.spec;

import java.util.ArrayDeque;
import java.util.Deque;

/** Absolute paths inside a container, as text: the container's files are not there to ask. */
final class ContainerPath {
    private ContainerPath() {}

    /**
     * The path without doubled slashes, {@code .} and {@code ..}, which cannot climb above the root.
     *
     * @throws SpecException if it is not absolute or holds NUL
     */
    static String clean(String field, String path) {
        if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
            throw SpecException.not(field, path, "an absolute path");
        }
        Deque<String> names = new ArrayDeque<>();
        for (String name : Split.at('/', path)) {
            if (name.equals("..")) {
                names.pollLast();
            } else if (!name.isEmpty() && !name.equals(".")) {
                names.addLast(name);
            }
        }
        return "/" + String.join("/", names);
    }

    /** As {@link #clean}, and refuses the root itself, over which nothing may be mounted. */
    static String mountPoint(String field, String path) {
        String clean = clean(field, path);
        if (clean.equals("/")) {
            throw SpecException.not(field, path, "a place for a mount: the root itself cannot be replaced");
        }
        return clean;
    }
}
