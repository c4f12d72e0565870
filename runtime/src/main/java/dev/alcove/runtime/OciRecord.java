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
 * @param pid        its first process; 0 until it is there
 * @param startTicks when that started, {@link dev.alcove.linux.ProcStat#startTicks}
 */
record OciRecord(
        String id, String bundle, String rootfs, String created, long owner, String group, int pid, long startTicks) {
    static final String FILE = "state.json";
    private static final int FORMAT = 1;

    OciRecord started(int first, long ticks) {
        return new OciRecord(id, bundle, rootfs, created, owner, group, first, ticks);
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
        return new OciRecord(id, bundle, rootfs, created, owner, group, (int) pid, ticks);
    }
}
