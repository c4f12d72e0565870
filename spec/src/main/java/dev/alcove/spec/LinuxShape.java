package dev.alcove.spec;

import static dev.alcove.spec.ShapeWords.ABSOLUTE;
import static dev.alcove.spec.ShapeWords.ABSOLUTE_OR_EMPTY;
import static dev.alcove.spec.ShapeWords.FLAG;
import static dev.alcove.spec.ShapeWords.INT64;
import static dev.alcove.spec.ShapeWords.SOME;
import static dev.alcove.spec.ShapeWords.TEXT;
import static dev.alcove.spec.ShapeWords.UINT32;
import static dev.alcove.spec.ShapeWords.UINT64;
import static dev.alcove.spec.ShapeWords.filled;
import static dev.alcove.spec.ShapeWords.list;
import static dev.alcove.spec.ShapeWords.map;
import static dev.alcove.spec.ShapeWords.may;
import static dev.alcove.spec.ShapeWords.must;
import static dev.alcove.spec.ShapeWords.object;
import static dev.alcove.spec.ShapeWords.word;

import dev.alcove.spec.JsonShape.Entries;
import dev.alcove.spec.JsonShape.Text;
import dev.alcove.spec.JsonShape.Whole;
import java.util.List;

/** The shape of {@code linux} in config.json, config-linux.md, but for its resources. */
final class LinuxShape {
    private static final List<String> ACTIONS =
            List.of("KILL", "KILL_PROCESS", "KILL_THREAD", "TRAP", "ERRNO", "TRACE", "ALLOW", "LOG", "NOTIFY");
    private static final List<String> ARCHITECTURES = List.of(
            "X86",
            "X86_64",
            "X32",
            "ARM",
            "AARCH64",
            "LOONGARCH64",
            "M68K",
            "MIPS",
            "MIPS64",
            "MIPS64N32",
            "MIPSEL",
            "MIPSEL64",
            "MIPSEL64N32",
            "PPC",
            "PPC64",
            "PPC64LE",
            "S390",
            "S390X",
            "PARISC",
            "PARISC64",
            "RISCV64",
            "SH",
            "SHEB");
    private static final int LONGEST_INTERFACE = 15;
    private static final int LAST_ARGUMENT = 5;
    private static final int MOST_NANOS = 999_999_999;

    private LinuxShape() {}

    static JsonShape linux() {
        return object(
                may("uidMappings", list(idMapping())),
                may("gidMappings", list(idMapping())),
                may("sysctl", map(TEXT)),
                may("resources", ResourcesShape.resources()),
                may("cgroupsPath", TEXT),
                may("namespaces", list(namespace())),
                may("devices", list(device())),
                may("netDevices", new Entries(interfaceName(), object(may("name", interfaceName())))),
                may("seccomp", seccomp()),
                may(
                        "rootfsPropagation",
                        word(
                                "a propagation",
                                "",
                                "shared",
                                "rshared",
                                "slave",
                                "rslave",
                                "private",
                                "rprivate",
                                "unbindable",
                                "runbindable")),
                may("maskedPaths", list(ABSOLUTE)),
                may("readonlyPaths", list(ABSOLUTE)),
                may("mountLabel", TEXT),
                may("intelRdt", intelRdt()),
                may("memoryPolicy", memoryPolicy()),
                may("personality", personality()),
                may("timeOffsets", timeOffsets()));
    }

    static JsonShape idMapping() {
        return object(must("containerID", UINT32), must("hostID", UINT32), must("size", Whole.range(1, 0xffff_ffffL)));
    }

    private static JsonShape namespace() {
        return object(
                must(
                        "type",
                        word("a kind of namespace", "pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time")),
                may("path", ABSOLUTE_OR_EMPTY));
    }

    private static JsonShape device() {
        return object(
                must("path", ABSOLUTE),
                must("type", word("a kind of device", "c", "u", "b", "p")),
                may("major", INT64),
                may("minor", INT64),
                may("fileMode", UINT32),
                may("uid", UINT32),
                may("gid", UINT32));
    }

    private static Text interfaceName() {
        return new Text(
                "a network interface's name: 1 to 15 characters without '/' and blanks",
                text -> text.length() <= LONGEST_INTERFACE
                        && text.chars().noneMatch(c -> c == '/' || c <= ' ')
                        && !text.equals(".")
                        && !text.equals(".."));
    }

    private static JsonShape seccomp() {
        JsonShape action = word("an action", "SCMP_ACT_", ACTIONS);
        JsonShape argument = object(
                must("index", Whole.range(0, LAST_ARGUMENT)),
                must("value", UINT64),
                may("valueTwo", UINT64),
                must(
                        "op",
                        word("a comparison", "SCMP_CMP_", List.of("NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"))));
        return object(
                must("defaultAction", action),
                may("defaultErrnoRet", UINT32),
                may("architectures", list(word("an architecture", "SCMP_ARCH_", ARCHITECTURES))),
                may(
                        "flags",
                        list(word(
                                "a flag of seccomp",
                                "SECCOMP_FILTER_FLAG_",
                                List.of("TSYNC", "LOG", "SPEC_ALLOW", "WAIT_KILLABLE_RECV")))),
                may("listenerPath", TEXT),
                may("listenerMetadata", TEXT),
                may(
                        "syscalls",
                        list(object(
                                must("names", filled(SOME)),
                                must("action", action),
                                may("errnoRet", UINT32),
                                may("args", list(argument))))));
    }

    private static JsonShape intelRdt() {
        Text line = new Text("one line", text -> text.indexOf('\n') < 0);
        return object(
                may(
                        "closID",
                        new Text(
                                "the name of a directory",
                                text -> text.indexOf('/') < 0 && !text.equals(".") && !text.equals(".."))),
                may("schemata", list(line)),
                may("l3CacheSchema", TEXT),
                may("memBwSchema", line),
                may("enableMonitoring", FLAG),
                may("enableCMT", FLAG),
                may("enableMBM", FLAG));
    }

    private static JsonShape memoryPolicy() {
        return object(
                must(
                        "mode",
                        word(
                                "a mode of memory policy",
                                "MPOL_",
                                List.of(
                                        "DEFAULT",
                                        "BIND",
                                        "INTERLEAVE",
                                        "WEIGHTED_INTERLEAVE",
                                        "PREFERRED",
                                        "PREFERRED_MANY",
                                        "LOCAL"))),
                may("nodes", ShapeWords.LIST_OF_NUMBERS),
                may(
                        "flags",
                        list(word(
                                "a flag of memory policy",
                                "MPOL_F_",
                                List.of("NUMA_BALANCING", "RELATIVE_NODES", "STATIC_NODES")))));
    }

    private static JsonShape personality() {
        return object(must("domain", word("an execution domain", "LINUX", "LINUX32")), may("flags", list(TEXT)));
    }

    private static JsonShape timeOffsets() {
        Text clock = new Text(
                "a clock with an offset: monotonic or boottime",
                text -> text.equals("monotonic") || text.equals("boottime"));
        return new Entries(clock, object(may("secs", INT64), may("nanosecs", Whole.range(0, MOST_NANOS))));
    }
}
