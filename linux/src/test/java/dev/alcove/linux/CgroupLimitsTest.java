package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CgroupLimitsTest {

    @Test
    void everyBadValueIsRefusedByItsName() {
        refused("memory: 0 is neither", b -> b.memory(0));
        refused("memory: -2 is neither", b -> b.memory(-2));
        refused("memorySwap: is the sum", b -> b.memorySwap(5));
        refused("memorySwap: is the sum", b -> b.memory(-1).memorySwap(5));
        refused("memorySwap: 5 is less than memory (6)", b -> b.memory(6).memorySwap(5));
        refused("memoryReservation: 0", b -> b.memoryReservation(0));
        refused("cpuQuota: 999 is neither -1 (unlimited) nor at least 1000", b -> b.cpuQuota(999));
        refused("cpuPeriod: 999 is not between 1000 and 1000000", b -> b.cpuPeriod(999));
        refused("cpuShares: 0", b -> b.cpuShares(0));
        refused("cpuShares: 262145", b -> b.cpuShares(262_145));
        refused("ioWeight: 9 is not between 10 and 1000", b -> b.ioWeight(9));
        refused("hugetlb: '2M' is not a page size", b -> b.hugetlb("2M", 1));
        refused("hugetlb[2MB]: -1", b -> b.hugetlb("2MB", -1));
        refused("unified: '../x.y' is not", b -> b.unified("../x.y", "1"));
        refused("unified: 'tasks' is not", b -> b.unified("tasks", "1"));
        assertThatThrownBy(() -> new CgroupIoLimit(
                        8, 0, OptionalLong.of(0), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty()))
                .hasMessageStartingWith("readBps: 0");
        assertThatThrownBy(() -> DeviceRule.allow('x', 1, 3, "r")).hasMessageStartingWith("type: 'x'");
        assertThatThrownBy(() -> DeviceRule.allow('c', 4096, 3, "r")).hasMessageStartingWith("major: 4096");
        assertThatThrownBy(() -> DeviceRule.allow('c', 1, -1, "r")).hasMessageStartingWith("minor: -1");
        assertThatThrownBy(() -> DeviceRule.allow('c', 1, 3, "rr")).hasMessageStartingWith("access: 'rr'");
        assertThatThrownBy(() -> DeviceRule.allow('c', 1, 3, "")).hasMessageStartingWith("access: ''");
    }

    @Test
    void aCopyKeepsEveryLimit() {
        CgroupLimits limits = CgroupLimits.builder()
                .memory(5)
                .memorySwap(6)
                .memoryReservation(4)
                .cpuQuota(1000)
                .cpuPeriod(2000)
                .cpuShares(3)
                .cpusetCpus("1")
                .cpusetMems("0")
                .pids(7)
                .ioWeight(10)
                .hugetlb("2MB", 0)
                .unified("memory.high", "1")
                .device(DeviceRule.every(true, 'a', "r"))
                .build();

        assertThat(limits.toBuilder().build()).isEqualTo(limits);
        assertThat(limits.toBuilder().pids(8).build()).isNotEqualTo(limits);
    }

    private static void refused(String message, UnaryOperator<CgroupLimits.Builder> set) {
        CgroupLimits.Builder builder = set.apply(CgroupLimits.builder());
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0-3", "0-3,8", "1,2,10-11"})
    void aListOfProcessors(String list) {
        assertThat(CgroupLimits.builder().cpusetCpus(list).build().cpusetCpus()).isEqualTo(list);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-", "0-", "-1", "0--3", "0-1-2", "0,,1", "a", "0 1", ","})
    void notAListOfProcessors(String list) {
        assertThatThrownBy(() -> CgroupLimits.builder().cpusetMems(list).build())
                .hasMessageStartingWith("cpusetMems: '" + list + "'");
    }

    @ParameterizedTest
    @CsvSource({"1,1", "2,1", "512,59", "1024,100", "2048,174", "262144,10000"})
    void sharesBecomeAWeightThroughTheUsualOfBothVersions(long shares, long weight) {
        assertThat(CgroupLimitWrites.weight(shares)).isEqualTo(weight);
    }

    @Test
    void weightsGrowWithShares() {
        long last = 0;
        for (long shares = 1; shares <= 262_144; shares += 97) {
            long weight = CgroupLimitWrites.weight(shares);
            assertThat(weight).isBetween(Math.max(1, last), 10_000L);
            last = weight;
        }
    }
}
