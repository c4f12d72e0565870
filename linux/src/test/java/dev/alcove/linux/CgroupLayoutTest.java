package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class CgroupLayoutTest {

    @Test
    void versionOneHasAHierarchyForControllersMountedTogetherAndOneForANamedHierarchy() {
        CgroupLayout layout = CgroupLayouts.v1();

        assertThat(layout.mode()).isEqualTo(CgroupLayout.Mode.V1);
        assertThat(layout.unified()).isEmpty();
        assertThat(layout.swapLimit()).isEqualTo(CgroupLayout.SwapLimit.YES);
        CgroupHierarchy cpu = layout.of(CgroupController.CPU).orElseThrow();
        assertThat(cpu).isEqualTo(layout.of(CgroupController.CPUACCT).orElseThrow());
        assertThat(cpu.controllers()).containsExactlyInAnyOrder(CgroupController.CPU, CgroupController.CPUACCT);
        assertThat(cpu.own()).isEqualTo("/user.slice");
        assertThat(cpu.base()).contains("/");
        assertThat(layout.hierarchies().getFirst())
                .returns("systemd", CgroupHierarchy::name)
                .returns("/user.slice/user-0.slice/session-1.scope", CgroupHierarchy::own);
        assertThat(layout.of(CgroupController.HUGETLB).orElseThrow().mountPoint())
                .isEqualTo("/sys/fs/cgroup/hugetlb");
        assertThat(layout.of(CgroupController.NET_CLS)).isEmpty();
    }

    @Test
    void hybridHasTheControllersWhereTheyAreMounted() {
        CgroupLayout layout = CgroupLayouts.hybrid();

        assertThat(layout.mode()).isEqualTo(CgroupLayout.Mode.HYBRID);
        assertThat(layout.swapLimit()).isEqualTo(CgroupLayout.SwapLimit.UNCOUNTED);
        assertThat(layout.of(CgroupController.MEMORY).orElseThrow().version()).isEqualTo(1);
        assertThat(layout.of(CgroupController.HUGETLB).orElseThrow().version()).isEqualTo(2);
        assertThat(layout.of(CgroupController.FREEZER).orElseThrow().version()).isEqualTo(1);
        assertThat(layout.of(CgroupController.DEVICES).orElseThrow().version()).isEqualTo(2);
    }

    @Test
    void versionTwoForRootBeginsAtTheTop() {
        CgroupLayout layout = CgroupLayouts.v2();

        assertThat(layout.mode()).isEqualTo(CgroupLayout.Mode.V2);
        assertThat(layout.unified().orElseThrow())
                .returns("/system.slice/ssh.service", CgroupHierarchy::own)
                .returns(Optional.of("/"), CgroupHierarchy::base);
        assertThat(layout.of(CgroupController.BLKIO)).isEqualTo(layout.unified());
        assertThat(layout.of(CgroupController.FREEZER)).isEqualTo(layout.unified());
    }

    @Test
    void versionTwoForAnOrdinaryUserBeginsAtTheDelegatedSubtree() {
        CgroupHierarchy h = CgroupLayouts.v2User().unified().orElseThrow();

        assertThat(h.base()).contains("/user.slice/user-1000.slice/user@1000.service");
        assertThat(h.controllers()).containsExactlyInAnyOrder(CgroupController.MEMORY, CgroupController.PIDS);
        assertThat(h.writable("alcove/web")).isTrue();
        assertThat(h.writable("/alcove/web")).isFalse();
        assertThat(h.directory("alcove/web"))
                .isEqualTo("/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/alcove/web");
    }

    @Test
    void whatAContainerSeesOfItsOwnGroupIsTheRoot() {
        CgroupHierarchy h = CgroupLayout.parse(
                        "9 8 0:32 /docker/0a1b /sys/fs/cgroup/with\\040space ro - cgroup cgroup rw,memory\n",
                        "4:memory:/docker/0a1b/inner\n",
                        CgroupLayouts.machine(path -> "", path -> false, path -> true))
                .hierarchies()
                .getFirst();

        assertThat(h.own()).isEqualTo("/inner");
        assertThat(h.mountPoint()).isEqualTo("/sys/fs/cgroup/with space");
        assertThat(h.base()).isEmpty();
    }

    @Test
    void aMachineWithoutControlGroups() {
        CgroupLayout layout = CgroupLayout.parse(
                "1 1 0:1 / / rw - ext4 /dev/vda rw\n",
                "",
                CgroupLayouts.machine(path -> "", path -> true, path -> false));

        assertThat(layout.mode()).isEqualTo(CgroupLayout.Mode.NONE);
        assertThat(layout.swapLimit()).isEqualTo(CgroupLayout.SwapLimit.NO_SWAP);
    }

    @Test
    void thisMachineIsReadWithoutFailure() {
        CgroupLayout layout = CgroupLayout.read();

        for (CgroupHierarchy h : layout.hierarchies()) {
            assertThat(h.mountPoint()).startsWith("/");
            assertThat(h.own()).startsWith("/");
        }
    }
}
