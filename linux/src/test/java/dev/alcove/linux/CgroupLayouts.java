package dev.alcove.linux;

import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** Layouts of other machines for the pure tests, as their files in /proc say. */
final class CgroupLayouts {
    private static final String ELSEWHERE = """
            22 27 0:21 / /proc rw,relatime - proc proc rw
            27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
            31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
            """;

    private CgroupLayouts() {}

    static CgroupLayout.Machine machine(
            Function<String, String> text, Predicate<String> writable, Predicate<String> exists) {
        return new CgroupLayout.Machine() {
            @Override
            public String text(String path) {
                return text.apply(path);
            }

            @Override
            public boolean writable(String path) {
                return writable.test(path);
            }

            @Override
            public boolean exists(String path) {
                return exists.test(path);
            }
        };
    }

    /** Version 1 as systemd once mounted it, seen by root. */
    static CgroupLayout v1() {
        return CgroupLayout.parse(ELSEWHERE + """
                32 31 0:29 / /sys/fs/cgroup/systemd rw,nosuid shared:9 - cgroup cgroup rw,xattr,name=systemd
                33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:10 - cgroup cgroup rw,cpu,cpuacct
                34 31 0:31 / /sys/fs/cgroup/cpuset rw,nosuid - cgroup cgroup rw,cpuset
                35 31 0:32 / /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory
                36 31 0:33 / /sys/fs/cgroup/devices rw,nosuid - cgroup cgroup rw,devices
                37 31 0:34 / /sys/fs/cgroup/freezer rw,nosuid - cgroup cgroup rw,freezer
                38 31 0:35 / /sys/fs/cgroup/blkio rw,nosuid - cgroup cgroup rw,blkio
                39 31 0:36 / /sys/fs/cgroup/pids rw,nosuid - cgroup cgroup rw,pids
                40 31 0:37 / /sys/fs/cgroup/hugetlb rw,nosuid - cgroup cgroup rw,hugetlb
                99 27 0:37 / /srv/room/sys/fs/cgroup/hugetlb rw,nosuid - cgroup cgroup rw,hugetlb
                """, """
                9:name=systemd:/user.slice/user-0.slice/session-1.scope
                8:cpu,cpuacct:/user.slice
                4:memory:/user.slice
                """, machine(path -> "", path -> true, path -> true));
    }

    /** Version 1 with version 2 beside it, which has one controller. */
    static CgroupLayout hybrid() {
        return CgroupLayout.parse(
                ELSEWHERE + """
                35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
                37 31 0:34 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer
                41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate
                """,
                "4:memory:/\n3:freezer:/\n0::/\n",
                machine(
                        path -> path.equals("/sys/fs/cgroup/unified/cgroup.controllers") ? "hugetlb\n" : "",
                        path -> true,
                        path -> !path.endsWith("memory.memsw.limit_in_bytes")));
    }

    private static final String V2 = ELSEWHERE + "41 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n";

    /** Version 2, seen by root. */
    static CgroupLayout v2() {
        return CgroupLayout.parse(
                V2,
                "0::/system.slice/ssh.service\n",
                machine(
                        path -> path.equals("/sys/fs/cgroup/cgroup.controllers")
                                ? "cpuset cpu io memory hugetlb pids rdma misc\n"
                                : "",
                        path -> true,
                        path -> true));
    }

    /** Version 2, seen by an ordinary user with a subtree of his own. */
    static CgroupLayout v2User() {
        String mine = "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service";
        Set<String> files = Set.of(mine, mine + "/cgroup.procs", mine + "/cgroup.subtree_control");
        return CgroupLayout.parse(
                V2,
                "0::/user.slice/user-1000.slice/user@1000.service/app.slice/term.scope\n",
                machine(
                        path -> path.equals(mine + "/cgroup.controllers") ? "memory pids\n" : "cpu io memory pids\n",
                        path -> files.contains(path) || path.startsWith(mine + "/app.slice"),
                        path -> true));
    }

    /** Version 1, seen by an ordinary user. */
    static CgroupLayout v1User() {
        return CgroupLayout.parse(
                ELSEWHERE + "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
                "4:memory:/user.slice\n",
                machine(path -> "", path -> false, path -> true));
    }
}
