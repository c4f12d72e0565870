package dev.alcove.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0B",
        "512, 512, 512B",
        "512b, 512, 512B",
        "64k, 65536, 64KiB",
        "64K, 65536, 64KiB",
        "256m, 268435456, 256MiB",
        "1.5g, 1610612736, 1.5GiB",
        "1gib, 1073741824, 1GiB",
        "2GB, 2147483648, 2GiB",
        "2 MB, 2097152, 2MiB",
        "1t, 1099511627776, 1TiB",
        "1p, 1125899906842624, 1PiB",
        "0.5k, 512, 512B",
        "1.0005k, 1024, 1KiB",
        "9223372036854775807, 9223372036854775807, 8192PiB",
        "1234567, 1234567, 1.18MiB"
    })
    void sizesAreReadAsDockerDoes(String text, long bytes, String shown) {
        Bytes size = Bytes.parse("--memory", text);
        assertThat(size.value()).isEqualTo(bytes);
        assertThat(size.text()).isEqualTo(shown);
        assertThat(Bytes.parseLimit("--memory", size.exact())).isEqualTo(size);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "m",
                "-5m",
                "-1",
                "1x",
                "1mm",
                "1.2.3m",
                "1,5g",
                ".5g",
                "1.",
                "8192p",
                "9223372036854775808",
                "0x10",
                "1e3",
                "١m",
                "1kk",
                "1ibb"
            })
    void noSizesAreRefused(String text) {
        assertThatThrownBy(() -> Bytes.parse("--memory", text))
                .isInstanceOfSatisfying(
                        SpecException.class, e -> assertThat(e.field()).isEqualTo("--memory"))
                .hasMessageStartingWith("--memory: '" + text + "' is not a size");
    }

    @Test
    void sizesAreMade() {
        assertThat(Bytes.kibi(1)).isEqualTo(Bytes.of(1024));
        assertThat(Bytes.mebi(256).exact()).isEqualTo("256m");
        assertThat(Bytes.gibi(3).value()).isEqualTo(3L << 30);
        assertThat(Bytes.parse("-m", "1.5g").exact()).isEqualTo("1536m");
        assertThat(Bytes.parseLimit("--memory-swap", "-1").isUnlimited()).isTrue();
        assertThat(Bytes.UNLIMITED.exact()).isEqualTo("-1");
        assertThat(Bytes.UNLIMITED).isGreaterThan(Bytes.gibi(1));
        assertThatThrownBy(() -> Bytes.gibi(1L << 33)).isInstanceOf(SpecException.class);
        assertThatThrownBy(() -> Bytes.mebi(-1)).isInstanceOf(SpecException.class);
        assertThatThrownBy(() -> new Bytes(-2)).isInstanceOf(SpecException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "10s, PT10S, 10s",
        "1m30s, PT1M30S, 1m30s",
        "1h, PT1H, 1h",
        "500ms, PT0.5S, 500ms",
        "1.5h, PT1H30M, 1h30m",
        "30, PT30S, 30s",
        "0, PT0S, 0s",
        "2.5, PT2.5S, 2s500ms",
        "100us, PT0.0001S, 100us",
        "100µs, PT0.0001S, 100us",
        "1ns, PT0.000000001S, 1ns",
        ".5s, PT0.5S, 500ms",
        "+5s, PT5S, 5s",
        "25h, PT25H, 25h"
    })
    void durationsAreReadAsGoDoes(String text, Duration duration, String shown) {
        assertThat(Durations.parse("--timeout", text)).isEqualTo(duration);
        assertThat(Durations.text(duration)).isEqualTo(shown);
        assertThat(Durations.parse("--timeout", shown)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "s",
                "+",
                "1x",
                "1.2.3s",
                "1m30",
                "10 s",
                "1d",
                ".",
                ".s",
                "--5s",
                "1h-5m",
                "99999999999999999999h"
            })
    void noDurationsAreRefused(String text) {
        assertThatThrownBy(() -> Durations.parse("--timeout", text))
                .isInstanceOf(SpecException.class)
                .hasMessageStartingWith("--timeout: '" + text + "' is not a duration");
    }

    @Test
    void negativeDurationsOnlyWhereTheyMeanSomething() {
        assertThat(Durations.parseSigned("x", "-1.5s")).isEqualTo(Duration.ofMillis(-1500));
        assertThat(Durations.text(Duration.ofMillis(-1500))).isEqualTo("-1s500ms");
        assertThatThrownBy(() -> Durations.parse("--timeout", "-5s"))
                .hasMessage("--timeout: '-5s' is not a duration: it is negative");
    }

    @ParameterizedTest
    @CsvSource({
        "1.5, 150000, 100000",
        "2, 200000, 100000",
        "0.01, 1000, 100000",
        ".5, 50000, 100000",
        "0.00001e, -1, 0",
        "0.123456, 123456, 1000000",
        "8192, 819200000, 100000",
        "1., 100000, 100000",
        "1.2345678, -1, 0",
        "0, -1, 0",
        "0.001, -1, 0",
        "-1, -1, 0",
        "8193, -1, 0",
        "1/2, -1, 0",
        "'', -1, 0",
        "., -1, 0"
    })
    void cpusBecomeAnExactQuota(String text, long quota, long period) {
        if (quota > 0) {
            assertThat(CpuQuota.parse("--cpus", text)).isEqualTo(new CpuQuota(quota, period));
        } else {
            assertThatThrownBy(() -> CpuQuota.parse("--cpus", text))
                    .isInstanceOf(SpecException.class)
                    .hasMessageStartingWith("--cpus: '" + text + "' is not a number of CPUs");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"0 | 0", "0-2,4 | 0-2,4", "4,0,1,2 | 0-2,4", "1-1 | 1", "0-3,2-5 | 0-5", "8191 | 8191", "007 | 7"})
    void cpuListsAreRead(String text, String canonical) {
        assertThat(CpuSet.parse("--cpuset-cpus", text).text()).isEqualTo(canonical);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "0,", "-1", "2-0", "0-", "a", "8192", "0-99999999999999", "0--1", "0 - 1"})
    void noCpuListsAreRefused(String text) {
        assertThatThrownBy(() -> CpuSet.parse("--cpuset-cpus", text))
                .isInstanceOf(SpecException.class)
                .hasMessageStartingWith("--cpuset-cpus: '" + text + "' is not a list of numbers");
    }

    @Test
    void environmentVariablesAreReadOrPassedOn() {
        var caller = Map.of("HOME", "/root", "EMPTY", "");
        assertThat(EnvVar.parse("A=b=c", caller)).contains(new EnvVar("A", "b=c"));
        assertThat(EnvVar.parse("A=", caller)).contains(new EnvVar("A", ""));
        assertThat(EnvVar.parse("HOME", caller).orElseThrow().text()).isEqualTo("HOME=/root");
        assertThat(EnvVar.parse("EMPTY", caller)).contains(new EnvVar("EMPTY", ""));
        assertThat(EnvVar.parse("MISSING", caller)).isEqualTo(Optional.empty());
        for (String bad : List.of("", "=x", "A=\0")) {
            assertThatThrownBy(() -> EnvVar.parse(bad, caller))
                    .isInstanceOf(SpecException.class)
                    .hasMessageStartingWith("-e: ");
        }
    }

    @Test
    void environmentFilesAreReadAsDockerDoes() {
        String text = "\uFEFFA=1\n# a comment\n\n   B = 2 \r\nHOME\nMISSING\nC=\"quoted\" # kept\n\t#also\nD=\n";
        String good = text.replace("B = 2", "B=  2");
        assertThat(EnvVar.parseFile("f", good, Map.of("HOME", "/h")))
                .extracting(EnvVar::text)
                .containsExactly("A=1", "B=  2 ", "HOME=/h", "C=\"quoted\" # kept", "D=");
        assertThatThrownBy(() -> EnvVar.parseFile("f", text, Map.of()))
                .hasMessage("--env-file f, line 4: 'B ' is not a variable's name: it holds a blank");
        assertThatThrownBy(() -> EnvVar.parseFile("f", "A=1\n=2", Map.of()))
                .hasMessage("--env-file f, line 2: '=2' is not a variable: it has no name");
    }

    @Test
    void usersAreReadByNameOrNumber() {
        UserSpec ids = UserSpec.parse("1000:4294967294");
        assertThat(ids.uid()).hasValue(1000);
        assertThat(ids.gid()).hasValue(4294967294L);
        UserSpec names = UserSpec.parse("www-data:adm");
        assertThat(names.user()).isEqualTo("www-data");
        assertThat(names.group()).isEqualTo("adm");
        assertThat(names.uid()).isEmpty();
        assertThat(UserSpec.parse("0").gid()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ":", "a:", ":b", "a:b:c", "4294967295", "-1", "99999999999999999999", "a b", "../x", "a,b"})
    void noUsersAreRefused(String text) {
        assertThatThrownBy(() -> UserSpec.parse(text))
                .isInstanceOf(SpecException.class)
                .hasMessageStartingWith("-u: '" + text + "' is not a user");
    }

    @Test
    void ulimitsAreRead() {
        assertThat(Ulimit.parse("nofile=1024")).isEqualTo(new Ulimit("nofile", 1024, 1024));
        assertThat(Ulimit.parse("nofile=1024:-1")).isEqualTo(new Ulimit("nofile", 1024, -1));
        assertThat(Ulimit.parse("core=unlimited").toRlimit())
                .isEqualTo(new PosixRlimit("RLIMIT_CORE", Uint64.MAX, Uint64.MAX));
        assertThatThrownBy(() -> Ulimit.parse("nofiles=1"))
                .hasMessage("--ulimit: 'nofiles' is not a resource limit; did you mean 'nofile'?");
        assertThatThrownBy(() -> Ulimit.parse("nofile=5:4"))
                .hasMessage("--ulimit: 'nofile=5:4' is not a limit: the soft one is above the hard one");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nofile",
                "=1",
                "nofile=",
                "nofile=a",
                "nofile=-2",
                "nofile=-1:5",
                "nofile=1:",
                "nofile=1:2:3",
                "nofile=99999999999999999999"
            })
    void noUlimitsAreRefused(String text) {
        assertThatThrownBy(() -> Ulimit.parse(text))
                .isInstanceOf(SpecException.class)
                .hasMessageStartingWith("--ulimit: '" + text + "' is not a limit");
    }

    @Test
    void devicesAreRead() {
        assertThat(DeviceSpec.parse("/dev/fuse")).isEqualTo(new DeviceSpec("/dev/fuse", "/dev/fuse", "rwm"));
        assertThat(DeviceSpec.parse("/dev/fuse:r")).isEqualTo(new DeviceSpec("/dev/fuse", "/dev/fuse", "r"));
        assertThat(DeviceSpec.parse("/dev/sda:/dev/xvda")).isEqualTo(new DeviceSpec("/dev/sda", "/dev/xvda", "rwm"));
        assertThat(DeviceSpec.parse("/dev/sda:/dev/xvda:rw")).isEqualTo(new DeviceSpec("/dev/sda", "/dev/xvda", "rw"));
        for (String bad : List.of(
                "",
                "dev/sda",
                "/dev/a:",
                "/dev/a:b",
                "/dev/a:/b:x",
                "/dev/a:/b:rr",
                "/dev/a:/b:",
                "/a:/b:r:w",
                "/a:/")) {
            assertThatThrownBy(() -> DeviceSpec.parse(bad))
                    .isInstanceOf(SpecException.class)
                    .hasMessageStartingWith("--device: ");
        }
    }

    @Test
    void kernelParametersOfOwnNamespacesAreAllowed() {
        assertThat(Sysctl.parse("net.ipv4.ip_forward=1").scope()).isEqualTo(Sysctl.Scope.NETWORK);
        assertThat(Sysctl.parse("kernel.sem=1 2 3 4").value()).isEqualTo("1 2 3 4");
        assertThat(Sysctl.parse("fs.mqueue.msg_max=5").scope()).isEqualTo(Sysctl.Scope.IPC);
        Sysctl.parse("kernel.shmmax=1").check(true, false, true);
        Sysctl.parse("kernel.domainname=d").check(false, false, true);
        assertThatThrownBy(() -> Sysctl.parse("kernel.domainname=d").check(true, true, false))
                .hasMessageContaining("--uts");
        assertThatThrownBy(() -> Sysctl.parse("kernel.shmmax=1").check(false, true, true))
                .hasMessage("--sysctl: 'kernel.shmmax' is not allowed here: --ipc shares that namespace with others");
        assertThatThrownBy(() -> Sysctl.parse("net.core.somaxconn=1").check(true, false, true))
                .hasMessageContaining("--network shares");
        assertThatThrownBy(() -> Sysctl.parse("kernel.shmax=1"))
                .hasMessageEndingWith("; did you mean 'kernel.shmmax'?");
        for (String bad : List.of(
                "",
                "a",
                "=1",
                "net.x=",
                "vm.swappiness=1",
                "kernel.hostname=x",
                "net..x=1",
                "net/../kernel/x=1",
                "net.=1",
                "net.a b=1",
                "net.x=1\n2")) {
            assertThatThrownBy(() -> Sysctl.parse(bad))
                    .isInstanceOf(SpecException.class)
                    .hasMessageStartingWith("--sysctl: ");
        }
    }

    @Test
    void clocksAreShifted() {
        assertThat(TimeOffset.parse("boottime=+1h").toLinux()).isEqualTo(new LinuxTimeOffset(3600, 0));
        assertThat(TimeOffset.parse("monotonic=-5s").offset()).isEqualTo(Duration.ofSeconds(-5));
        assertThat(TimeOffset.parse("monotonic=-500ms").toLinux()).isEqualTo(new LinuxTimeOffset(-1, 500_000_000));
        assertThatThrownBy(() -> TimeOffset.parse("bootime=1s"))
                .hasMessage("--time-offset: 'bootime' is not a clock that can be shifted; did you mean 'boottime'?");
        assertThatThrownBy(() -> TimeOffset.parse("realtime=1s")).hasMessageEndingWith("; one of boottime, monotonic");
        for (String bad : List.of("", "boottime", "boottime=", "boottime=x", "=1s")) {
            assertThatThrownBy(() -> TimeOffset.parse(bad))
                    .isInstanceOf(SpecException.class)
                    .hasMessageStartingWith("--time-offset: ");
        }
    }

    @Test
    void landlockRulesAreRead() {
        assertThat(LandlockRule.parse("ro:/usr")).isEqualTo(new LandlockRule(false, "/usr"));
        assertThat(LandlockRule.parse("rw:/tmp//x/../y/")).isEqualTo(new LandlockRule(true, "/tmp/y"));
        for (String bad : List.of("", "/usr", "rx:/usr", "ro:usr", "ro:")) {
            assertThatThrownBy(() -> LandlockRule.parse(bad))
                    .isInstanceOf(SpecException.class)
                    .hasMessageStartingWith("--landlock: ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "db:10.0.0.7, db, 10.0.0.7",
        "db=10.0.0.7, db, 10.0.0.7",
        "db:::1, db, 0:0:0:0:0:0:0:1",
        "db=[fd00::7], db, fd00:0:0:0:0:0:0:7",
        "a.b_c:1.2.3.4, a.b_c, 1.2.3.4"
    })
    void hostEntriesAreRead(String text, String name, String address) {
        HostEntry entry = HostEntry.parse(text);
        assertThat(entry.name()).isEqualTo(name);
        assertThat(entry.address().orElseThrow().getHostAddress()).isEqualTo(address);
    }

    @Test
    void theHostAsTheNetworkReachesItIsAnEntryWithoutAnAddress() {
        assertThat(HostEntry.parse("host.docker.internal:host-gateway"))
                .isEqualTo(new HostEntry("host.docker.internal", Optional.empty()));
        assertThat(HostEntry.parse("h=host-gateway").address()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "db",
                ":1.2.3.4",
                "db:",
                "db:1.2.3",
                "db:1.2.3.256",
                "db:example.org",
                "-db:1.2.3.4",
                "d b:1.2.3.4",
                "db:fe80::1%eth0",
                "db:1.2.3.4.5",
                "db:12345",
                "db:host-gateways"
            })
    void noHostEntriesAreRefused(String text) {
        assertThatThrownBy(() -> HostEntry.parse(text))
                .isInstanceOf(SpecException.class)
                .hasMessageStartingWith("--add-host: ");
    }

    @Test
    void namesAreChecked() {
        String longest = "a".repeat(63) + ".";
        for (String good : List.of("a", "web-1", "Web.example.org", "0a", "x".repeat(63))) {
            assertThat(Hostname.parse("--hostname", good).text()).isEqualTo(good);
        }
        for (String bad : List.of(
                "", "-a", "a-", "a..b", ".", "a b", "é", "a/b", "x".repeat(64), longest, longest + "ab", "a\n")) {
            assertThatThrownBy(() -> Hostname.parse("--hostname", bad))
                    .isInstanceOf(SpecException.class)
                    .hasMessageStartingWith("--hostname: ");
        }
        for (String good : List.of("ab", "0_", "web.1-x")) {
            assertThat(ContainerName.parse(good).text()).isEqualTo(good);
        }
        for (String bad : List.of("", "a", "-ab", ".ab", "a/b", "a b", "aé", "x".repeat(129))) {
            assertThatThrownBy(() -> ContainerName.parse(bad))
                    .isInstanceOf(SpecException.class)
                    .hasMessageStartingWith("--name: ");
        }
    }

    @Test
    void refusalsStayOnOneLine() {
        SpecException e = SpecException.not("-v", "a\nb\u001b[31m" + "x".repeat(500), "good");
        assertThat(e.getMessage())
                .startsWith("-v: 'a?b?[31mxxx")
                .endsWith("…' is not good")
                .hasSizeLessThan(160);
        assertThat(e.field()).isEqualTo("-v");
    }

    @ParameterizedTest
    @CsvSource({
        "nofiel, nofile",
        "NOFILE, nofile",
        "sigpendng, sigpending",
        "stak, stack",
        "coer, core",
        "zzz, ",
        "x, ",
        "memorylock, memlock"
    })
    void theNearestWordIsFound(String written, String word) {
        assertThat(DidYouMean.nearest(written, Ulimit.NAMES)).isEqualTo(Optional.ofNullable(word));
    }
}
