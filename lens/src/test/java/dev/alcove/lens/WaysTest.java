package dev.alcove.lens;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.MountInfo;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaysTest {
    private static final List<MountInfo> ALL = MountInfo.parse("""
            20 1 8:1 / / rw - ext4 /dev/sda rw
            21 20 0:30 / /run rw - tmpfs tmpfs rw
            22 21 0:4 net:[4026532240] /run/netns/blue rw - nsfs nsfs rw
            23 20 0:40 / /home/u/far rw - fuse.sshfs far:/ rw
            24 23 0:4 net:[4026532241] /home/u/far/red rw - nsfs nsfs rw
            25 23 0:41 / /home/u/far/tmp rw - tmpfs tmpfs rw
            26 25 0:4 net:[4026532242] /home/u/far/tmp/green rw - nsfs nsfs rw
            """);

    private static boolean safe(int id) {
        return Ways.isSafe(ALL.stream().filter(m -> m.id() == id).findFirst().orElseThrow(), ALL);
    }

    @Test
    void aFileSystemOfAProgramsIsNotWalkedThrough() {
        assertThat(safe(22)).isTrue();
        assertThat(safe(24)).isFalse();
        assertThat(safe(26)).isFalse();
        assertThat(safe(20)).isTrue();
    }
}
