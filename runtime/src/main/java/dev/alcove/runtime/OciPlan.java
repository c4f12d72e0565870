package dev.alcove.runtime;

import dev.alcove.linux.CgroupUnavailableException;
import dev.alcove.spec.SpecException;
import java.util.Map;
import java.util.function.Supplier;

/** The planner for a configuration: what it refuses is named by its path in config.json. */
final class OciPlan {
    private static final String RESOURCES = "linux.resources.";

    /** The limits of {@link dev.alcove.linux.CgroupLimits} by their paths. */
    private static final Map<String, String> PATHS = Map.ofEntries(
            Map.entry("memory", "memory.limit"),
            Map.entry("memorySwap", "memory.swap"),
            Map.entry("memoryReservation", "memory.reservation"),
            Map.entry("cpuQuota", "cpu.quota"),
            Map.entry("cpuPeriod", "cpu.period"),
            Map.entry("cpuShares", "cpu.shares"),
            Map.entry("cpusetCpus", "cpu.cpus"),
            Map.entry("cpusetMems", "cpu.mems"),
            Map.entry("pids", "pids.limit"),
            Map.entry("ioWeight", "blockIO.weight"),
            Map.entry("io", "blockIO"),
            Map.entry("readBps", "blockIO.throttleReadBpsDevice"),
            Map.entry("writeBps", "blockIO.throttleWriteBpsDevice"),
            Map.entry("readIops", "blockIO.throttleReadIOPSDevice"),
            Map.entry("writeIops", "blockIO.throttleWriteIOPSDevice"),
            Map.entry("hugetlb", "hugepageLimits"),
            Map.entry("unified", "unified"),
            Map.entry("devices", "devices"));

    private OciPlan() {}

    /**
     * Plans a container or one more process of one.
     *
     * @throws ContainerException if something that it asks for cannot be, naming the property
     * @throws SpecException      the same
     */
    static Program plan(ContainerSpec spec, HostFacts facts) {
        return refusing(() -> Planner.plan(spec, facts));
    }

    /** Changes limits; refused as {@link #plan} does. */
    static void change(Runnable change) {
        refusing(() -> {
            change.run();
            return true;
        });
    }

    private static <T> T refusing(Supplier<T> work) {
        try {
            return work.get();
        } catch (SpecException e) {
            throw e;
        } catch (CgroupUnavailableException e) {
            throw new ContainerException(
                    ContainerException.Kind.UNSUPPORTED,
                    path(e.limit()) + ": cannot act: " + e.missing() + "\n  mend: " + e.mend(),
                    e);
        } catch (IllegalArgumentException e) {
            throw new ContainerException(ContainerException.Kind.INVALID, named(String.valueOf(e.getMessage())), e);
        }
    }

    private static String named(String message) {
        int colon = message.indexOf(':');
        return colon < 0 ? message : path(message.substring(0, colon)) + message.substring(colon);
    }

    /** {@code unified[memory.high]} keeps what is in brackets. */
    private static String path(String limit) {
        int bracket = limit.indexOf('[');
        String name = bracket < 0 ? limit : limit.substring(0, bracket);
        String path = PATHS.get(name);
        return path == null ? limit : RESOURCES + path + limit.substring(name.length());
    }
}
