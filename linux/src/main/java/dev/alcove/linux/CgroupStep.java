package dev.alcove.linux;

import java.util.List;

/** One thing to do when a control group is made, in the order of {@link CgroupWrites}. */
public sealed interface CgroupStep {

    /**
     * mkdir(2), mode 0755.
     *
     * @param path   the directory
     * @param shared a parent that others may use as well: it may exist already. The group itself must not
     */
    record MakeDirectory(String path, boolean shared) implements CgroupStep {}

    /**
     * Opens a file for writing and writes all of it with one write(2), which is how these files are read by the kernel.
     *
     * @param path     the file
     * @param content  what to write, without a newline
     * @param limit    the limit it is for, a component of {@link CgroupLimits}; empty if none
     * @param required whether a failure is one of the whole; else the file is a courtesy, and any error is passed over
     */
    record WriteFile(String path, String content, String limit, boolean required) implements CgroupStep {}

    /**
     * Writes the first of these files that can be opened (the others give ENOENT): the kernel has a file of another name
     * by its I/O scheduler. None there is a failure.
     *
     * @param alternatives the best first
     */
    record WriteFirst(List<WriteFile> alternatives) implements CgroupStep {
        /** Copies the list. */
        public WriteFirst {
            alternatives = List.copyOf(alternatives);
        }
    }

    /**
     * Reads a file and writes what it holds into another, if that one is empty (a lone newline): a version 1 cpuset
     * is made empty, and nothing can enter it before it has processors and memory nodes.
     *
     * @param from the parent's file
     * @param to   the group's file
     */
    record InheritFile(String from, String to) implements CgroupStep {}

    /**
     * Puts a device program on a version 2 group, bpf(2).
     *
     * @param directory the group's directory
     * @param filter    the program
     */
    record FilterDevices(String directory, DeviceFilter filter) implements CgroupStep {}
}
