package dev.alcove.spec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.spec.JsonShape.Entries;
import dev.alcove.spec.JsonShape.Items;
import dev.alcove.spec.JsonShape.Properties;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A configuration with every property of the specification, broken in one place at a time. */
@DisplayName("what is wrong with a config.json")
class ConfigFaultsTest {
    private static final Jsonb JSON = Jsonb.builder().build();

    /** Steps are names, and numbers of a list's elements; {@code process.rlimits.0.type}. */
    private static final String DOT = "\\.";

    private static String full() {
        try (InputStream in = ConfigFaultsTest.class.getResourceAsStream("full-config.json")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static List<String> faults(String json) {
        return ConfigFaults.of(json.getBytes(StandardCharsets.UTF_8)).stream()
                .map(SpecException::getMessage)
                .toList();
    }

    /** The full document with the value at a path replaced by another JSON text; by nothing: taken out. */
    private static String with(String path, String value) {
        Object document = JSON.type(Object.class).fromJson(full());
        String[] steps = path.split(DOT, -1);
        Object at = document;
        for (int i = 0; i + 1 < steps.length; i++) {
            at = child(at, steps[i]);
        }
        put(at, steps[steps.length - 1], value);
        return JSON.type(Object.class).toJson(document);
    }

    private static Object child(Object at, String step) {
        Object found = at instanceof List<?> list ? list.get(Integer.parseInt(step)) : ((Map<?, ?>) at).get(step);
        return Objects.requireNonNull(found, step);
    }

    @SuppressWarnings("unchecked")
    private static void put(Object at, String step, String value) {
        if (at instanceof List<?> list) {
            ((List<Object>) list).set(Integer.parseInt(step), parse(value));
        } else if (value.isEmpty()) {
            ((Map<String, Object>) at).remove(step);
        } else {
            ((Map<String, Object>) at).put(step, parse(value));
        }
    }

    private static Object parse(String value) {
        return JSON.type(Object.class).fromJson(value);
    }

    @Test
    void theWholeSpecificationIsAccepted() {
        assertThat(faults(full())).isEmpty();
    }

    @Test
    void whatTheSpecificationDoesNotKnowIsAllowed() {
        assertThat(faults(with("future", "{\"a\": [1, null]}"))).isEmpty();
        assertThat(faults(with("linux.future", "7"))).isEmpty();
        assertThat(faults(with("windows", "{\"layerFolders\": 7}"))).isEmpty();
    }

    @Test
    void nullIsAsGoodAsAbsent() {
        assertThat(faults(with("linux.resources", "null"))).isEmpty();
        assertThat(faults(with("process.cwd", "null")))
                .containsExactly("process.cwd: is missing; it should be an absolute path");
    }

    @Test
    void allFaultsAreToldAtOnce() {
        String json = """
                {"ociVersion": "2.0.0",
                 "process": {"cwd": "tmp", "args": [], "env": ["A"], "user": {"uid": -1}},
                 "root": {},
                 "linux": {"namespaces": [{"type": "pid"}, {"type": "netwrk"}, {}]}}""";
        assertThat(faults(json))
                .containsExactly(
                        "ociVersion: '2.0.0' is not a version from 1.0.0 up to 1.x",
                        "process.cwd: 'tmp' is not an absolute path",
                        "process.args: the list must not be empty",
                        "process.env[0]: 'A' is not an environment variable, NAME=value",
                        "process.user.uid: -1 is not a whole number from 0 to 4294967295",
                        "root.path: is missing; it should be a text that is not empty",
                        "linux.namespaces[1].type: 'netwrk' is not a kind of namespace; did you mean 'network'?",
                        "linux.namespaces[2].type: is missing; it should be a kind of namespace");
    }

    @Test
    void whatIsNoJsonIsToldByItsLine() {
        assertThat(faults("{\"process\": {\n\"cwd\" \"/\"}}"))
                .containsExactly("process.cwd: not JSON: line 2, column 7 should be ':'");
        assertThat(faults("")).hasSize(1);
        assertThat(faults("[]")).containsExactly("a list is not an object");
        assertThat(faults("{} {}")).hasSize(1);
        assertThat(faults("[".repeat(100_000))).hasSize(1);
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ociVersion                           | "1.0"              | ociVersion: '1.0' is not a version
            ociVersion                           | "1.0.x"            | ociVersion: '1.0.x' is not a version
            process.consoleSize.height           | 4294967296         | process.consoleSize.height: 4294967296 is not
            process.user.umask                   | 512                | process.user.umask: 512 is not a whole number from 0 to 511
            process.user.additionalGids.1        | -1                 | process.user.additionalGids[1]: -1 is not
            process.args.0                       | "a\\u0000b"        | process.args[0]: 'a?b' is not a text without a NUL
            process.env.0                        | "=x"               | process.env[0]: '=x' is not
            process.cwd                          | ""                 | process.cwd: '' is not an absolute path
            process.rlimits.0.type               | "RLIMIT_NOFILES"   | process.rlimits[0].type: 'RLIMIT_NOFILES' is not a resource limit; did you mean 'RLIMIT_NOFILE'?
            process.rlimits.1.type               | "RLIMIT_NOFILE"    | process.rlimits[1].type: RLIMIT_NOFILE is there twice
            process.rlimits.0.soft               | 1025               | process.rlimits[0].soft: 1025 is above the hard limit, 1024
            process.rlimits.0.hard               | 18446744073709551616 | process.rlimits[0].hard: 18446744073709551616 is not
            process.rlimits.0.hard               | 1.5                | process.rlimits[0].hard: 1.5 is not a whole number
            process.oomScoreAdj                  | 1001               | process.oomScoreAdj: 1001 is not a whole number from -1000 to 1000
            process.scheduler.policy             | "SCHED_FAIR"       | process.scheduler.policy: 'SCHED_FAIR' is not a scheduling policy
            process.scheduler.nice               | 20                 | process.scheduler.nice: 20 is not a whole number from -20 to 19
            process.scheduler.flags.0            | "SCHED_FLAG_X"     | process.scheduler.flags[0]: 'SCHED_FLAG_X' is not
            process.ioPriority.class             | "IOPRIO_CLASS_X"   | process.ioPriority.class: 'IOPRIO_CLASS_X' is not an I/O class
            process.ioPriority.priority          | 8                  | process.ioPriority.priority: 8 is not a whole number from 0 to 7
            process.execCPUAffinity.initial      | "0-"               | process.execCPUAffinity.initial: '0-' is not a list of numbers
            process.execCPUAffinity.final        | "x"                | process.execCPUAffinity.final: 'x' is not a list of numbers
            root.path                            | ""                 | root.path: '' is not a text that is not empty
            mounts.0.destination                 | ""                 | mounts[0].destination: '' is not
            mounts.0.options.0                   | 7                  | mounts[0].options[0]: 7 is not
            mounts.0.gidMappings                 | []                 | mounts[0]: uidMappings and gidMappings must be given together
            mounts.0.uidMappings.0.size          | 0                  | mounts[0].uidMappings[0].size: 0 is not
            hooks.prestart.0.path                | "hook"             | hooks.prestart[0].path: 'hook' is not an absolute path
            hooks.prestart.0.env.0               | "A"                | hooks.prestart[0].env[0]: 'A' is not
            hooks.prestart.0.timeout             | 0                  | hooks.prestart[0].timeout: 0 is not
            linux.uidMappings                    | []                 | linux.uidMappings: is missing; a new user namespace needs its users
            linux.gidMappings                    | []                 | linux.gidMappings: is missing; a new user namespace needs its groups
            linux.uidMappings.0.hostID           | -1                 | linux.uidMappings[0].hostID: -1 is not
            linux.namespaces.0.type              | "user"             | linux.namespaces[5].type: user is there twice
            linux.namespaces.1.path              | "netns"            | linux.namespaces[1].path: 'netns' is not an absolute path, or empty
            linux.namespaces.3.type              | "pid"              | linux.namespaces[3].type: pid is there twice
            linux.namespaces.7.path              | "/proc/1/ns/time"  | linux.timeOffsets: the offsets of a time namespace that is joined are already set
            linux.devices.0.path                 | "fuse"             | linux.devices[0].path: 'fuse' is not an absolute path
            linux.devices.0.type                 | "d"                | linux.devices[0].type: 'd' is not a kind of device
            linux.devices.0.minor                | null               | linux.devices[0]: major and minor are missing
            linux.devices.0.fileMode             | -1                 | linux.devices[0].fileMode: -1 is not
            linux.netDevices.eth7.name           | "a/b"              | linux.netDevices.eth7.name: 'a/b' is not a network interface's name
            linux.netDevices.interface-too-long  | {}                 | linux.netDevices: 'interface-too-long' is not a network interface's name
            linux.seccomp.defaultAction          | "SCMP_ACT_ALOW"    | linux.seccomp.defaultAction: 'SCMP_ACT_ALOW' is not an action; did you mean 'SCMP_ACT_ALLOW'?
            linux.seccomp.architectures.0        | "SCMP_ARCH_VAX"    | linux.seccomp.architectures[0]: 'SCMP_ARCH_VAX' is not an architecture
            linux.seccomp.flags.0                | "SECCOMP_LOG"      | linux.seccomp.flags[0]: 'SECCOMP_LOG' is not a flag of seccomp
            linux.seccomp.listenerPath           | ""                 | linux.seccomp.listenerMetadata: must not be set without listenerPath
            linux.seccomp.syscalls.0.names       | []                 | linux.seccomp.syscalls[0].names: the list must not be empty
            linux.seccomp.syscalls.0.action      | "KILL"             | linux.seccomp.syscalls[0].action: 'KILL' is not an action
            linux.seccomp.syscalls.0.args.0.index | 6                 | linux.seccomp.syscalls[0].args[0].index: 6 is not a whole number from 0 to 5
            linux.seccomp.syscalls.0.args.0.op   | "EQ"               | linux.seccomp.syscalls[0].args[0].op: 'EQ' is not a comparison
            linux.rootfsPropagation              | "secret"           | linux.rootfsPropagation: 'secret' is not a propagation
            linux.maskedPaths.0                  | "proc"             | linux.maskedPaths[0]: 'proc' is not an absolute path
            linux.readonlyPaths.0                | "proc"             | linux.readonlyPaths[0]: 'proc' is not an absolute path
            linux.intelRdt.closID                | "../x"             | linux.intelRdt.closID: '../x' is not the name of a directory
            linux.intelRdt.memBwSchema           | "a\\nb"            | linux.intelRdt.memBwSchema: 'a?b' is not one line
            linux.memoryPolicy.mode              | "MPOL_NEAR"        | linux.memoryPolicy.mode: 'MPOL_NEAR' is not a mode of memory policy
            linux.memoryPolicy.nodes             | "a"                | linux.memoryPolicy.nodes: 'a' is not a list of numbers
            linux.memoryPolicy.flags.0           | "MPOL_F_X"         | linux.memoryPolicy.flags[0]: 'MPOL_F_X' is not
            linux.personality.domain             | "BSD"              | linux.personality.domain: 'BSD' is not an execution domain
            linux.timeOffsets.realtime           | {"secs": 1}        | linux.timeOffsets: 'realtime' is not a clock with an offset
            linux.timeOffsets.monotonic.nanosecs | 1000000000         | linux.timeOffsets.monotonic.nanosecs: 1000000000 is not
            linux.resources.devices.0.type       | "p"                | linux.resources.devices[0].type: 'p' is not a kind of device
            linux.resources.devices.0.access     | "rwx"              | linux.resources.devices[0].access: 'rwx' is not of the letters r, w and m
            linux.resources.memory.limit         | -2                 | linux.resources.memory.limit: -2 is not
            linux.resources.memory.swappiness    | 101                | linux.resources.memory.swappiness: 101 is not a whole number from 0 to 100
            linux.resources.cpu.cpus             | "3-2"              | linux.resources.cpu.cpus: '3-2' is not a list of numbers
            linux.resources.cpu.idle             | 2                  | linux.resources.cpu.idle: 2 is not a whole number from 0 to 1
            linux.resources.pids.limit           | 9223372036854775808 | linux.resources.pids.limit: 9223372036854775808 is not
            linux.resources.blockIO.weight       | 65536              | linux.resources.blockIO.weight: 65536 is not
            linux.resources.hugepageLimits.0.pageSize | "2M"          | linux.resources.hugepageLimits[0].pageSize: '2M' is not a size of huge pages
            """)
    void aBadValueIsNamed(String path, String value, String message) {
        // Text, since a tree of numbers would round those of 64 bits.
        String marker = "\"@\"";
        String json = with(path, marker).replace(marker, value);
        assertThat(faults(json)).hasSize(1).first().asString().startsWith(message);
    }

    @Test
    void aFileOfAControlGroupCannotLeadOutOfIt() {
        String json = full().replace("memory.high", "../memory.high");
        assertThat(faults(json))
                .containsExactly(
                        "linux.resources.unified: '../memory.high' is not a file of a control group, as memory.high");
    }

    @ParameterizedTest
    @CsvSource({
        "hostname, uts",
        "domainname, uts",
        "linux.timeOffsets, time",
        "linux.netDevices, network",
        "linux.uidMappings, user",
        "linux.gidMappings, user"
    })
    void whatWouldChangeTheCallersOwnNeedsANamespace(String field, String kind) {
        String json = full().replace("{\"type\": \"" + kind + "\"},", "")
                .replace(
                        "{\"type\": \"network\", \"path\": \"/run/netns/room\"},",
                        kind.equals("network") ? "" : "{\"type\": \"network\"},")
                .replace("},\n      {\"type\": \"" + kind + "\"}\n", "}\n");
        assertThat(faults(json))
                .contains(
                        field + ": needs a namespace of its own: add {\"type\": \"" + kind + "\"} to linux.namespaces");
    }

    @Test
    void aSocketIsNeededForNotifications() {
        String json = full().replace("\"action\": \"SCMP_ACT_ERRNO\"", "\"action\": \"SCMP_ACT_NOTIFY\"")
                .replace("\"listenerPath\": \"/run/agent.sock\",", "")
                .replace("\"listenerMetadata\": \"room\",", "");
        assertThat(faults(json)).singleElement().asString().startsWith("linux.seccomp.listenerPath: is missing");
    }

    /** Every property there is, by its path in the full document. */
    static Stream<String> properties() {
        List<String> paths = new ArrayList<>();
        collect("", ConfigShape.config(), paths);
        return paths.stream();
    }

    private static void collect(String path, JsonShape shape, List<String> paths) {
        switch (shape) {
            case Properties p -> {
                for (JsonShape.Property property : p.all()) {
                    String below = path.isEmpty() ? property.name() : path + "." + property.name();
                    paths.add(below);
                    collect(below, property.shape(), paths);
                }
            }
            case Items i -> collect(path + ".0", i.of(), paths);
            case Entries e -> {
                if (e.values() instanceof Properties) {
                    collect(path + "." + firstName(path), e.values(), paths);
                }
            }
            default -> {}
        }
    }

    private static String firstName(String path) {
        return switch (path) {
            case "linux.netDevices" -> "eth7";
            case "linux.resources.rdma" -> "mlx5_1";
            case "linux.timeOffsets" -> "monotonic";
            default -> throw new IllegalStateException(path);
        };
    }

    private static final List<String> NOT_REPEATED =
            List.of("createRuntime", "createContainer", "startContainer", "poststart", "poststop");

    @ParameterizedTest
    @MethodSource("properties")
    void aValueOfAnotherKindIsNamed(String path) {
        if (NOT_REPEATED.stream()
                .anyMatch(hook -> path.startsWith("hooks." + hook + ".0.") && !path.endsWith(".path"))) {
            return;
        }
        JsonShape shape = find(path);
        String wrong = shape instanceof Items || shape instanceof Properties || shape instanceof Entries ? "7" : "[7]";
        assertThat(faults(with(path, wrong))).singleElement().asString().startsWith(inMessages(path) + ": ");
    }

    @ParameterizedTest
    @MethodSource("properties")
    void whatIsRequiredIsMissed(String path) {
        if (required(path) && !NOT_REPEATED.stream().anyMatch(hook -> path.startsWith("hooks." + hook))) {
            assertThat(faults(with(path, "")))
                    .anySatisfy(fault -> assertThat(fault).startsWith(inMessages(path) + ": is missing"));
        }
    }

    /** {@code a.0.b} as messages have it: {@code a[0].b}. */
    private static String inMessages(String path) {
        StringBuilder out = new StringBuilder();
        for (String step : path.split(DOT, -1)) {
            if (step.chars().allMatch(Character::isDigit)) {
                out.append('[').append(step).append(']');
            } else {
                out.append(out.isEmpty() ? "" : ".").append(step);
            }
        }
        return out.toString();
    }

    private static JsonShape find(String path) {
        JsonShape at = ConfigShape.config();
        for (String step : path.split(DOT, -1)) {
            at = switch (at) {
                case Properties p -> Objects.requireNonNull(p.find(step)).shape();
                case Items i -> i.of();
                case Entries e -> e.values();
                default -> throw new IllegalStateException(path);
            };
        }
        return at;
    }

    private static boolean required(String path) {
        int last = path.lastIndexOf('.');
        JsonShape parent = last < 0 ? ConfigShape.config() : find(path.substring(0, last));
        return parent instanceof Properties p
                && Objects.requireNonNull(p.find(path.substring(last + 1))).required();
    }

    /** What the records keep of the full document is all of it: shape, fixture and records name the same properties. */
    @Test
    void theRecordsHaveWhatTheShapeHas() {
        String written = OciJson.write(OciJson.read(full(), OciSpec.class));
        Object document = JSON.type(Object.class).fromJson(written);
        List<String> missing = new ArrayList<>();
        properties().forEach(path -> {
            Object at = document;
            for (String step : path.split(DOT, -1)) {
                at = at instanceof List<?> list
                        ? list.get(Integer.parseInt(step))
                        : at instanceof Map<?, ?> map ? map.get(step) : null;
            }
            if (at == null) {
                missing.add(path);
            }
        });
        missing.removeIf(path -> NOT_REPEATED.stream().anyMatch(hook -> path.startsWith("hooks." + hook + ".0.")));
        // Written as they are when they are absent.
        assertThat(missing)
                .containsExactlyInAnyOrder(
                        "process.selinuxLabel",
                        "linux.namespaces.0.path",
                        "linux.mountLabel",
                        "linux.intelRdt.enableCMT",
                        "linux.intelRdt.enableMBM",
                        "linux.personality.flags");
    }

    /** Whatever is handed in: a list of faults, never another error; and what has none can be read. */
    @Test
    void damagedDocumentsAreRefusedInOrder() {
        Random random = new Random(20260101);
        byte[] full = full().getBytes(StandardCharsets.UTF_8);
        String signs = "{}[]\",:0-9etnfu\\ \n";
        for (int i = 0; i < 3000; i++) {
            byte[] damaged = full.clone();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                damaged[random.nextInt(damaged.length)] = (byte) signs.charAt(random.nextInt(signs.length()));
            }
            if (random.nextInt(4) == 0) {
                damaged = java.util.Arrays.copyOf(damaged, random.nextInt(damaged.length));
            }
            if (ConfigFaults.of(damaged).isEmpty()) {
                OciJson.read(damaged, OciSpec.class);
            }
        }
    }

    @Test
    void aProcessAndResourcesAreCheckedAlone() {
        assertThat(ConfigFaults.ofProcess("{\"args\": [\"a\"], \"cwd\": \"x\"}".getBytes(StandardCharsets.UTF_8)))
                .singleElement()
                .satisfies(fault -> assertThat(fault.field()).isEqualTo("cwd"));
        assertThat(ConfigFaults.ofResources("{\"memory\": {\"limit\": \"x\"}}".getBytes(StandardCharsets.UTF_8)))
                .singleElement()
                .satisfies(fault -> assertThat(fault.field()).isEqualTo("memory.limit"));
    }
}
