package dev.alcove.runtime;

import dev.alcove.spec.LandlockRule;
import dev.alcove.spec.PosixRlimit;
import dev.alcove.spec.Uint64;
import io.avaje.json.JsonWriter;
import io.avaje.json.stream.BytesJsonWriter;
import io.avaje.json.stream.JsonStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * What {@code state.json} of a container holds: all that does not change while it lives, so that it is written once,
 * before the start. What changes is in files of their own: {@code pid}, {@code exit} and {@code lock}.
 *
 * @param created milliseconds since 1970
 * @param remove  whether the folder goes with the container
 * @param group   the control group's name
 * @param rooms   the kinds of namespaces that are not the host's, as /proc/PID/ns names them
 * @param landlock rules, as {@code ro:/usr}
 * @param rlimits as {@code RLIMIT_NOFILE=soft:hard}
 * @param seccomp {@code default}, {@code unconfined}, a profile's text; {@code starter} if only who started it knows it
 */
record StoredState(
        String id,
        String name,
        String image,
        List<String> command,
        long created,
        boolean remove,
        String group,
        String stopSignal,
        List<String> rooms,
        List<String> env,
        String cwd,
        long uid,
        long gid,
        List<Long> groups,
        List<String> capabilities,
        boolean noNewPrivileges,
        String seccomp,
        List<String> landlock,
        List<String> rlimits,
        OptionalInt oomScoreAdj) {
    /** In the place of a policy that is not recorded: it, or who answers for it, is in the memory of one program. */
    private static final String OTHERS = "starter";

    /** The format's number; a file of a higher one is not read. */
    static final int FORMAT = 1;

    /**
     * What is kept of a container.
     *
     * @param seccomp as {@link #seccompText} has it
     */
    static StoredState of(
            ContainerSpec spec, String name, String image, String stopSignal, boolean remove, String seccomp) {
        var process = spec.config().process();
        var linux = spec.config().linux();
        if (process == null || linux == null) {
            throw new IllegalStateException("'" + name + "' is one more process in a container, not a container");
        }
        List<String> rooms = new ArrayList<>();
        linux.namespaces().forEach(n -> rooms.add(n.type()));
        return new StoredState(
                spec.id(),
                name,
                image,
                process.args(),
                System.currentTimeMillis(),
                remove,
                spec.group(),
                stopSignal,
                rooms,
                process.env(),
                process.cwd(),
                process.user().uid(),
                process.user().gid(),
                process.user().additionalGids(),
                process.capabilities() == null
                        ? List.of()
                        : process.capabilities().bounding(),
                process.noNewPrivileges(),
                seccomp,
                landlockTexts(spec.landlock()),
                rlimitTexts(process.rlimits()),
                process.oomScoreAdj() == null ? OptionalInt.empty() : OptionalInt.of(process.oomScoreAdj()));
    }

    byte[] toJson() {
        try (BytesJsonWriter out = JsonStream.builder().build().bufferedWriterAsBytes()) {
            write(out);
            return out.result();
        }
    }

    private void write(JsonWriter out) {
        out.pretty(true);
        out.serializeEmpty(true);
        out.beginObject();
        out.name("format");
        out.value(FORMAT);
        text(out, "id", id);
        text(out, "name", name);
        text(out, "image", image);
        texts(out, "command", command);
        out.name("created");
        out.value(created);
        flag(out, "remove", remove);
        text(out, "group", group);
        text(out, "stopSignal", stopSignal);
        texts(out, "rooms", rooms);
        texts(out, "env", env);
        text(out, "cwd", cwd);
        out.name("uid");
        out.value(uid);
        out.name("gid");
        out.value(gid);
        out.name("groups");
        out.beginArray();
        for (long g : groups) {
            out.value(g);
        }
        out.endArray();
        texts(out, "capabilities", capabilities);
        flag(out, "noNewPrivileges", noNewPrivileges);
        text(out, "seccomp", seccomp);
        texts(out, "landlock", landlock);
        texts(out, "rlimits", rlimits);
        if (oomScoreAdj.isPresent()) {
            out.name("oomScoreAdj");
            out.value(oomScoreAdj.getAsInt());
        }
        out.endObject();
    }

    private static void text(JsonWriter out, String name, String value) {
        out.name(name);
        out.value(value);
    }

    private static void flag(JsonWriter out, String name, boolean value) {
        out.name(name);
        out.value(value);
    }

    private static void texts(JsonWriter out, String name, List<String> values) {
        out.name(name);
        out.beginArray();
        for (String v : values) {
            out.value(v);
        }
        out.endArray();
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException if it is something else, or of a newer format
     */
    static StoredState parse(byte[] json) {
        String id = "";
        String name = "";
        String image = "";
        String group = "";
        String stopSignal = "";
        String cwd = "/";
        String seccomp = "default";
        List<String> command = List.of();
        List<String> rooms = List.of();
        List<String> env = List.of();
        List<String> capabilities = List.of();
        List<String> landlock = List.of();
        List<String> rlimits = List.of();
        OptionalInt oomScoreAdj = OptionalInt.empty();
        List<Long> groups = new ArrayList<>();
        long created = 0;
        long uid = 0;
        long gid = 0;
        boolean remove = false;
        boolean noNewPrivileges = false;
        PathJson in = new PathJson(json);
        in.beginObject();
        for (String field = in.nextField(); field != null; field = in.nextField()) {
            switch (field) {
                case "format" -> {
                    long format = in.integer(Integer.MAX_VALUE);
                    if (format > FORMAT) {
                        throw new IllegalArgumentException(
                                "format " + format + " is newer than this Alcove, which knows " + FORMAT);
                    }
                }
                case "id" -> id = in.string();
                case "name" -> name = in.string();
                case "image" -> image = in.string();
                case "command" -> command = strings(in);
                case "created" -> created = in.integer(Long.MAX_VALUE);
                case "remove" -> remove = in.bool();
                case "group" -> group = in.string();
                case "stopSignal" -> stopSignal = in.string();
                case "rooms" -> rooms = strings(in);
                case "env" -> env = strings(in);
                case "cwd" -> cwd = in.string();
                case "uid" -> uid = in.integer(0xffff_ffffL);
                case "gid" -> gid = in.integer(0xffff_ffffL);
                case "groups" -> {
                    in.beginArray();
                    while (in.nextElement()) {
                        groups.add(in.integer(0xffff_ffffL));
                    }
                }
                case "capabilities" -> capabilities = strings(in);
                case "noNewPrivileges" -> noNewPrivileges = in.bool();
                case "seccomp" -> seccomp = in.string();
                case "landlock" -> landlock = strings(in);
                case "rlimits" -> rlimits = strings(in);
                case "oomScoreAdj" -> oomScoreAdj = OptionalInt.of((int) in.signed());
                default -> in.skip();
            }
            in.endField();
        }
        in.endDocument();
        if (id.isEmpty()) {
            throw new IllegalArgumentException("id: is missing");
        }
        return new StoredState(
                id,
                name,
                image,
                command,
                created,
                remove,
                group,
                stopSignal,
                rooms,
                env,
                cwd,
                uid,
                gid,
                List.copyOf(groups),
                capabilities,
                noNewPrivileges,
                seccomp,
                landlock,
                rlimits,
                oomScoreAdj);
    }

    List<LandlockRule> landlockRules() {
        List<LandlockRule> rules = new ArrayList<>();
        for (String rule : landlock) {
            rules.add(LandlockRule.parse(rule));
        }
        return rules;
    }

    List<PosixRlimit> rlimitRecords() {
        List<PosixRlimit> limits = new ArrayList<>();
        for (String limit : rlimits) {
            int equals = limit.indexOf('=');
            int colon = limit.indexOf(':', equals);
            limits.add(new PosixRlimit(
                    limit.substring(0, equals),
                    new Uint64(Long.parseUnsignedLong(limit.substring(colon + 1))),
                    new Uint64(Long.parseUnsignedLong(limit.substring(equals + 1, colon)))));
        }
        return limits;
    }

    static List<String> landlockTexts(List<LandlockRule> rules) {
        List<String> texts = new ArrayList<>();
        for (LandlockRule rule : rules) {
            texts.add((rule.writable() ? "rw:" : "ro:") + rule.path());
        }
        return texts;
    }

    static List<String> rlimitTexts(List<PosixRlimit> limits) {
        List<String> texts = new ArrayList<>();
        for (PosixRlimit l : limits) {
            texts.add(l.type() + "=" + Long.toUnsignedString(l.soft().bits()) + ":"
                    + Long.toUnsignedString(l.hard().bits()));
        }
        return texts;
    }

    private static List<String> strings(PathJson in) {
        List<String> all = new ArrayList<>();
        in.beginArray();
        while (in.nextElement()) {
            all.add(in.string());
        }
        return List.copyOf(all);
    }

    SeccompChoice seccompChoice() {
        return switch (seccomp) {
            case "default" -> SeccompChoice.standard();
            case "unconfined" -> SeccompChoice.unconfined();
            case OTHERS ->
                throw new ContainerException(
                        ContainerException.Kind.CONFLICT,
                        "cannot execute in container '" + name + "': its filter of system calls is known to the program"
                                + " alone that started it\n  likely cause: that program compiled the filter, or is asked"
                                + " about some of the calls\n  mend: let that program do it (Container.exec), or ask for a"
                                + " process without a filter (--privileged)");
            default -> SeccompChoice.profile(seccomp);
        };
    }

    static String seccompText(SeccompChoice choice, boolean supervised) {
        // On the way of every start: the first pattern switch of a class takes a cold JVM two milliseconds.
        if (supervised || choice instanceof SeccompChoice.Compiled) {
            return OTHERS;
        }
        if (choice instanceof SeccompChoice.Profile p) {
            return p.json();
        }
        return choice instanceof SeccompChoice.Standard ? "default" : "unconfined";
    }
}
