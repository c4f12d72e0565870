package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.CgroupIoLimit;
import dev.alcove.linux.CgroupLimits;
import dev.alcove.linux.DeviceRule;
import dev.alcove.spec.SpecException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A container's unit of systemd: its name and place, and its properties. */
class SystemdUnitTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "'',                       false, alcove-web.scope,  /system.slice/alcove-web.scope",
                "'',                       true,  alcove-web.scope,  /user.slice/alcove-web.scope",
                "machine.slice:libpod:4f,  false, libpod-4f.scope,   /machine.slice/libpod-4f.scope",
                "::4f,                     false, 4f.scope,          /system.slice/4f.scope",
                ":cri:4f,                  true,  cri-4f.scope,      /user.slice/cri-4f.scope",
                "a-b.slice:cri-o:4f,       false, cri-o-4f.scope,    /a.slice/a-b.slice/cri-o-4f.scope",
                "-.slice:p:4f,             false, p-4f.scope,        /p-4f.scope",
                "a.slice:p:a-b-c.slice,    false, a-b-c.slice,       /a.slice/a-b.slice/a-b-c.slice",
            })
    void hasTheNameAndPlaceThatTheCallersPathSays(String path, boolean user, String name, String group) {
        SystemdUnit unit = SystemdUnit.of(path, "web", user, "");
        assertThat(unit.name()).isEqualTo(name);
        assertThat(unit.group()).isEqualTo(group);
        assertThat(unit.isSlice()).isEqualTo(name.endsWith(".slice"));
    }

    @Test
    void isBelowItsManagersOwnGroup() {
        assertThat(SystemdUnit.of("", "web", true, "/user.slice/user-7.slice/user@7.service"))
                .isEqualTo(new SystemdUnit(
                        "alcove-web.scope",
                        "user.slice",
                        "/user.slice/user-7.slice/user@7.service/user.slice/alcove-web.scope"));
    }

    @Test
    void whatAUnitsNameCannotHaveOfAnIdIsEscaped() {
        assertThat(SystemdUnit.of("", "a+b", false, "").name()).isEqualTo("alcove-a\\x2bb.scope");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a/path",
                "web",
                "system.slice:web",
                "a:b:c:d",
                "system:p:web",
                ".slice:p:web",
                "a--b.slice:p:web",
                "-a.slice:p:web",
                "system.slice/x.slice:p:web",
                "system.slice:p:",
                "system.slice:p:.slice",
                "system.slice:p:w b",
                "system.slice:p:../x",
                "system.slice:p:a--b.slice",
            })
    void aPathThatNamesNoUnitIsRefusedByItsField(String path) {
        assertThatThrownBy(() -> SystemdUnit.of(path, "web", false, ""))
                .isInstanceOf(SpecException.class)
                .hasMessageContaining("linux.cgroupsPath");
    }

    @Test
    void aNameThatIsTooLongForSystemdIsRefused() {
        assertThatThrownBy(() -> SystemdUnit.of("", "w".repeat(243), false, "")).hasMessageContaining("256 characters");
        assertThat(SystemdUnit.of("", "w".repeat(242), false, "").name()).hasSize(255);
    }

    @Test
    void aNewScopeHasItsProcessAndIsDelegated() {
        SystemdUnit scope = SystemdUnit.of("a.slice:p:web", "web", false, "");
        assertThat(words(UnitProperties.ofNew(scope, "web", 42, true)))
                .isEqualTo("10 Description s container web Slice s a.slice Delegate b true PIDs au 1 42"
                        + " MemoryAccounting b true CPUAccounting b true IOAccounting b true TasksAccounting b true"
                        + " DefaultDependencies b false CollectMode s inactive-or-failed");
        SystemdUnit slice = SystemdUnit.of("a.slice::a-b.slice", "web", false, "");
        assertThat(words(UnitProperties.ofNew(slice, "web", 42, false)))
                .startsWith("8 Description s container web Wants as 1 a.slice MemoryAccounting")
                .contains("BlockIOAccounting b true")
                .doesNotContain("PIDs", "Delegate", "IOAccounting b true BlockIO");
    }

    private static CgroupLimits.Builder all() {
        return CgroupLimits.builder()
                .memory(100 << 20)
                .memorySwap(150 << 20)
                .memoryReservation(50 << 20)
                .cpuShares(512)
                .cpuQuota(12_345)
                .cpuPeriod(50_000)
                .pids(77)
                .ioWeight(500)
                .cpusetCpus("0-1,9")
                .cpusetMems("0");
    }

    @Test
    void limitsOfVersion2() {
        assertThat(words(UnitProperties.of(all().build(), Machines.v2("/", Optional.of("/")))))
                .isEqualTo("10 MemoryMax t 104857600 MemoryLow t 52428800 MemorySwapMax t 52428800 CPUWeight t 59"
                        // 12345 of 50000 is 0.2469 of a processor, in hundredths and never less
                        + " CPUQuotaPeriodUSec t 50000 CPUQuotaPerSecUSec t 250000 TasksMax t 77 IOWeight t 4950"
                        + " AllowedCPUs ay 2 3 2 AllowedMemoryNodes ay 1 1");
    }

    @Test
    void limitsOfVersion1() {
        for (var layout : List.of(Machines.v1(), Machines.hybrid())) {
            assertThat(words(UnitProperties.of(all().build(), layout)))
                    .isEqualTo("6 MemoryLimit t 104857600 CPUShares t 512 CPUQuotaPeriodUSec t 50000"
                            + " CPUQuotaPerSecUSec t 250000 TasksMax t 77 BlockIOWeight t 500");
        }
    }

    @Test
    void withoutALimitIsSystemdsInfinity() {
        String max = Long.toUnsignedString(-1);
        CgroupLimits none = CgroupLimits.builder()
                .memory(-1)
                .memorySwap(-1)
                .pids(-1)
                .cpuQuota(-1)
                .build();
        assertThat(words(UnitProperties.of(none, Machines.v2("/", Optional.of("/")))))
                .isEqualTo("4 MemoryMax t " + max + " MemorySwapMax t " + max + " CPUQuotaPerSecUSec t " + max
                        + " TasksMax t " + max);
        assertThat(UnitProperties.of(CgroupLimits.none(), Machines.v1())).isEmpty();
        CgroupLimits endless = CgroupLimits.builder().cpuQuota(Long.MAX_VALUE).build();
        assertThat(words(UnitProperties.of(endless, Machines.v1()))).isEqualTo("1 CPUQuotaPerSecUSec t " + max);
    }

    @Test
    void filesOfVersion2ThatSystemdHasAPropertyFor() {
        CgroupLimits limits = CgroupLimits.builder()
                .unified("memory.high", "1024\n")
                .unified("memory.min", "max")
                .unified("memory.oom.group", "1")
                .unified("cpu.max", "max 50000")
                .unified("cpu.weight", "7")
                .unified("pids.max", "9")
                .unified("cpuset.cpus", "8")
                .unified("io.max", "8:0 rbps=1")
                .build();
        assertThat(words(UnitProperties.of(limits, Machines.v2("/", Optional.of("/")))))
                .isEqualTo(
                        "7 MemoryHigh t 1024 MemoryMin t " + Long.toUnsignedString(-1) + " CPUQuotaPeriodUSec t 50000"
                                + " CPUQuotaPerSecUSec t " + Long.toUnsignedString(-1)
                                + " CPUWeight t 7 TasksMax t 9 AllowedCPUs ay 2 0 1");
    }

    @Test
    void whatSystemdHasNoPropertyForIsLeftToTheFiles() {
        CgroupLimits limits = CgroupLimits.builder()
                .hugetlb("2MB", 1 << 21)
                .io(new CgroupIoLimit(
                        8, 0, OptionalLong.of(1), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty()))
                .build();
        assertThat(UnitProperties.of(limits, Machines.v2("/", Optional.of("/"))))
                .isEmpty();
    }

    private static final String KNOWN = """
            Character devices:
              1 mem
            136 pts

            Block devices:
              8 sd
            """;

    @Test
    void devicesAreAListOfWhatIsAllowed() {
        List<DeviceRule> rules = List.of(
                DeviceRule.every(false, 'a', "rwm"),
                DeviceRule.allow('c', 1, 3, "rw"),
                DeviceRule.allow('c', 1, 5, "rwm"),
                DeviceRule.deny('c', 1, 5, "w"),
                new DeviceRule(true, 'c', OptionalInt.of(136), OptionalInt.empty(), "rw"),
                new DeviceRule(true, 'b', OptionalInt.of(250), OptionalInt.empty(), "rw"),
                DeviceRule.every(true, 'b', "m"));
        for (boolean two : new boolean[] {true, false}) {
            assertThat(words(UnitDevices.of(rules, two, KNOWN)))
                    .isEqualTo("2 DevicePolicy s strict DeviceAllow a(ss) 4 /dev/char/1:3 rw /dev/char/1:5 rm"
                            + " char-pts rw block-* m");
        }
    }

    @Test
    void devicesThatCannotBeListed() {
        List<DeviceRule> all = List.of(DeviceRule.every(true, 'a', "rwm"));
        assertThat(words(UnitDevices.of(all, false, KNOWN))).isEqualTo("2 DevicePolicy s auto DeviceAllow a(ss) 0");
        List<DeviceRule> butOne = List.of(DeviceRule.every(true, 'a', "rwm"), DeviceRule.deny('c', 1, 1, "rwm"));
        // Version 2 has our own filter beside systemd's.
        assertThat(words(UnitDevices.of(butOne, true, KNOWN))).isEqualTo("2 DevicePolicy s auto DeviceAllow a(ss) 0");
        // Version 1 has only what systemd last wrote: less is safe.
        assertThat(words(UnitDevices.of(butOne, false, KNOWN)))
                .isEqualTo("2 DevicePolicy s strict DeviceAllow a(ss) 0");
        List<DeviceRule> hole = List.of(
                DeviceRule.every(false, 'a', "rwm"),
                DeviceRule.every(true, 'c', "rwm"),
                DeviceRule.deny('c', 1, 1, "rwm"));
        assertThat(words(UnitDevices.of(hole, true, KNOWN)))
                .isEqualTo("2 DevicePolicy s strict DeviceAllow a(ss) 1 char-* rwm");
        assertThat(UnitDevices.of(List.of(), true, KNOWN)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "CollectMode      | 'inactive'        | CollectMode s inactive",
                "CollectMode      | \"a \\\"b\\\"\"   | CollectMode s a \"b\"",
                "SendSIGHUP       | true              | SendSIGHUP b true",
                "TimeoutStopUSec  | uint64 5          | TimeoutStopUSec t 5",
                "TimeoutStopSec   | 2                 | TimeoutStopUSec t 2000000",
                "TimeoutStopSec   | 0.5               | TimeoutStopUSec t 500000",
                "TimeoutStopSec   | uint64 2          | TimeoutStopUSec t 2000000",
                "AFewSec          | 1                 | AFewUSec t 1000000",
                "USec             | 1                 | USec i 1",
                "CPUWeight        | uint64 18446744073709551615 | CPUWeight t 18446744073709551615",
                "Nice             | -5                | Nice i -5",
                "Some             | 1.5               | Some d 1.5",
                "Before           | ['a.slice', 'b']  | Before as 2 a.slice b",
                "Before           | @as []            | Before as 0",
                "Mask             | [byte 1, 2]       | Mask ay 2 1 2",
                "Mask             | @ay [1, 255]      | Mask ay 2 1 255",
                "Path             | objectpath '/a'   | Path o /a",
            })
    void anAnnotationIsAProperty(String name, String value, String words) {
        assertThat(words(UnitAnnotations.of(Map.of("org.systemd.property." + name, value, "other", "x"))))
                .isEqualTo("1 " + words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Collect.Mode | 'a'",
                "ab           | 'a'",
                "A-b          | true",
                "CollectMode  | inactive",
                "CollectMode  | 'inactive",
                "CollectMode  | 'a' 'b'",
                "CollectMode  | ``",
                "Nice         | 3000000000",
                "Nice         | byte 256",
                "Nice         | uint64 -1",
                "Nice         | string 5",
                "StopSec      | 'ten'",
                "StopSec      | -1",
                "Before       | []",
                "Before       | ['a', 1]",
                "Before       | ['a'",
                "Before       | ('a', 'b')",
                "Before       | @a{sv} []",
                "Before       | [['a']]",
            })
    void anAnnotationThatIsNoneIsRefusedByItsName(String name, String value) {
        assertThatThrownBy(() -> UnitAnnotations.of(Map.of("org.systemd.property." + name, value)))
                .isInstanceOf(SpecException.class)
                .hasMessageContaining("annotations.org.systemd.property." + name);
    }

    @Test
    void aUnitsObjectIsItsNameWithCodes() {
        assertThat(Systemd.path("a-1.scope")).isEqualTo("/org/freedesktop/systemd1/unit/a_2d1_2escope");
        assertThat(Systemd.path("1\\x2b.scope")).isEqualTo("/org/freedesktop/systemd1/unit/_31_5cx2b_2escope");
    }

    private static String words(List<UnitProperty> properties) {
        return String.join(" ", Systemd.words(properties));
    }
}
