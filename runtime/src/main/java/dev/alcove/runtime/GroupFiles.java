package dev.alcove.runtime;

import dev.alcove.linux.CgroupController;
import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.CgroupLayout;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** What a control group's files say, as the kernel writes it: the counters that have no name of their own here. */
final class GroupFiles {
    private static final String[][] CONTROLLERS = {
        {"cpuacct", "cpuacct.usage_*"},
        {"cpuset", "cpuset.*"},
        {"memory", "memory.{memsw.*,kmem.*,failcnt,swap.*,stat}"},
        {"blkio", "blkio.{throttle,bfq}.io_serv*_recursive"},
        {"hugetlb", "hugetlb.*"},
    };

    private GroupFiles() {}

    /** The contents by the files' names; a file that cannot be read says nothing. */
    static Map<String, String> of(String group) {
        Map<String, String> files = new TreeMap<>();
        CgroupLayout layout = CgroupLayout.read();
        for (CgroupController c : CgroupController.values()) {
            for (String[] row : CONTROLLERS) {
                if (row[0].equals(c.v1Name())) {
                    layout.of(c).ifPresent(h -> read(h, group, row[1], files));
                }
            }
        }
        return files;
    }

    private static void read(CgroupHierarchy h, String group, String names, Map<String, String> into) {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(Path.of(h.directory(group)), names)) {
            for (Path file : found) {
                Path name = file.getFileName();
                if (name != null && Files.isReadable(file)) {
                    add(name.toString(), file, into);
                }
            }
        } catch (IOException e) {
            // The group has just gone: there is nothing to count.
            return;
        }
    }

    private static void add(String name, Path file, Map<String, String> into) {
        try {
            into.put(name, Files.readString(file));
        } catch (IOException e) {
            // Files that are only written to, or whose counters this kernel does not keep.
            return;
        }
    }
}
