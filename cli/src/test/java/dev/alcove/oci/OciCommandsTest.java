package dev.alcove.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.runtime.CgroupDriver;
import dev.alcove.runtime.Systemd;
import dev.alcove.spec.LinuxCapabilities;
import dev.alcove.spec.OciJson;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("what the commands ask of the runtime, and print")
class OciCommandsTest {
    @TempDir
    Path folder;

    private OciCalls oci;

    @BeforeEach
    void calls() {
        oci = new OciCalls(folder);
    }

    private String refusal(String... words) {
        OciCalls.Outcome outcome = oci.run(words);
        assertThat(outcome.status()).isEqualTo(words[0].equals("exec") ? 255 : 1);
        assertThat(outcome.out()).isEmpty();
        int message = outcome.err().indexOf(" msg=") + " msg=".length();
        return outcome.err().substring(message).strip();
    }

    @Test
    void createHasEveryFlag() throws IOException {
        Path bundle = oci.bundle("bundle");
        Files.copy(bundle.resolve("config.json"), folder.resolve("other.json"));
        OciCalls.Outcome outcome = oci.run(
                "create",
                "--bundle",
                "bundle",
                "--config=other.json",
                "--console-socket",
                "sock",
                "--pidfd-socket",
                "/pidfd",
                "--pid-file",
                "pid",
                "--no-pivot",
                "--no-new-keyring",
                "--preserve-fds",
                "2",
                "--no-subreaper",
                "web");
        assertThat(outcome).isEqualTo(new OciCalls.Outcome(0, "", ""));
        assertThat(oci.runtime.asked)
                .containsExactly(new CreateRequest(
                        "web",
                        bundle,
                        folder.resolve("other.json"),
                        Optional.of(folder.resolve("sock")),
                        Optional.of(Path.of("/pidfd")),
                        Optional.of(folder.resolve("pid")),
                        false,
                        false,
                        2,
                        false));
    }

    @Test
    void runEndsAsTheProcessDid() throws IOException {
        Path bundle = oci.bundle("bundle");
        oci.runtime.exitStatus = 42;
        assertThat(oci.run("run", "-d", "--keep", "-b", bundle.toString(), "web")
                        .status())
                .isEqualTo(42);
        assertThat(oci.runtime.asked)
                .singleElement()
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .endsWith(true, true);
    }

    @Test
    void globalFlagsReachTheRuntime() {
        oci.run("--root", "state", "--systemd-cgroup", "--rootless", "true", "--criu", "/c", "list");
        assertThat(oci.options)
                .isEqualTo(new RuntimeOptions(
                        folder.resolve("state"),
                        CgroupDriver.SYSTEMD,
                        new Systemd(false, "", ""),
                        Optional.of(true),
                        "/c"));
        oci.environment.put("XDG_RUNTIME_DIR", "/run/user/7");
        oci.run("--cgroup-manager=disabled", "list");
        assertThat(oci.options.root()).isEqualTo(Path.of("/run/alcove-oci"));
        assertThat(oci.options.cgroups()).isEqualTo(CgroupDriver.DISABLED);
        oci.caller = new OciContext.Caller(7, 7);
        oci.run("list");
        assertThat(oci.options.root()).isEqualTo(Path.of("/run/user/7/alcove-oci"));
        // As podman calls that an ordinary user started: root of a user namespace of its own.
        oci.caller = new OciContext.Caller(0, 0, true);
        oci.run("list");
        assertThat(oci.options.root()).isEqualTo(Path.of("/run/user/7/alcove-oci"));
        oci.environment.put("USER", "root");
        oci.run("list");
        assertThat(oci.options.root()).isEqualTo(Path.of("/run/alcove-oci"));
        assertThat(refusal("--rootless", "maybe", "list")).contains("invalid value for rootless");
        assertThat(refusal("--cgroup-manager", "x", "list")).contains("invalid cgroup-manager: x");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "../x, invalid container ID format",
                "a/b, invalid container ID format",
                "., invalid container ID format",
                ".., invalid container ID format",
                "a b, invalid container ID format",
                "ä, invalid container ID format",
                "``, container id cannot be empty"
            })
    void aBadIdIsRefusedByEveryCommand(String id, String message) throws IOException {
        oci.bundle("bundle");
        for (String command :
                List.of("start", "state", "kill", "delete", "pause", "resume", "ps", "events", "update", "exec")) {
            assertThat(refusal(command, id)).contains(message);
        }
        assertThat(refusal("create", "-b", "bundle", id)).startsWith("\"alcove-oci create failed: " + message);
        assertThat(refusal("delete", "--force", id)).contains(message);
        assertThat(oci.runtime.asked).isEmpty();
    }

    @Test
    void anIdHasABound() {
        assertThat(refusal("state", "a".repeat(1025))).contains("file name too long: it has 1025 characters");
        oci.container("a".repeat(255), 0, "stopped");
        assertThat(oci.run("state", "a".repeat(255)).status()).isZero();
        oci.container(".a+b_c-D", 0, "stopped");
        assertThat(oci.run("state", ".a+b_c-D").status()).isZero();
    }

    @Test
    void killTakesNamesAndNumbers() {
        oci.container("web", 7, "running");
        oci.run("kill", "web");
        oci.run("kill", "web", "KILL");
        oci.run("kill", "--all", "web", "SIGHUP");
        oci.run("kill", "web", "64");
        assertThat(oci.run("kill", "web", "0").status()).isZero();
        assertThat(oci.runtime.asked)
                .containsExactly("kill web 15 false", "kill web 9 false", "kill web 1 true", "kill web 64 false");
        assertThat(refusal("kill", "web", "FOO")).startsWith("\"unknown signal \\\"FOO\\\"");
        assertThat(refusal("kill", "web", "65")).startsWith("\"unknown signal \\\"65\\\"");
        assertThat(refusal("kill", "web", "-9")).startsWith("\"unknown signal \\\"-9\\\"");
        assertThat(refusal("kill", "gone", "FOO")).isEqualTo("\"container does not exist\"");
        oci.container("dead", 0, "stopped");
        assertThat(refusal("kill", "dead", "0")).isEqualTo("\"container not running\"");
    }

    @Test
    void theSmallCommandsAreOneCallEach() {
        oci.container("web", 7, "running");
        for (String command : List.of("start", "pause", "resume")) {
            assertThat(oci.run(command, "web")).isEqualTo(new OciCalls.Outcome(0, "", ""));
        }
        oci.run("delete", "web");
        oci.run("delete", "-f", "gone");
        assertThat(oci.runtime.asked)
                .containsExactly("start web", "pause web", "resume web", "delete web false", "delete gone true");
        assertThat(refusal("delete", "gone")).isEqualTo("\"container does not exist\"");
    }

    @Test
    void stateHasRuncsLayout() {
        oci.container("web", 7, "running");
        assertThat(oci.run("state", "web").out()).isEqualTo("""
                        {
                          "ociVersion": "1.3.0",
                          "id": "web",
                          "pid": 7,
                          "status": "running",
                          "bundle": "/bundles/web",
                          "rootfs": "/bundles/web/rootfs",
                          "created": "2026-01-02T03:04:05.25Z",
                          "owner": ""
                        }""");
        oci.runtime.containers.put(
                "notes",
                new ContainerStatus(
                        "1.3.0", "notes", 0, "stopped", "/b", "/b/r", OciCalls.TIME, Map.of("a\"", "b\n"), ""));
        assertThat(oci.run("state", "notes").out())
                .contains("  \"annotations\": {\n    \"a\\\"\": \"b\\n\"\n  },\n  \"owner\": \"\"\n}");
    }

    @Test
    void listHasRuncsLayouts() {
        assertThat(oci.run("list").out())
                .isEqualTo("ID          PID         STATUS      BUNDLE      CREATED     OWNER\n");
        assertThat(oci.run("list", "-f", "json").out()).isEqualTo("null\n");
        assertThat(oci.run("list", "-q").out()).isEmpty();
        oci.container("c1", 18059, "paused");
        oci.container("a-rather-long-name", 0, "stopped");
        assertThat(oci.run("list").out()).isEqualTo("""
                        ID                   PID         STATUS      BUNDLE                        CREATED                   OWNER
                        a-rather-long-name   0           stopped     /bundles/a-rather-long-name   2026-01-02T03:04:05.25Z   root
                        c1                   18059       paused      /bundles/c1                   2026-01-02T03:04:05.25Z   root
                        """);
        assertThat(oci.run("list", "--quiet").out()).isEqualTo("a-rather-long-name\nc1\n");
        assertThat(oci.run("list", "--format=json").out())
                .startsWith(
                        "[{\"ociVersion\":\"1.3.0\",\"id\":\"a-rather-long-name\",\"pid\":0,\"status\":\"stopped\",")
                .endsWith("\"owner\":\"root\"}]\n");
        assertThat(refusal("list", "-f", "xml")).contains("invalid format option");
    }

    @Test
    void psShowsTheContainersLinesOfTheMachinesPs() {
        oci.container("web", 7, "running");
        int self = (int) ProcessHandle.current().pid();
        oci.runtime.pids = List.of(self);
        assertThat(oci.run("ps", "-f", "json", "web").out()).isEqualTo("[" + self + "]\n");
        assertThat(oci.run("ps", "web", "-o", "pid,comm", "-e").out().lines())
                .hasSize(2)
                .first()
                .asString()
                .contains("PID");
        assertThat(oci.run("ps", "web").out().lines()).hasSize(2);
        assertThat(refusal("ps", "web", "-o", "comm")).isEqualTo("\"couldn't find PID field in ps output\"");
        assertThat(refusal("ps", "web", "--no-such-option")).startsWith("\"exit status 1: ");
        assertThat(refusal("ps", "-f", "xml", "web")).contains("invalid format option");
        assertThat(refusal("ps", "-f", "xml", "gone")).isEqualTo("\"container does not exist\"");
        oci.environment.put("PATH", "/nonexistent");
        assertThat(PsCommand.table("  PID  A\n   12  x\n   13  y\n", List.of(13)))
                .isEqualTo("  PID  A\n   13  y\n");
    }

    @Test
    void statsHaveRuncsShape() {
        oci.container("web", 7, "running");
        oci.runtime.stats = RecordingRuntime.someStats(0);
        oci.runtime.files = Map.ofEntries(
                Map.entry("memory.stat", "cache 12\nrss 5\n"),
                Map.entry("memory.failcnt", "9\n"),
                Map.entry("memory.memsw.usage_in_bytes", "4097\n"),
                Map.entry("memory.memsw.limit_in_bytes", "2097152\n"),
                Map.entry("memory.kmem.tcp.failcnt", "1\n"),
                Map.entry("cpuacct.usage_percpu", "100 200 \n"),
                Map.entry("cpuacct.usage_all", "cpu user system\n0 90 10\n1 110 90\n"),
                Map.entry("cpuset.cpus", "0-1,3\n"),
                Map.entry("cpuset.mems", "0\n"),
                Map.entry("cpuset.sched_load_balance", "1\n"),
                Map.entry("cpuset.sched_relax_domain_level", "-1\n"),
                Map.entry("blkio.throttle.io_serviced_recursive", "8:0 Read 2\n8:0 Total 2\nTotal 2\n"),
                Map.entry("hugetlb.2MB.usage_in_bytes", "4194304\n"),
                Map.entry("hugetlb.2MB.rsvd.usage_in_bytes", "0\n"),
                Map.entry("hugetlb.2MB.failcnt", "3\n"));
        assertThat(oci.run("events", "--stats", "web").out()).isEqualTo("""
                        {"type":"stats","id":"web","data":{"cpu":{"usage":{"total":300,"percpu":[100,200],\
                        "percpu_kernel":[10,90],"percpu_user":[90,110],"kernel":100,"user":200},\
                        "throttling":{"periods":7,"throttledPeriods":2,"throttledTime":55}},\
                        "cpuset":{"cpus":[0,1,3],"cpu_exclusive":0,"mems":[0],"mem_hardwall":0,"mem_exclusive":0,\
                        "memory_migrate":0,"memory_spread_page":0,"memory_spread_slab":0,"memory_pressure":0,\
                        "sched_load_balance":1,"sched_relax_domain_level":-1},\
                        "memory":{"cache":12,"usage":{"limit":1048576,"usage":4096,"max":8192,"failcnt":9},\
                        "swap":{"limit":2097152,"usage":4097,"failcnt":0},"kernel":{"limit":0,"failcnt":0},\
                        "kernelTCP":{"limit":0,"failcnt":1},\
                        "raw":{"cache":12,"rss":5}},"pids":{"current":3,"limit":64},\
                        "blkio":{"ioServiceBytesRecursive":[{"major":8,"op":"Read","value":10},\
                        {"major":8,"op":"Write","value":20}],\
                        "ioServicedRecursive":[{"major":8,"op":"Read","value":2},{"major":8,"op":"Total","value":2}]},\
                        "hugetlb":{"2MB":{"usage":4194304,"failcnt":3}},"intel_rdt":{},"network_interfaces":null}}
                        """);
    }

    @Test
    void eventsFollowUntilTheEnd() {
        oci.container("web", 7, "running");
        oci.runtime.looksBeforeTheEnd = 2;
        assertThat(oci.run("events", "--interval", "10ms", "web").out().lines()).hasSize(2);
        assertThat(oci.runtime.asked).containsExactly("await PT0.01S", "await PT0.01S", "await PT0.01S");
        assertThat(refusal("events", "--interval", "0s", "web"))
                .isEqualTo("\"duration interval must be greater than 0\"");
        oci.container("dead", 0, "stopped");
        assertThat(refusal("events", "--stats", "dead")).isEqualTo("\"container with id dead is not running\"");
    }

    @Test
    void updateReadsFlagsOrJson() throws IOException {
        oci.container("web", 7, "running");
        oci.run(
                "update",
                "--memory",
                "64m",
                "--memory-swap",
                "-1",
                "--cpu-quota",
                "-1",
                "--cpu-share=512",
                "--cpuset-cpus",
                "0-1",
                "--pids-limit",
                "7",
                "--blkio-weight",
                "100",
                "--l3-cache-schema",
                "L3:0=f",
                "web");
        UpdateRequest request = (UpdateRequest) oci.runtime.asked.getFirst();
        assertThat(OciJson.write(request.resources())).isEqualTo("""
                        {"memory":{"limit":67108864,"swap":-1},"cpu":{"shares":512,"quota":-1,"cpus":"0-1"},\
                        "pids":{"limit":7},"blockIO":{"weight":100}}""");
        assertThat(request.l3CacheSchema()).isEqualTo(Optional.of("L3:0=f"));
        oci.runtime.asked.clear();
        String json =
                "{\"memory\": {\"limit\": 0, \"swap\": 5}, \"cpu\": {\"shares\": 0, \"period\": 7}, \"blockIO\": {\"weight\": 0}, \"pids\": {\"limit\": 0}}";
        oci.withInput(json, "update", "--resources", "-", "--memory", "ignored", "web");
        Files.writeString(folder.resolve("r.json"), json);
        oci.run("update", "-r", "r.json", "web");
        assertThat(oci.runtime.asked)
                .hasSize(2)
                .allSatisfy(
                        asked -> assertThat(OciJson.write(((UpdateRequest) asked).resources()))
                                .isEqualTo(
                                        "{\"memory\":{\"swap\":5},\"cpu\":{\"period\":7},\"pids\":{\"limit\":0},\"blockIO\":{}}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --memory       | 10x  | invalid value for memory: invalid size: '10x'
            --cpu-quota    | x    | invalid value for cpu-quota: \\"x\\"
            --cpu-period   | -1   | invalid value for cpu-period: \\"-1\\": it is negative
            --blkio-weight | 1001 | invalid value for blkio-weight
            -r             | gone | open gone: no such file or directory
            """)
    void aBadLimitIsRefused(String flag, String value, String message) {
        oci.container("web", 7, "running");
        assertThat(refusal("update", flag, value, "web")).contains(message);
        assertThat(refusal("update", flag, value, "gone")).isEqualTo("\"container does not exist\"");
    }

    @Test
    void badResourcesAreRefusedWithTheirPaths() {
        oci.container("web", 7, "running");
        String json = "{\"memory\": {\"limit\": \"x\"}, \"pids\": {\"limit\": -7}}";
        assertThat(oci.withInput(json, "update", "-r", "-", "web").err())
                .contains("2 faults", "memory.limit: 'x' is not", "pids.limit: -7 is not");
        assertThat(oci.withInput("{", "update", "-r", "-", "web").err()).contains("resources is not valid");
    }

    private static final OciProcess OWN = OciProcess.builder()
            .args(List.of("init"))
            .env(List.of("A=1"))
            .cwd("/own")
            .user(new OciUser(1, 2, null, List.of(3L), ""))
            .terminal(true)
            .capabilities(new LinuxCapabilities(List.of("CAP_KILL"), List.of(), List.of(), List.of(), List.of()))
            .build();

    @Test
    void execChangesTheContainersOwnProcess() {
        oci.container("web", 7, "running");
        oci.runtime.exitStatus = 5;
        int status = oci.run(
                        "exec",
                        "-e",
                        "B=2",
                        "-u",
                        "7:8",
                        "-g",
                        "9",
                        "-c",
                        "CAP_CHOWN",
                        "--cwd",
                        "/x",
                        "--no-new-privs",
                        "--preserve-fds=1",
                        "--cgroup",
                        "a/b",
                        "--ignore-paused",
                        "--pid-file",
                        "pid",
                        "web",
                        "ls",
                        "-l")
                .status();
        assertThat(status).isEqualTo(5);
        ExecRequest request = (ExecRequest) oci.runtime.asked.getFirst();
        OciProcess process = request.process(OWN);
        assertThat(process.args()).containsExactly("ls", "-l");
        assertThat(process.env()).containsExactly("A=1", "B=2");
        assertThat(process.user()).isEqualTo(new OciUser(7, 8, null, List.of(3L, 9L), ""));
        assertThat(process.cwd()).isEqualTo("/x");
        assertThat(process.terminal()).isFalse();
        assertThat(process.noNewPrivileges()).isTrue();
        LinuxCapabilities sets = Objects.requireNonNull(process.capabilities());
        assertThat(sets.bounding()).containsExactly("CAP_KILL", "CAP_CHOWN");
        assertThat(sets.permitted()).containsExactly("CAP_CHOWN");
        assertThat(request.cgroups()).isEqualTo(Map.of("", "a/b"));
        assertThat(request.preserveFds()).isEqualTo(1);
        assertThat(request.ignorePaused()).isTrue();
        assertThat(request.pidFile()).isEqualTo(Optional.of(folder.resolve("pid")));
    }

    @Test
    void execTakesAWholeProcess() throws IOException {
        oci.container("web", 7, "running");
        Files.writeString(
                folder.resolve("p.json"),
                "{\"args\": [\"id\"], \"cwd\": \"/\", \"user\": {\"uid\": 5, \"gid\": 5}, \"terminal\": true}");
        assertThat(oci.run("exec", "-d", "--console-socket", "s", "--process", "p.json", "web")
                        .status())
                .isZero();
        OciProcess process = ((ExecRequest) oci.runtime.asked.getFirst()).process(OWN);
        assertThat(process.args()).containsExactly("id");
        assertThat(process.env()).isEmpty();
        assertThat(process.terminal()).isTrue();
        assertThat(refusal("exec", "-d", "-p", "p.json", "web")).contains("cannot allocate tty if");
        Files.writeString(folder.resolve("bad.json"), "{\"args\": [], \"cwd\": \"x\"}");
        assertThat(refusal("exec", "-p", "bad.json", "web")).contains("exec failed: bad.json is not valid, 2 faults:");
        assertThat(refusal("exec", "-p", "gone", "web")).contains("exec failed: open gone: no such file or directory");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -t -d                 | cannot allocate tty if alcove-oci will detach without setting console socket
            --console-socket /s   | cannot use console socket if alcove-oci will not detach or allocate tty
            --cgroup a:b:c        | invalid --cgroup argument: a:b:c
            --cgroup a --cgroup b | invalid --cgroup argument: a (missing <controller>: prefix)
            --preserve-fds -1     | --preserve-fds: -1 is not a number of descriptors
            """)
    void whatExecCannotDoIsRefused(String flags, String message) {
        String[] words = ("exec " + flags + " web true").split(" ");
        assertThat(refusal(words)).contains("exec failed: " + message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:b", "1:b", "-1", "4294967296", "1:2:3"})
    void aUserIsTwoNumbers(String user) {
        oci.container("web", 7, "running");
        oci.run("exec", "-u", user, "web", "true");
        ExecRequest request = (ExecRequest) oci.runtime.asked.getFirst();
        assertThatThrownBy(() -> request.process(OWN)).hasMessageMatching("parsing .* as int for [ug]id failed: .*");
    }

    @Test
    void groupsGoByController() {
        assertThat(ExecRequest.cgroups(List.of("cpu,memory:a", "pids:b")))
                .isEqualTo(Map.of("cpu", "a", "memory", "a", "pids", "b"));
    }

    @Test
    void aBundleThatCannotBeIsRefusedBeforeAnythingIsAsked() throws IOException {
        String failed = "\"alcove-oci create failed: ";
        assertThat(refusal("create", "-b", "/nonexistent", "web"))
                .isEqualTo(failed + "chdir /nonexistent: no such file or directory\"");
        Files.createDirectory(folder.resolve("empty"));
        assertThat(refusal("create", "-b", "empty", "web"))
                .startsWith(failed + "JSON specification file config.json not found");
        Path bundle = oci.bundle("bundle");
        Files.delete(bundle.resolve("rootfs"));
        assertThat(refusal("create", "-b", "bundle", "web"))
                .startsWith(
                        failed + "invalid rootfs: stat " + bundle.resolve("rootfs") + ": no such file or directory");
        Files.writeString(bundle.resolve("rootfs"), "");
        assertThat(refusal("create", "-b", "bundle", "web")).contains("not a directory");
        Files.writeString(bundle.resolve("config.json"), "{\"ociVersion\": \"1.0.0\", \"root\": {\"path\": 7}}");
        assertThat(refusal("create", "-b", "bundle", "web"))
                .contains("config.json is not valid, 2 faults:\\n  root.path: 7 is not", "process: is missing");
        assertThat(oci.runtime.asked).isEmpty();
    }

    @Test
    void specWritesWhatCreateTakes() throws IOException {
        oci.bundle("bundle");
        assertThat(oci.run("create", "-b", "bundle", "web").status()).isZero();
        assertThat(refusal("spec", "-b", "bundle")).isEqualTo("\"File config.json exists. Remove it first\"");
        assertThat(refusal("spec", "-b", "gone")).isEqualTo("\"chdir gone: no such file or directory\"");
        Path rootless = folder.resolve("rootless");
        Files.createDirectories(rootless.resolve("rootfs"));
        oci.caller = new OciContext.Caller(1234, 1235);
        assertThat(oci.run("spec", "--rootless", "-b", "rootless").status()).isZero();
        assertThat(Files.readString(rootless.resolve("config.json")))
                .contains("\"hostID\": 1234", "\"hostID\": 1235")
                .doesNotContain("gid=5", "\"network\"", "\"resources\"");
        assertThat(oci.run("create", "-b", "rootless", "web").status()).isZero();
    }

    @Test
    void versionAndHelp() {
        assertThat(oci.run("--version").out()).matches("alcove-oci version \\S+\nspec: 1\\.3\\.0\n");
        assertThat(oci.run("-v")).isEqualTo(oci.run("-version"));
        assertThat(oci.run()).isEqualTo(oci.run("--help")).isEqualTo(oci.run("help"));
        assertThat(oci.run("help", "exec")).isEqualTo(oci.run("exec", "-h"));
        assertThat(oci.run("exec", "--help").status()).isZero();
    }

    @Test
    void aMistakeOfOursIsSaidToBeOne() {
        oci.container("web", 7, "running");
        oci.runtime.broken = true;
        assertThat(oci.run("events", "--stats", "web").err()).contains("internal error: ");
    }
}
