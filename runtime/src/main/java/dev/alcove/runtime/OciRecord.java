package dev.alcove.runtime;

import io.avaje.json.JsonWriter;
import io.avaje.json.stream.BytesJsonWriter;
import io.avaje.json.stream.JsonStream;

/**
 * What is kept of an OCI container beside its configuration: {@code state.json} in its folder.
 *
 * @param id         its id
 * @param bundle     the bundle's absolute path
 * @param rootfs     the root file system's absolute path
 * @param created    when, RFC 3339
 * @param owner      the uid of whoever made it
 * @param group      the name of its control group
 * @param unit       the unit of systemd that is; empty if it was made without systemd
 * @param user       whether that is a unit of the user's own manager
 * @param pid        its first process; 0 until it is there
 * @param startTicks when that started, {@link dev.alcove.linux.ProcStat#startTicks}
 */
record OciRecord(
        String id,
        String bundle,
        String rootfs,
        String created,
        long owner,
        String group,
        String unit,
        boolean user,
        int pid,
        long startTicks) {
    static final String FILE = "state.json";
    private static final int FORMAT = 1;
    private static final String USER = "user";

    OciRecord started(int first, long ticks) {
        return new OciRecord(id, bundle, rootfs, created, owner, group, unit, user, first, ticks);
    }

    byte[] toJson() {
        try (BytesJsonWriter out = JsonStream.builder().build().bufferedWriterAsBytes()) {
            out.pretty(true);
            out.beginObject();
            number(out, "format", FORMAT);
            text(out, "id", id);
            text(out, "bundle", bundle);
            text(out, "rootfs", rootfs);
            text(out, "created", created);
            number(out, "owner", owner);
            text(out, "group", group);
            if (!unit.isEmpty()) {
                text(out, "unit", unit);
                text(out, "manager", user ? USER : "system");
            }
            number(out, "pid", pid);
            number(out, "startTicks", startTicks);
            out.endObject();
            return out.result();
        }
    }

    private static void number(JsonWriter out, String name, long value) {
        out.name(name);
        out.value(value);
    }

    private static void text(JsonWriter out, String name, String value) {
        out.name(name);
        out.value(value);
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException if it is something else, cut off, or of a newer format
     */
    static OciRecord parse(byte[] json) {
        PathJson in = new PathJson(json);
        in.beginObject();
        String id = "";
        String bundle = "";
        String rootfs = "";
        String created = "";
        String group = "";
        String unit = "";
        boolean user = false;
        long owner = 0;
        long pid = 0;
        long ticks = 0;
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
                case "bundle" -> bundle = in.string();
                case "rootfs" -> rootfs = in.string();
                case "created" -> created = in.string();
                case "owner" -> owner = in.integer(0xffff_ffffL);
                case "group" -> group = in.string();
                case "unit" -> unit = in.string();
                case "manager" -> user = in.string().equals(USER);
                case "pid" -> pid = in.integer(Integer.MAX_VALUE);
                case "startTicks" -> ticks = in.integer(Long.MAX_VALUE);
                default -> in.skip();
            }
            in.endField();
        }
        in.endDocument();
        if (id.isEmpty()) {
            throw new IllegalArgumentException("id: is missing");
        }
        return new OciRecord(id, bundle, rootfs, created, owner, group, unit, user, (int) pid, ticks);
    }
}
