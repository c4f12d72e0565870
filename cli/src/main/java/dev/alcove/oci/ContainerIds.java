package dev.alcove.oci;

import dev.alcove.runtime.ContainerException;

/** Ids of containers: what runc takes, in the words with which it refuses the rest. */
final class ContainerIds {
    /** runc has no bound of its own, and fails in the file system, whose names have at most 255 bytes. */
    static final int LONGEST = 255;

    private ContainerIds() {}

    /**
     * The id, if it is one.
     *
     * @throws ContainerException if it is empty, longer than a file's name can be, or has others than letters, digits and
     *     {@code _+-.}
     */
    static String check(String id) {
        if (id.isEmpty()) {
            throw invalid("container id cannot be empty");
        }
        boolean good = !id.equals(".") && !id.equals("..");
        for (int i = 0; i < id.length() && good; i++) {
            char c = id.charAt(i);
            good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "_+-.".indexOf(c) >= 0;
        }
        if (!good) {
            throw invalid(
                    "invalid container ID format: letters, digits and _+-. are allowed, and not '.' or '..' alone");
        }
        if (id.length() > LONGEST) {
            throw invalid("invalid container ID format: file name too long: it has " + id.length()
                    + " characters, at most " + LONGEST + " are allowed");
        }
        return id;
    }

    private static ContainerException invalid(String message) {
        return new ContainerException(ContainerException.Kind.INVALID, message);
    }
}
