package dev.alcove.linux;

import java.util.List;

/**
 * What is written into a controller's file, where {@link CgroupLimits} has no component of its own for it. A version
 * without files does not have the setting, and it is refused there.
 *
 * @param limit      what it is called in messages: {@code linux.resources.cpu.idle}
 * @param controller whose file it is
 * @param v1         files of version 1, the best first: the kernel has one by its I/O scheduler, say
 * @param v2         files of version 2
 */
public record CgroupSetting(String limit, CgroupController controller, List<Entry> v1, List<Entry> v2) {
    /** Copies the lists. */
    public CgroupSetting {
        v1 = List.copyOf(v1);
        v2 = List.copyOf(v2);
    }

    /**
     * A file and what goes into it.
     *
     * @param file    in the group's directory: {@code cpu.idle}
     * @param content without a newline
     */
    public record Entry(String file, String content) {}

    /** The same content for a file of each version; an empty name where there is none. */
    public static CgroupSetting of(
            String limit, CgroupController controller, String v1File, String v2File, String content) {
        return new CgroupSetting(limit, controller, files(v1File, content), files(v2File, content));
    }

    private static List<Entry> files(String file, String content) {
        return file.isEmpty() ? List.of() : List.of(new Entry(file, content));
    }
}
