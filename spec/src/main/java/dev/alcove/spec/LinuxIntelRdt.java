package dev.alcove.spec;

import io.avaje.jsonb.Json;
import java.util.List;

/**
 * Shares of cache and memory bandwidth, resctrl; {@code linux.intelRdt}.
 *
 * @param closId the class of service; empty: the container's id
 * @param schemata lines written to the class's schemata file
 * @param l3CacheSchema the L3 line, the older way
 * @param memBwSchema the MB line, the older way
 * @param enableMonitoring whether a monitoring group is made
 * @param enableCmt cache monitoring, the older way
 * @param enableMbm memory bandwidth monitoring, the older way
 */
@Json
public record LinuxIntelRdt(
        @Json.Property("closID") String closId,
        List<String> schemata,
        String l3CacheSchema,
        String memBwSchema,
        boolean enableMonitoring,
        @Json.Property("enableCMT") boolean enableCmt,
        @Json.Property("enableMBM") boolean enableMbm) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxIntelRdt {
        closId = Fields.text(closId);
        schemata = Fields.list("schemata", schemata);
        l3CacheSchema = Fields.text(l3CacheSchema);
        memBwSchema = Fields.text(memBwSchema);
    }
}
