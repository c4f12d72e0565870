package dev.alcove.oci;

import dev.alcove.linux.CgroupStats;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** {@code events}: what a container uses, as a JSON object a line, once or until it ends. */
final class EventsCommand {
    private static final Duration EVERY = Duration.ofSeconds(5);
    /** What version 1 counts where there is no limit: LONG_MAX rounded down to whole pages. */
    private static final long NO_LIMIT = 0x7fff_ffff_ffff_f000L;

    private EventsCommand() {}

    static int run(OciContext context, OciArguments arguments) {
        FlagValues flags = arguments.flags();
        String id = ContainerIds.check(arguments.id());
        OciRuntime runtime = context.runtime(arguments);
        Duration interval = flags.duration("interval", EVERY);
        ContainerStatus status = runtime.state(id);
        if (!interval.isPositive()) {
            throw new ContainerException(Kind.INVALID, "duration interval must be greater than 0");
        }
        if (status.status().equals("stopped")) {
            throw new ContainerException(Kind.CONFLICT, "container with id " + id + " is not running");
        }
        if (flags.on("stats")) {
            context.out().print(line(id, runtime.stats(id)));
            return 0;
        }
        follow(context, runtime, id, interval);
        return 0;
    }

    /** The counter of kills tells of those between two looks. */
    private static void follow(OciContext context, OciRuntime runtime, String id, Duration interval) {
        long killed = oomKills(runtime.stats(id));
        while (!runtime.awaitEnd(id, interval)) {
            ContainerStats stats;
            try {
                stats = runtime.stats(id);
            } catch (ContainerException e) {
                if (runtime.awaitEnd(id, Duration.ZERO)) {
                    return;
                }
                throw e;
            }
            if (oomKills(stats) > killed) {
                killed = oomKills(stats);
                context.out().print(event("oom", id).end('}') + "\n");
            }
            context.out().print(line(id, stats));
            context.out().flush();
        }
    }

    private static long oomKills(ContainerStats stats) {
        return stats.cgroup().memory().map(CgroupStats.Memory::oomKills).orElse(0L);
    }

    private static JsonText event(String type, String id) {
        return new JsonText("").begin('{').name("type").value(type).name("id").value(id);
    }

    static String line(String id, ContainerStats stats) {
        JsonText json = event("stats", id).name("data").begin('{');
        CgroupStats group = stats.cgroup();
        json.name("cpu").begin('{').name("usage").begin('{');
        group.cpu()
                .ifPresent(cpu -> json.name("total")
                        .value(cpu.usageNanos())
                        .name("kernel")
                        .value(cpu.systemNanos())
                        .name("user")
                        .value(cpu.userNanos()));
        json.end('}').name("throttling").begin('{');
        group.cpu()
                .ifPresent(cpu -> json.name("periods")
                        .value(cpu.periods())
                        .name("throttledPeriods")
                        .value(cpu.throttledPeriods())
                        .name("throttledTime")
                        .value(cpu.throttledNanos()));
        json.end('}').end('}');
        json.name("memory").begin('{');
        group.memory().ifPresent(memory -> memory(json, memory, stats.memoryRaw()));
        json.end('}');
        json.name("pids").begin('{');
        group.pids().ifPresent(pids -> {
            json.name("current").value(pids.current());
            limit(json, pids.limit(), 0);
        });
        json.end('}');
        json.name("blkio").begin('{');
        blocks(json, group.io());
        json.end('}');
        json.name("hugetlb").begin('{').end('}');
        json.name("intel_rdt").begin('{').end('}');
        json.name("network_interfaces").none();
        return json.end('}').end('}') + "\n";
    }

    private static void memory(JsonText json, CgroupStats.Memory memory, Map<String, Long> raw) {
        json.name("cache").value(raw.getOrDefault("cache", raw.getOrDefault("file", 0L)));
        json.name("usage").begin('{');
        limit(json, memory.limit(), NO_LIMIT);
        json.name("usage").value(memory.usage());
        json.name("max").value(memory.peak().orElse(0));
        json.name("failcnt").value(memory.oomKills()).end('}');
        json.name("raw").begin('{');
        for (Map.Entry<String, Long> e : raw.entrySet()) {
            json.name(e.getKey()).value(e.getValue());
        }
        json.end('}');
    }

    private static void limit(JsonText json, OptionalLong limit, long none) {
        if (limit.isPresent() || none > 0) {
            json.name("limit").value(limit.orElse(none));
        }
    }

    private static void blocks(JsonText json, List<CgroupStats.Io> all) {
        if (all.isEmpty()) {
            return;
        }
        json.name("ioServiceBytesRecursive").begin('[');
        for (CgroupStats.Io io : all) {
            block(json, io, "Read", io.readBytes());
            block(json, io, "Write", io.writeBytes());
        }
        json.end(']');
    }

    private static void block(JsonText json, CgroupStats.Io io, String operation, long value) {
        json.begin('{').name("major").value(io.major());
        json.name("minor").value(io.minor());
        json.name("op").value(operation);
        json.name("value").value(value).end('}');
    }
}
