package dev.alcove.runtime;

/**
 * A small file that is made for one container, such as its /etc/hosts.
 *
 * @param path    where it appears, absolute
 * @param content what it holds
 */
public record TextFile(String path, String content) {
    /** Refuses a path that is not absolute. */
    public TextFile {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("files: '" + path + "' is not an absolute path");
        }
    }
}
