package dev.alcove.spec;

import static dev.alcove.spec.ShapeWords.ABSOLUTE;
import static dev.alcove.spec.ShapeWords.FLAG;
import static dev.alcove.spec.ShapeWords.INT32;
import static dev.alcove.spec.ShapeWords.LIST_OF_NUMBERS;
import static dev.alcove.spec.ShapeWords.SOME;
import static dev.alcove.spec.ShapeWords.TEXT;
import static dev.alcove.spec.ShapeWords.UINT32;
import static dev.alcove.spec.ShapeWords.UINT64;
import static dev.alcove.spec.ShapeWords.VARIABLE;
import static dev.alcove.spec.ShapeWords.filled;
import static dev.alcove.spec.ShapeWords.list;
import static dev.alcove.spec.ShapeWords.map;
import static dev.alcove.spec.ShapeWords.may;
import static dev.alcove.spec.ShapeWords.must;
import static dev.alcove.spec.ShapeWords.object;
import static dev.alcove.spec.ShapeWords.word;

import dev.alcove.spec.JsonShape.Text;
import dev.alcove.spec.JsonShape.Whole;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The shape of config.json, config.md of the OCI runtime specification, but for what {@link LinuxShape} has. */
final class ConfigShape {
    private static final List<String> RLIMITS = List.of(
            "AS",
            "CORE",
            "CPU",
            "DATA",
            "FSIZE",
            "LOCKS",
            "MEMLOCK",
            "MSGQUEUE",
            "NICE",
            "NOFILE",
            "NPROC",
            "RSS",
            "RTPRIO",
            "RTTIME",
            "SIGPENDING",
            "STACK");

    /** __NEW_UTS_LEN. */
    private static final int LONGEST_NAME = 64;

    private ConfigShape() {}

    static JsonShape config() {
        return object(
                must("ociVersion", new Text("a version from 1.0.0 up to 1.x", ConfigShape::isVersion)),
                must("process", process()),
                must("root", object(must("path", SOME), may("readonly", FLAG))),
                may("hostname", name()),
                may("domainname", name()),
                may("mounts", list(mount())),
                may("hooks", hooks()),
                may("annotations", map(TEXT)),
                may("linux", LinuxShape.linux()));
    }

    /** A pre-release, as 1.0.2-dev, is as good as its release. */
    private static boolean isVersion(String text) {
        int end = 0;
        int dots = 0;
        boolean digit = false;
        for (; end < text.length() && "-+".indexOf(text.charAt(end)) < 0; end++) {
            char c = text.charAt(end);
            if ((c == '.' && !digit) || (c != '.' && (c < '0' || c > '9'))) {
                return false;
            }
            dots += c == '.' ? 1 : 0;
            digit = c != '.';
        }
        return digit && dots == 2 && text.startsWith("1.");
    }

    /** What sethostname(2) takes. */
    private static Text name() {
        return new Text(
                "a name of at most 64 bytes", text -> text.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME);
    }

    /** The process of a configuration, and of exec's --process. */
    static JsonShape process() {
        JsonShape names = list(SOME);
        return object(
                may("terminal", FLAG),
                may("consoleSize", object(must("height", UINT32), must("width", UINT32))),
                may("user", user()),
                must("args", filled(TEXT)),
                may("env", list(VARIABLE)),
                must("cwd", ABSOLUTE),
                may(
                        "capabilities",
                        object(
                                may("bounding", names),
                                may("effective", names),
                                may("inheritable", names),
                                may("permitted", names),
                                may("ambient", names))),
                may("rlimits", list(rlimit())),
                may("noNewPrivileges", FLAG),
                may("apparmorProfile", TEXT),
                may("oomScoreAdj", Whole.range(-1000, 1000)),
                may("selinuxLabel", TEXT),
                may("scheduler", scheduler()),
                may("ioPriority", ioPriority()),
                may("execCPUAffinity", object(may("initial", LIST_OF_NUMBERS), may("final", LIST_OF_NUMBERS))));
    }

    private static JsonShape user() {
        return object(
                may("uid", UINT32),
                may("gid", UINT32),
                may("umask", Whole.range(0, 0777)),
                may("additionalGids", list(UINT32)),
                may("username", TEXT));
    }

    private static JsonShape rlimit() {
        return object(
                must("type", word("a resource limit", "RLIMIT_", RLIMITS)), must("hard", UINT64), must("soft", UINT64));
    }

    private static JsonShape scheduler() {
        return object(
                must(
                        "policy",
                        word(
                                "a scheduling policy",
                                "SCHED_",
                                List.of("OTHER", "FIFO", "RR", "BATCH", "ISO", "IDLE", "DEADLINE"))),
                may("nice", Whole.range(-20, 19)),
                may("priority", INT32),
                may(
                        "flags",
                        list(word(
                                "a flag of scheduling",
                                "SCHED_FLAG_",
                                List.of(
                                        "RESET_ON_FORK",
                                        "RECLAIM",
                                        "DL_OVERRUN",
                                        "KEEP_POLICY",
                                        "KEEP_PARAMS",
                                        "UTIL_CLAMP_MIN",
                                        "UTIL_CLAMP_MAX")))),
                may("runtime", UINT64),
                may("deadline", UINT64),
                may("period", UINT64));
    }

    private static JsonShape ioPriority() {
        return object(
                must("class", word("an I/O class", "IOPRIO_CLASS_", List.of("RT", "BE", "IDLE"))),
                may("priority", Whole.range(0, 7)));
    }

    private static JsonShape mount() {
        return object(
                must("destination", SOME),
                may("type", TEXT),
                may("source", TEXT),
                may("options", list(SOME)),
                may("uidMappings", list(LinuxShape.idMapping())),
                may("gidMappings", list(LinuxShape.idMapping())));
    }

    private static JsonShape hooks() {
        JsonShape all = list(object(
                must("path", ABSOLUTE),
                may("args", list(TEXT)),
                may("env", list(VARIABLE)),
                may("timeout", Whole.range(1, Integer.MAX_VALUE))));
        return object(
                may("prestart", all),
                may("createRuntime", all),
                may("createContainer", all),
                may("startContainer", all),
                may("poststart", all),
                may("poststop", all));
    }
}
