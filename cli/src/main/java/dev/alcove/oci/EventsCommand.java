package dev.alcove.oci;

import dev.alcove.linux.CgroupStats;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerException.Kind;
import java.time.Duration;

/** {@code events}: what a container uses, as a JSON object a line, once or until it ends. */
final class EventsCommand {
    private static final Duration EVERY = Duration.ofSeconds(5);

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
        new StatsText(json, stats).write();
        return json.end('}').end('}') + "\n";
    }
}
