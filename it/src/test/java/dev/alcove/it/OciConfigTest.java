package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.spec.ExecCpuAffinity;
import dev.alcove.spec.LinuxCapabilities;
import dev.alcove.spec.LinuxDevice;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.LinuxIoPriority;
import dev.alcove.spec.LinuxMemoryPolicy;
import dev.alcove.spec.LinuxNamespace;
import dev.alcove.spec.LinuxPersonality;
import dev.alcove.spec.LinuxScheduler;
import dev.alcove.spec.LinuxTimeOffset;
import dev.alcove.spec.OciLinuxBuilder;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciProcessBuilder;
import dev.alcove.spec.OciRoot;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.OciUser;
import dev.alcove.spec.PosixRlimit;
import dev.alcove.spec.Uint64;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The properties of config.json that are about the process, its files and its rooms, each seen from inside. */
final class OciConfigTest {
    private static final List<String> RESET = List.of();

    @TempDir
    Path folder;

    private OciProgram oci;
    private final String id = "alcove-test-" + UUID.randomUUID().toString().substring(0, 8);

    @BeforeEach
    void program() throws IOException {
        Needs.root();
        Needs.programs("busybox-static", "busybox");
        oci = new OciProgram(folder);
    }

    @AfterEach
    void nothingStays() throws IOException {
        if (oci != null) {
            for (String left : oci.left()) {
                oci.run("delete", "--force", left);
            }
            assertThat(oci.left()).isEmpty();
        }
    }

    /** Runs a container to its end; what it said. */
    private String run(String script, UnaryOperator<OciSpec> change) throws IOException {
        Said said =
                oci.run("run", "--bundle", oci.bundle("bundle", script, change).toString(), id);
        assertThat(said.status()).as(said.text()).isZero();
        return said.text();
    }

    static UnaryOperator<OciSpec> process(UnaryOperator<OciProcessBuilder> change) {
        return spec -> {
            OciProcess process = spec.process();
            assertThat(process).isNotNull();
            return spec.toBuilder()
                    .process(change.apply(process.toBuilder()).build())
                    .build();
        };
    }

    static UnaryOperator<OciSpec> linux(UnaryOperator<OciLinuxBuilder> change) {
        return spec -> {
            assertThat(spec.linux()).isNotNull();
            return spec.toBuilder()
                    .linux(change.apply(spec.linux().toBuilder()).build())
                    .build();
        };
    }

    static UnaryOperator<OciSpec> both(UnaryOperator<OciSpec> one, UnaryOperator<OciSpec> other) {
        return spec -> other.apply(one.apply(spec));
    }

    static UnaryOperator<OciSpec> mounts(OciMount... more) {
        return spec -> {
            List<OciMount> all = new ArrayList<>(spec.mounts());
            all.addAll(Arrays.asList(more));
            return spec.toBuilder().mounts(all).build();
        };
    }

    static UnaryOperator<OciSpec> namespaces(LinuxNamespace... more) {
        return spec -> {
            assertThat(spec.linux()).isNotNull();
            List<LinuxNamespace> all = new ArrayList<>(spec.linux().namespaces());
            for (LinuxNamespace n : more) {
                all.removeIf(other -> other.type().equals(n.type()));
                all.add(n);
            }
            return linux(l -> l.namespaces(all)).apply(spec);
        };
    }

    @Test
    void theKernelRunsItAsIsAskedFor() throws Exception {
        UnaryOperator<OciSpec> wanted = both(
                process(p -> p.scheduler(new LinuxScheduler("SCHED_BATCH", 5, null, RESET, null, null, null))
                        .ioPriority(new LinuxIoPriority("IOPRIO_CLASS_BE", 6))),
                linux(l -> l.personality(new LinuxPersonality("LINUX32", List.of()))
                        .memoryPolicy(new LinuxMemoryPolicy("MPOL_BIND", "0", List.of("MPOL_F_STATIC_NODES")))));
        String said = run(
                "busybox uname -m; busybox ionice -p $$; set -- $(cat /proc/self/stat); echo nice ${19} policy ${41};"
                        + " read -r a b c < /proc/self/numa_maps; echo memory $b",
                wanted);
        String machine = System.getProperty("os.arch").equals("amd64") ? "i686" : "armv8l";
        assertThat(said.lines())
                .containsExactly(machine, "best-effort: prio 6", "nice 5 policy 3", "memory bind=static:0");
    }

    @Test
    void oneMoreProcessRunsOnItsProcessorsAndInTheSameDomain() throws Exception {
        UnaryOperator<OciSpec> wanted = both(
                process(p -> p.execCpuAffinity(new ExecCpuAffinity("0", "0")).oomScoreAdj(321)),
                linux(l -> l.personality(new LinuxPersonality("LINUX32", List.of()))));
        Path bundle = oci.bundle("bundle", "sleep 1000", wanted);
        Said made = oci.run("run", "--detach", "--bundle", bundle.toString(), id);
        assertThat(made.status()).as(made.text()).isZero();
        Said said = oci.run(
                "exec",
                id,
                "sh",
                "-c",
                "busybox grep Cpus_allowed_list /proc/self/status; busybox uname -m; cat /proc/self/oom_score_adj");
        assertThat(said.text()).startsWith("Cpus_allowed_list:\t0\ni686").endsWith("321");
    }

    @Test
    void whoItIsAndWhatItMay() throws Exception {
        List<String> kill = List.of("CAP_KILL");
        UnaryOperator<OciSpec> wanted = process(p -> p.user(new OciUser(7, 8, 027L, List.of(9L, 10L), "nobody"))
                .cwd("/work/here")
                .env(List.of("PATH=/bin", "ONE=1"))
                .noNewPrivileges(true)
                .oomScoreAdj(500)
                .rlimits(List.of(new PosixRlimit("RLIMIT_NOFILE", Uint64.of(90), Uint64.of(80))))
                .capabilities(new LinuxCapabilities(kill, kill, kill, kill, kill)));
        String said = run(
                "id; umask; pwd; echo $ONE; ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj;"
                        + " busybox grep -E 'Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs' /proc/self/status",
                wanted);
        assertThat(said.lines())
                .containsExactly(
                        "uid=7 gid=8 groups=9,10",
                        "0027",
                        "/work/here",
                        "1",
                        "80",
                        "90",
                        "500",
                        "CapInh:\t0000000000000020",
                        "CapPrm:\t0000000000000020",
                        "CapEff:\t0000000000000020",
                        "CapBnd:\t0000000000000020",
                        "CapAmb:\t0000000000000020",
                        "NoNewPrivs:\t1");
    }

    @Test
    void namesParametersHiddenPathsDevicesAndClocks() throws Exception {
        UnaryOperator<OciSpec> wanted = both(
                namespaces(new LinuxNamespace("time", "")),
                linux(l -> l.sysctl(Map.of("kernel.msgmax", "4321"))
                        .timeOffsets(Map.of("boottime", new LinuxTimeOffset(100_000_000, 5)))
                        .maskedPaths(List.of("/proc/meminfo", "/proc/tty"))
                        .readonlyPaths(List.of("/proc/sys"))
                        .devices(List.of(
                                new LinuxDevice("/dev/fuse2", "c", 10L, 229L, 0640L, 5L, 6L),
                                new LinuxDevice("/dev/pipe", "p", null, null, null, null, null)))));
        String said = run(
                "busybox hostname; busybox cat /proc/sys/kernel/domainname; cat /proc/sys/kernel/msgmax;"
                        + " cat /proc/meminfo | busybox wc -c; ls /proc/tty | busybox wc -l;"
                        + " echo 1 2>/dev/null > /proc/sys/kernel/msgmax || echo refused;"
                        + " busybox stat -c '%F %a %u %g %t,%T' /dev/fuse2 /dev/pipe /dev/null;"
                        + " for l in fd stdin ptmx; do busybox readlink /dev/$l; done;"
                        + " read -r up rest < /proc/uptime; [ ${up%.*} -gt 100000000 ] && echo later",
                spec -> wanted.apply(spec).toBuilder()
                        .hostname("box")
                        .domainname("example")
                        .build());
        assertThat(said.lines())
                .containsExactly(
                        "box",
                        "example",
                        "4321",
                        "0",
                        "0",
                        "refused",
                        "character special file 640 5 6 a,e5",
                        "fifo 666 0 0 0,0",
                        "character special file 666 0 0 1,3",
                        "/proc/self/fd",
                        "/proc/self/fd/0",
                        "pts/ptmx",
                        "later");
    }

    @Test
    void mountsWithTheirOptionsAndARelativePlace() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.writeString(data.resolve("file"), "there");
        UnaryOperator<OciSpec> wanted = both(
                mounts(
                        OciMount.of("rel/place", "bind", data.toString(), List.of("rbind", "ro", "noexec", "rslave")),
                        OciMount.of("/rro", "bind", data.toString(), List.of("rbind", "rro", "rnosuid", "noatime")),
                        OciMount.of("/scratch", "tmpfs", "tmpfs", List.of("size=64k", "mode=700", "nodev"))),
                linux(l -> l.rootfsPropagation("rslave")));
        String said = run(
                "cat /rel/place/file; echo; for m in /rel/place /rro /scratch /; do"
                        + " busybox awk -v m=$m '$5 == m {print $5, $6, substr($7, 1, 6)}' /proc/self/mountinfo;"
                        + " done; echo x 2>/dev/null > /new || echo read-only",
                spec -> wanted.apply(spec).toBuilder()
                        .root(new OciRoot("rootfs", true))
                        .build());
        assertThat(said)
                .contains("there\n")
                .contains("/rel/place ro,noexec")
                .contains("/rro ro,nosuid,noatime")
                .contains("/scratch rw,nodev")
                .endsWith("read-only");
    }

    @Test
    void mountsThatTranslateOwners() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        Path file = Files.writeString(data.resolve("file"), "there");
        Files.setAttribute(file, "unix:uid", 7);
        Files.setAttribute(file, "unix:gid", 7);
        List<LinuxIdMapping> ids = List.of(new LinuxIdMapping(7, 5000, 1), new LinuxIdMapping(0, 6000, 1));
        UnaryOperator<OciSpec> wanted = mounts(
                new OciMount("/one", "bind", data.toString(), List.of("bind", "idmap"), ids, ids),
                new OciMount("/all", "bind", data.toString(), List.of("rbind", "ridmap"), ids, ids),
                new OciMount("/plain", "bind", data.toString(), List.of("bind"), List.of(), List.of()));
        String script =
                "busybox stat -c '%u %g' /one /one/file /all/file /plain/file; touch /one/new 2>/dev/null; true";
        assertThat(run(script, wanted).lines()).containsExactly("6000 6000", "5000 5000", "5000 5000", "7 7");

        // In a user namespace: the container's own mapping, so that a file of root's is root's inside.
        List<LinuxIdMapping> range = List.of(new LinuxIdMapping(0, 200_000, 1000));
        Path shared = Files.createDirectory(folder.resolve("shared"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(folder.resolve("root"), PosixFilePermissions.fromString("rwxr-xr-x"));
        UnaryOperator<OciSpec> user = both(
                namespaces(new LinuxNamespace("user", "")),
                both(
                        linux(l -> l.uidMappings(range).gidMappings(range)),
                        mounts(OciMount.of("/shared", "bind", shared.toString(), List.of("bind", "idmap")))));
        String inside =
                runAsUser("busybox stat -c %u /shared; touch /shared/new; busybox stat -c %u /shared/new", user);
        assertThat(inside.lines()).containsExactly("0", "0");
        assertThat(Files.getAttribute(shared.resolve("new"), "unix:uid")).isEqualTo(0);
    }

    /** Where a user namespace's root, to whom the root file system does not belong, has to mount. */
    private static Path places(Path bundle) throws IOException {
        Files.setPosixFilePermissions(bundle, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String place : List.of("shared", "proc", "dev", "sys")) {
            Files.createDirectories(bundle.resolve("rootfs").resolve(place));
        }
        return bundle;
    }

    private String runAsUser(String script, UnaryOperator<OciSpec> change) throws IOException {
        Path bundle = places(oci.bundle("second", script, change));
        Said said = oci.run("run", "--bundle", bundle.toString(), id);
        assertThat(said.status()).as(said.text()).isZero();
        return said.text();
    }

    @Test
    void aTmpfsThatBeginsWithWhatIsThere() throws Exception {
        UnaryOperator<OciSpec> wanted = mounts(
                OciMount.of("/var/cache", "tmpfs", "tmpfs", List.of("nosuid", "tmpcopyup")),
                OciMount.of("/empty", "tmpfs", "tmpfs", List.of("tmpcopyup")));
        Path bundle = oci.bundle(
                "bundle",
                "cat /var/cache/sub/file; busybox readlink /var/cache/link;"
                        + " busybox stat -c '%a %u %g' /var/cache /var/cache/sub /var/cache/sub/file;"
                        + " echo changed > /var/cache/sub/file; busybox grep -c ' /var/cache tmpfs ' /proc/mounts; ls /empty",
                wanted);
        Path cache = Files.createDirectories(bundle.resolve("rootfs/real/cache"));
        Files.createSymbolicLink(bundle.resolve("rootfs/var"), Path.of("/real"));
        Files.createDirectory(cache.resolve("sub"));
        Path file = Files.writeString(cache.resolve("sub/file"), "kept\n");
        Files.setAttribute(file, "unix:uid", 7);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwx------"));
        Files.createSymbolicLink(cache.resolve("link"), Path.of("sub/file"));
        Said said = oci.run("run", "--bundle", bundle.toString(), id);
        assertThat(said.status()).as(said.text()).isZero();
        assertThat(said.text().lines().limit(5)).containsExactly("kept", "sub/file", "700 0 0", "755 0 0", "640 7 0");
        assertThat(Files.readString(file))
                .as("the root file system stays as it was")
                .isEqualTo("kept\n");
    }

    @Test
    void everyKindOfNamespaceIsJoinedByItsPath() throws Exception {
        List<LinuxIdMapping> range = List.of(new LinuxIdMapping(0, 200_000, 1000));
        for (boolean users : List.of(false, true)) {
            List<String> kinds = new ArrayList<>(List.of("pid", "network", "ipc", "uts", "cgroup", "time"));
            UnaryOperator<OciSpec> first = namespaces(new LinuxNamespace("time", ""));
            if (users) {
                kinds.add("user");
                first = both(
                        first,
                        both(
                                namespaces(new LinuxNamespace("user", "")),
                                linux(l -> l.uidMappings(range).gidMappings(range))));
            }
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            Path one = places(oci.bundle("one" + users, "sleep 1000", first));
            Path pid = folder.resolve("pid");
            Said made = oci.run("run", "--detach", "--bundle", one.toString(), "--pid-file", pid.toString(), id);
            assertThat(made.status()).as(made.text()).isZero();
            String rooms = "/proc/" + Files.readString(pid) + "/ns/";
            List<LinuxNamespace> joined = new ArrayList<>();
            StringBuilder expected = new StringBuilder();
            for (String kind : kinds) {
                String name = kind.equals("network") ? "net" : kind;
                joined.add(new LinuxNamespace(kind, rooms + name));
                expected.append(Files.readSymbolicLink(Path.of(rooms + name))).append('\n');
            }
            Path two = places(oci.bundle(
                    "two" + users,
                    "cd /proc/self/ns; for n in " + String.join(" ", kinds).replace("network", "net")
                            + "; do busybox readlink $n; done",
                    spec -> namespaces(joined.toArray(LinuxNamespace[]::new))
                            .apply(spec.toBuilder().hostname("").build())));
            Said said = oci.run("run", "--bundle", two.toString(), id + "-2");
            assertThat(said.status()).as(said.text()).isZero();
            assertThat(said.text() + "\n").isEqualTo(expected.toString());
            assertThat(oci.run("delete", "--force", id).status()).isZero();
        }
    }

    @Test
    void devicesInARootWithoutAMountThere() throws Exception {
        UnaryOperator<OciSpec> wanted =
                spec -> linux(l -> l.devices(List.of(new LinuxDevice("/dev/zero2", "c", 1L, 5L, 0600L, null, null))))
                        .apply(spec.toBuilder()
                                .mounts(spec.mounts().stream()
                                        .filter(m -> m.destination().equals("/proc"))
                                        .toList())
                                .build());
        Path bundle = oci.bundle("bundle", "busybox stat -c %t,%T /dev/zero2 /dev/null", wanted);
        for (int i = 0; i < 2; i++) {
            Said said = oci.run("run", "--bundle", bundle.toString(), id);
            assertThat(said.status()).as(said.text()).isZero();
            assertThat(said.text().lines()).containsExactly("1,5", "1,3");
        }
    }

    @Test
    void withoutPivotRootItIsInItsRootAllTheSame() throws Exception {
        Path bundle = oci.bundle("bundle", "ls / ; ls /..; cat /proc/self/comm", UnaryOperator.identity());
        Said said = oci.run("run", "--no-pivot", "--bundle", bundle.toString(), id);
        assertThat(said.status()).as(said.text()).isZero();
        assertThat(said.text()).doesNotContain("usr").contains("bin").endsWith("cat");
    }

    @Test
    void annotationsAreInItsState() throws Exception {
        Path bundle = oci.bundle(
                "bundle",
                "true",
                spec -> spec.toBuilder()
                        .annotations(Map.of("org.example.key", "value"))
                        .build());
        assertThat(oci.run("create", "--bundle", bundle.toString(), id).status())
                .isZero();
        assertThat(oci.run("state", id).text()).contains("\"org.example.key\": \"value\"", "\"ociVersion\": \"1.");
    }

    @Test
    void whatIsThereIsInFeatures() {
        String features = oci.run("features").text();
        assertThat(features)
                .contains("\"idmap\"", "\"ridmap\"", "\"tmpcopyup\"", "\"rro\"", "SCMP_ACT_NOTIFY")
                .contains("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");
        assertThat(features.replaceAll("\\s+", ""))
                .contains("\"mountExtensions\":{\"idmap\":{\"enabled\":true}}")
                .contains("\"netDevices\":{\"enabled\":true}")
                .contains("\"intelRdt\":{\"enabled\":true,")
                .contains("\"systemd\":true,\"systemdUser\":true");
    }
}
