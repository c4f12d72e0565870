package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.CgroupController;
import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.Proc;
import dev.alcove.spec.LinuxCpu;
import dev.alcove.spec.LinuxDeviceCgroup;
import dev.alcove.spec.LinuxMemory;
import dev.alcove.spec.LinuxPids;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.OciJson;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.Uint64;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** In a guest, below a systemd: what a container's unit is, and what becomes of it. No test framework is started there. */
final class SystemdGuest {
    private static final List<String> SYSTEMD = List.of("--systemd-cgroup");
    private static final String ID = "web";

    /** What is said of a unit that its limits and its caller decide. */
    private static final List<String> COMPARED = List.of(
            "Slice",
            "Delegate",
            "DelegateControllers",
            "DefaultDependencies",
            "TimeoutStopUSec",
            "OOMPolicy",
            "CPUAccounting",
            "CPUQuotaPerSecUSec",
            "CPUQuotaPeriodUSec",
            "IOAccounting",
            "BlockIOAccounting",
            "MemoryAccounting",
            "MemoryMin",
            "MemoryLow",
            "MemoryHigh",
            "MemoryMax",
            "MemorySwapMax",
            "MemoryLimit",
            "TasksAccounting",
            "TasksMax",
            "AllowedCPUs",
            "AllowedMemoryNodes",
            "DevicePolicy",
            "DeviceAllow");

    private final CgroupLayout layout = CgroupLayout.read();
    private final Path folder;
    private final OciProgram oci;
    private final Path bundle;
    private final OciSpec plain;
    private boolean resident = true;

    private SystemdGuest(Path folder) throws IOException {
        this.folder = folder;
        this.oci = new OciProgram(folder);
        this.bundle = oci.bundle("bundle", "true", spec -> spec);
        this.plain = OciJson.read(Files.readAllBytes(bundle.resolve("config.json")), OciSpec.class);
    }

    /** What is looked at. */
    interface Check {
        void run(SystemdGuest guest) throws Exception;
    }

    static Map<String, Check> all() {
        Map<String, Check> all = new LinkedHashMap<>();
        all.put("a container's life in a scope", SystemdGuest::life);
        all.put("limits are the unit's properties", SystemdGuest::limits);
        all.put("update is kept by a reload", SystemdGuest::update);
        all.put("the same properties as runc's", SystemdGuest::besideRunc);
        all.put("slice, prefix, name and annotations", SystemdGuest::names);
        all.put("a unit that is a slice", SystemdGuest::slice);
        all.put("what fails leaves no unit", SystemdGuest::failures);
        all.put("run in the foreground", SystemdGuest::foreground);
        all.put("delete of a running one", SystemdGuest::force);
        all.put("one that the kernel killed", SystemdGuest::outOfMemory);
        return all;
    }

    public static void main(String[] arguments) throws Exception {
        SystemdGuest guest = new SystemdGuest(Files.createDirectories(Path.of("/run/alcove-test")));
        System.out.println("version " + (guest.two() ? 2 : 1));
        int failed = 0;
        for (Map.Entry<String, Check> e : all().entrySet()) {
            try {
                e.getValue().run(guest);
                assertThat(guest.oci.left()).isEmpty();
                System.out.println("ok " + e.getKey());
            } catch (Exception | AssertionError x) {
                failed++;
                System.out.println("failed " + e.getKey());
                x.printStackTrace(System.out);
                for (String left : guest.oci.left()) {
                    System.out.println(guest.run("delete", "--force", left));
                }
            }
        }
        System.exit(failed == 0 ? 0 : 1);
    }

    private boolean two() {
        return layout.of(CgroupController.PIDS).orElseThrow().unified();
    }

    private String bundle(String script, UnaryOperator<OciSpec> change) throws IOException {
        OciProcess process = plain.process();
        assertThat(process).isNotNull();
        OciSpec spec = plain.toBuilder()
                .process(process.toBuilder().args(List.of("sh", "-c", script)).build())
                .build();
        Files.writeString(bundle.resolve("config.json"), OciJson.pretty(change.apply(spec)));
        return bundle.toString();
    }

    private static UnaryOperator<OciSpec> resources(LinuxResources resources) {
        return OciConfigTest.linux(l -> l.resources(resources));
    }

    private static LinuxResources some() {
        return LinuxResources.builder()
                .memory(LinuxMemory.builder()
                        .limit(100L << 20)
                        .reservation(50L << 20)
                        .build())
                .cpu(LinuxCpu.builder()
                        .quota(50_000L)
                        .period(Uint64.of(100_000))
                        .build())
                .pids(new LinuxPids(77L))
                .devices(List.of(
                        new LinuxDeviceCgroup(false, "a", null, null, "rwm"),
                        new LinuxDeviceCgroup(true, "c", 10L, 229L, "rw"),
                        new LinuxDeviceCgroup(true, "b", null, null, "m")))
                .build();
    }

    /** Makes a container, by default of id {@link #ID} in the unit of that. */
    private int create(String bundle) throws IOException {
        good(systemd(
                "create",
                "--bundle",
                bundle,
                "--pid-file",
                folder.resolve("pid").toString(),
                ID));
        return Integer.parseInt(Files.readString(folder.resolve("pid")));
    }

    private Said systemd(String... words) {
        return run(Stream.concat(SYSTEMD.stream(), Arrays.stream(words)).toArray(String[]::new));
    }

    /** A JVM for each command takes long here; one that stays does the same. */
    private Said run(String... words) {
        return oci.run(resident ? Map.of("ALCOVE_RESIDENT", "1") : Map.of(), words);
    }

    private static String good(Said said) {
        assertThat(said.status()).as(said.text()).isZero();
        return said.text();
    }

    /** A file of the group, as the version here calls it; an empty name: this version has none. */
    private String file(CgroupController controller, String group, String one, String two) throws IOException {
        CgroupHierarchy h = layout.of(controller).orElseThrow();
        return Files.readString(Path.of(h.directory(group), h.unified() ? two : one))
                .strip();
    }

    private boolean exists(String group) {
        return layout.hierarchies().stream().anyMatch(h -> Files.exists(Path.of(h.directory(group))));
    }

    /** Properties of a unit, as systemctl tells them. */
    private static Map<String, String> show(String unit) throws IOException, InterruptedException {
        Map<String, String> properties = new LinkedHashMap<>();
        for (String line : said("systemctl", "show", unit).lines().toList()) {
            int equals = line.indexOf('=');
            properties.merge(line.substring(0, equals), line.substring(equals + 1), (a, b) -> a + "\n" + b);
        }
        return properties;
    }

    private static String said(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(String.join(" ", command) + ": " + said)
                .isZero();
        return said;
    }

    private void gone(String unit, String group) throws Exception {
        assertThat(show(unit)).containsEntry("ActiveState", "inactive").containsEntry("SubState", "dead");
        assertThat(exists(group)).isFalse();
    }

    private static final String UNIT = "alcove-web.scope";
    private static final String GROUP = "/system.slice/alcove-web.scope";

    private void life() throws Exception {
        resident = false;
        int pid = create(bundle("cat /proc/self/cgroup > /groups; exec sleep 1000", spec -> spec));
        resident = true;
        for (var line : Proc.cgroups(pid).orElseThrow()) {
            assertThat(line.path()).as(line.toString()).isEqualTo(GROUP);
        }
        assertThat(show(UNIT))
                .containsEntry("ActiveState", "active")
                .containsEntry("Slice", "system.slice")
                .containsEntry("Delegate", "yes")
                .containsEntry("DefaultDependencies", "no")
                .containsEntry("Description", "container web");
        assertThat(good(run("state", ID))).contains("\"status\": \"created\"");
        good(run("start", ID));
        assertThat(good(run("state", ID))).contains("\"status\": \"running\"");
        // The scope is the root of the control groups that it sees, for each of its processes.
        assertThat(good(run("exec", ID, "cat", "/groups", "/proc/self/cgroup")).lines())
                .allMatch(line -> line.endsWith(":/"));
        good(run("exec", "--detach", ID, "sleep", "1000"));
        assertThat(file(CgroupController.PIDS, GROUP, "cgroup.procs", "cgroup.procs")
                        .lines())
                .hasSize(2)
                .contains(Integer.toString(pid));
        good(run("pause", ID));
        assertThat(good(run("state", ID))).contains("\"status\": \"paused\"");
        good(run("resume", ID));
        assertThat(good(run("ps", "--format", "json", ID))).contains(Integer.toString(pid));
        good(run("kill", ID, "KILL"));
        assertThat(run("events", "--stats", ID).text()).contains("not running");
        good(run("delete", ID));
        gone(UNIT, GROUP);
    }

    private void limits() throws Exception {
        create(bundle("exec sleep 1000", resources(some())));
        String memory = Long.toString(100L << 20);
        assertThat(show(UNIT))
                .containsEntry(two() ? "MemoryMax" : "MemoryLimit", memory)
                .containsEntry("TasksMax", "77")
                .containsEntry("CPUQuotaPerSecUSec", "500ms")
                .containsEntry("CPUQuotaPeriodUSec", "100ms")
                .containsEntry("DevicePolicy", "strict");
        assertThat(show(UNIT).get("DeviceAllow")).contains("/dev/char/10:229 rw", "block-* m");
        assertThat(file(CgroupController.MEMORY, GROUP, "memory.limit_in_bytes", "memory.max"))
                .isEqualTo(memory);
        // systemd has no property for it on version 1.
        assertThat(file(CgroupController.MEMORY, GROUP, "memory.soft_limit_in_bytes", "memory.low"))
                .isEqualTo(Long.toString(50L << 20));
        assertThat(file(CgroupController.PIDS, GROUP, "pids.max", "pids.max")).isEqualTo("77");
        assertThat(file(CgroupController.CPU, GROUP, "cpu.cfs_quota_us", "cpu.max"))
                .isEqualTo(two() ? "50000 100000" : "50000");
        good(systemd("delete", "--force", ID));
        gone(UNIT, GROUP);
    }

    private void update() throws Exception {
        create(bundle("exec sleep 1000", resources(some())));
        good(run(
                "update",
                "--memory",
                "50m",
                "--pids-limit",
                "99",
                "--cpu-quota",
                "30000",
                "--cpu-period",
                "100000",
                ID));
        // What systemd writes again when it is told to read its units anew.
        for (int i = 0; i < 2; i++) {
            assertThat(file(CgroupController.MEMORY, GROUP, "memory.limit_in_bytes", "memory.max"))
                    .isEqualTo("52428800");
            assertThat(file(CgroupController.PIDS, GROUP, "pids.max", "pids.max"))
                    .isEqualTo("99");
            assertThat(file(CgroupController.CPU, GROUP, "cpu.cfs_quota_us", "cpu.max"))
                    .isEqualTo(two() ? "30000 100000" : "30000");
            said("systemctl", "daemon-reload");
        }
        if (!two()) {
            assertThat(file(CgroupController.DEVICES, GROUP, "devices.list", ""))
                    .contains("c 10:229 rw")
                    .doesNotContain("a *:*");
        }
        assertThat(show(UNIT))
                .containsEntry(two() ? "MemoryMax" : "MemoryLimit", "52428800")
                .containsEntry("TasksMax", "99")
                .containsEntry("CPUQuotaPerSecUSec", "300ms");
        // Refused by name, before the limits beside it are touched: there is no resctrl here.
        assertThat(run("update", "--mem-bw-schema", "MB:0=70", "--pids-limit", "5", ID)
                        .text())
                .contains("--mem-bw-schema: this machine cannot share", "mend:");
        assertThat(file(CgroupController.PIDS, GROUP, "pids.max", "pids.max")).isEqualTo("99");
        good(run("delete", "--force", ID));
        gone(UNIT, GROUP);
    }

    private void besideRunc() throws Exception {
        if (!Needs.onPath("runc")) {
            System.out.println("without runc: there is none");
            return;
        }
        String bundle = bundle(
                "exec sleep 1000",
                spec -> resources(some())
                        .apply(OciConfigTest.linux(l -> l.cgroupsPath("system.slice:both:web"))
                                .apply(spec)));
        create(bundle);
        Map<String, String> ours = compared(show("both-web.scope"));
        good(run("delete", "--force", ID));
        String root = folder.resolve("runc").toString();
        // Its output would be held open by the container.
        said(
                "sh",
                "-c",
                "runc --root " + root + " --systemd-cgroup create --bundle " + bundle + " " + ID + " > " + root
                        + ".log 2>&1 < /dev/null || { cat " + root + ".log; exit 1; }");
        Map<String, String> theirs = compared(show("both-web.scope"));
        said("runc", "--root", root, "--systemd-cgroup", "delete", "--force", ID);
        assertThat(ours).isEqualTo(theirs).hasSizeGreaterThan(15);
    }

    private static Map<String, String> compared(Map<String, String> all) {
        Map<String, String> some = new LinkedHashMap<>();
        for (String name : COMPARED) {
            if (all.containsKey(name)) {
                // runc leaves out devices that are not there; systemd takes their numbers all the same.
                some.put(
                        name,
                        all.get(name)
                                .lines()
                                .filter(line -> !line.startsWith("/dev/")
                                        || Files.exists(Path.of(line.substring(0, line.indexOf(' ')))))
                                .sorted()
                                .collect(Collectors.joining("\n")));
            }
        }
        return some;
    }

    private void names() throws Exception {
        String bundle = bundle(
                "exec sleep 1000",
                spec -> OciConfigTest.linux(l -> l.cgroupsPath("alcove-test.slice:pod:a+b"))
                        .apply(spec));
        assertThat(systemd("create", "--bundle", bundle, ID).text()).contains("linux.cgroupsPath", "'+'");
        bundle = bundle(
                "exec sleep 1000",
                spec -> OciConfigTest.linux(l -> l.cgroupsPath("alcove-test.slice:pod:web"))
                        .apply(spec.toBuilder()
                                .annotations(Map.of(
                                        "org.systemd.property.TimeoutStopSec", "12",
                                        "org.systemd.property.Description", "'by hand'"))
                                .build()));
        create(bundle);
        assertThat(show("pod-web.scope"))
                .containsEntry("Slice", "alcove-test.slice")
                .containsEntry("Description", "by hand")
                .containsEntry("TimeoutStopUSec", "12s");
        assertThat(exists("/alcove.slice/alcove-test.slice/pod-web.scope")).isTrue();
        assertThat(systemd("create", "--bundle", bundle, "other").text())
                .contains("pod-web.scope", "is there already", "mend:");
        assertThat(good(run("state", ID))).contains("\"status\": \"created\"");
        good(run("delete", "--force", ID));
        gone("pod-web.scope", "/alcove.slice/alcove-test.slice/pod-web.scope");
        String wrong = bundle(
                "true",
                spec -> spec.toBuilder()
                        .annotations(Map.of("org.systemd.property.CollectMode", "inactive"))
                        .build());
        assertThat(systemd("create", "--bundle", wrong, ID).text())
                .contains("annotations.org.systemd.property.CollectMode");
        String form = bundle("true", OciConfigTest.linux(l -> l.cgroupsPath("/a/path")));
        assertThat(systemd("create", "--bundle", form, ID).text()).contains("linux.cgroupsPath", "slice:prefix:name");
        said("systemctl", "stop", "alcove-test.slice");
    }

    private void slice() throws Exception {
        String group = "/alcove.slice/alcove-web.slice";
        int pid = create(bundle(
                "exec sleep 1000",
                spec -> resources(some())
                        .apply(OciConfigTest.linux(l -> l.cgroupsPath("alcove.slice::alcove-web.slice"))
                                .apply(spec))));
        assertThat(show("alcove-web.slice"))
                .containsEntry("ActiveState", "active")
                .containsEntry("TasksMax", "77");
        assertThat(file(CgroupController.PIDS, group, "cgroup.procs", "cgroup.procs"))
                .isEqualTo(Integer.toString(pid));
        assertThat(file(CgroupController.PIDS, group, "pids.max", "pids.max")).isEqualTo("77");
        good(run("delete", "--force", ID));
        gone("alcove-web.slice", group);
        said("systemctl", "stop", "alcove.slice");
    }

    private void failures() throws Exception {
        // After the unit is there: no program, then a limit that the kernel refuses.
        String none = bundle(
                "",
                spec -> spec.toBuilder()
                        .process(spec.process().toBuilder()
                                .args(List.of("/not/there"))
                                .build())
                        .build());
        Said said = systemd("create", "--bundle", none, ID);
        assertThat(said.status()).isNotZero();
        assertThat(said.text()).contains("no such file or directory");
        gone(UNIT, GROUP);
        if (two()) {
            String refused = bundle(
                    "true",
                    resources(LinuxResources.builder()
                            .unified(Map.of("memory.high", "much"))
                            .build()));
            said = systemd("create", "--bundle", refused, ID);
            assertThat(said.status()).isNotZero();
            assertThat(said.text()).contains("memory.high");
            gone(UNIT, GROUP);
        }
        // A property that systemd does not have.
        String unknown = bundle(
                "true",
                spec -> spec.toBuilder()
                        .annotations(Map.of("org.systemd.property.NotOne", "true"))
                        .build());
        said = systemd("create", "--bundle", unknown, ID);
        assertThat(said.text()).contains("systemd: cannot make the unit " + UNIT, "NotOne");
        gone(UNIT, GROUP);
        assertThat(exists("/alcove-web")).isFalse();
    }

    private void foreground() throws Exception {
        Said said = systemd("run", "--bundle", bundle("cat /proc/self/cgroup; exit 7", spec -> spec), ID);
        assertThat(said.status()).as(said.text()).isEqualTo(7);
        assertThat(said.text().lines()).allMatch(line -> line.endsWith(":/"));
        gone(UNIT, GROUP);
    }

    private void force() throws Exception {
        good(systemd("run", "--detach", "--bundle", bundle("sleep 1000 & exec sleep 1000", spec -> spec), ID));
        assertThat(show(UNIT)).containsEntry("ActiveState", "active");
        // Its record is lost: what it would be called is looked for.
        Files.delete(oci.root().resolve(ID).resolve("state.json"));
        good(systemd("delete", "--force", ID));
        gone(UNIT, GROUP);
    }

    private void outOfMemory() throws Exception {
        create(bundle(
                "exec busybox dd if=/dev/zero of=/dev/null bs=64M count=1",
                resources(LinuxResources.builder()
                        .memory(LinuxMemory.builder().limit(16L << 20).build())
                        .build())));
        good(run("start", ID));
        for (int i = 0; i < 100 && !run("state", ID).text().contains("stopped"); i++) {
            Thread.sleep(50);
        }
        assertThat(good(run("state", ID))).contains("\"status\": \"stopped\"");
        good(run("delete", ID));
        gone(UNIT, GROUP);
        // The name is free.
        create(bundle("exec sleep 1000", spec -> spec));
        good(run("delete", "--force", ID));
        gone(UNIT, GROUP);
    }
}
