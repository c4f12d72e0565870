package dev.alcove.runtime;

import dev.alcove.linux.FileStat;

/**
 * A file of a directory that is to be copied.
 *
 * @param path   below that directory; {@code .} is itself
 * @param stat   what it is
 * @param target where it points, if it is a symbolic link
 */
record TreeEntry(String path, FileStat stat, String target) {}
