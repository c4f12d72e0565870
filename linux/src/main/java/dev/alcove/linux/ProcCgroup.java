package dev.alcove.linux;

import java.util.ArrayList;
import java.util.List;

/**
 * A line of /proc/PID/cgroup, cgroups(7): where a process is in one hierarchy.
 *
 * @param hierarchy   the hierarchy's number, 0 of cgroup v2
 * @param controllers its controllers, {@code name=systemd} included; none of v2
 * @param path        the group, from the cgroup namespace's root: {@code /} or {@code /a/b}
 */
public record ProcCgroup(int hierarchy, List<String> controllers, String path) {
    /** Copies the list. */
    public ProcCgroup {
        controllers = List.copyOf(controllers);
    }

    /** Whether the line is of cgroup v2. */
    public boolean isUnified() {
        return hierarchy == 0 && controllers.isEmpty();
    }

    static List<ProcCgroup> parse(String text) {
        List<ProcCgroup> lines = new ArrayList<>();
        for (String line : ProcFile.lines(text)) {
            int colon = line.indexOf(':');
            int second = line.indexOf(':', colon + 1);
            if (colon < 1 || second < 0) {
                throw new IllegalArgumentException("not a line of /proc/PID/cgroup: " + line);
            }
            List<String> controllers = new ArrayList<>();
            for (int from = colon + 1; from < second; ) {
                int comma = line.indexOf(',', from);
                int to = comma < 0 || comma > second ? second : comma;
                controllers.add(line.substring(from, to));
                from = to + 1;
            }
            int hierarchy = (int) ProcFile.decimal(line.substring(0, colon));
            lines.add(new ProcCgroup(hierarchy, controllers, line.substring(second + 1)));
        }
        return lines;
    }
}
