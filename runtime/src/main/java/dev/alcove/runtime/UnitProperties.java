package dev.alcove.runtime;

import dev.alcove.linux.CgroupController;
import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.CgroupLimits;
import dev.alcove.spec.CpuSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Limits as properties of a systemd unit, systemd.resource-control(5). systemd writes them into the group's files again when
 * it pleases, as at a daemon-reload; so they must be what the files have. A limit that systemd has no property for is in the
 * files alone, which systemd leaves as they are in a unit with {@code Delegate=yes}.
 */
final class UnitProperties {
    private static final long PERIOD = 100_000;
    private static final long SECOND = 1_000_000;

    /** systemd keeps the share of a second in steps of a hundredth of a processor. */
    private static final long STEP = 10_000;

    /** Processors: more than any machine has is no limit. */
    private static final long MOST = 1 << 20;

    private final boolean two;
    private final List<UnitProperty> all = new ArrayList<>();

    private UnitProperties(boolean two) {
        this.two = two;
    }

    /** What a new unit has whatever its limits are. */
    static List<UnitProperty> ofNew(SystemdUnit unit, String id, int pid, boolean two) {
        List<UnitProperty> p = new ArrayList<>();
        p.add(UnitProperty.text("Description", "container " + id));
        if (unit.isSlice()) {
            // A slice is where its name says, and holds no process of systemd's own.
            p.add(new UnitProperty("Wants", "as", List.of("1", unit.slice())));
        } else {
            p.add(UnitProperty.text("Slice", unit.slice()));
            p.add(UnitProperty.on("Delegate"));
            p.add(new UnitProperty("PIDs", "au", List.of("1", Integer.toString(pid))));
        }
        p.add(UnitProperty.on("MemoryAccounting"));
        p.add(UnitProperty.on("CPUAccounting"));
        p.add(UnitProperty.on(two ? "IOAccounting" : "BlockIOAccounting"));
        p.add(UnitProperty.on("TasksAccounting"));
        // Else systemd ends it early at a shutdown, and before what makes containers.
        p.add(UnitProperty.off("DefaultDependencies"));
        // A unit that failed, as by the OOM killer, goes too when its processes have: nobody of ours stays to see to
        // it.
        p.add(UnitProperty.text("CollectMode", "inactive-or-failed"));
        return p;
    }

    /**
     * Those of limits. What they leave out is left out.
     *
     * @param layout by which it is said whether the controllers are version 2's
     */
    static List<UnitProperty> of(CgroupLimits limits, CgroupLayout layout) {
        UnitProperties p = new UnitProperties(two(layout));
        p.memory(limits);
        p.cpu(limits);
        limits.pids().ifPresent(n -> p.all.add(UnitProperty.number("TasksMax", n)));
        if (limits.ioWeight().isPresent()) {
            int weight = limits.ioWeight().getAsInt();
            p.all.add(
                    p.two
                            ? UnitProperty.number("IOWeight", CgroupLimits.ioWeight(weight))
                            : UnitProperty.number("BlockIOWeight", weight));
        }
        if (p.two) {
            p.set("AllowedCPUs", limits.cpusetCpus());
            p.set("AllowedMemoryNodes", limits.cpusetMems());
            for (Map.Entry<String, String> e : limits.unified().entrySet()) {
                p.unified(e.getKey(), e.getValue());
            }
        }
        return p.all;
    }

    /** Whether the controllers that systemd knows are version 2's: on a hybrid machine they are not. */
    static boolean two(CgroupLayout layout) {
        return layout.of(CgroupController.MEMORY)
                .or(() -> layout.of(CgroupController.PIDS))
                .map(CgroupHierarchy::unified)
                .orElse(layout.mode() == CgroupLayout.Mode.V2);
    }

    private void memory(CgroupLimits limits) {
        limits.memory().ifPresent(n -> all.add(UnitProperty.number(two ? "MemoryMax" : "MemoryLimit", n)));
        if (two) {
            limits.memoryReservation().ifPresent(n -> all.add(UnitProperty.number("MemoryLow", n)));
            limits.memorySwap()
                    .ifPresent(both -> all.add(UnitProperty.number(
                            "MemorySwapMax",
                            both < 0 ? both : both - limits.memory().orElse(0))));
        }
    }

    private void cpu(CgroupLimits limits) {
        limits.cpuShares()
                .ifPresent(n -> all.add(
                        two
                                ? UnitProperty.number("CPUWeight", CgroupLimits.cpuWeight(n))
                                : UnitProperty.number("CPUShares", n)));
        quota(limits.cpuQuota(), limits.cpuPeriod());
    }

    private void quota(OptionalLong quota, OptionalLong period) {
        period.ifPresent(n -> all.add(UnitProperty.number("CPUQuotaPeriodUSec", n)));
        if (quota.isEmpty()) {
            return;
        }
        long share = quota.getAsLong();
        if (share > 0) {
            long each = period.orElse(PERIOD);
            // Rounded up, as runc does: what systemd writes then is never less than what was asked for.
            share = share / each > MOST
                    ? CgroupLimits.UNLIMITED
                    : share / each * SECOND + Math.ceilDiv(Math.ceilDiv(share % each * SECOND, each), STEP) * STEP;
        }
        all.add(UnitProperty.number("CPUQuotaPerSecUSec", share));
    }

    private void set(String name, String list) {
        if (!list.isEmpty()) {
            all.add(new UnitProperty(name, "ay", mask(CpuSet.parse(name, list))));
        }
    }

    /** Bytes, the lowest first, with a bit for each number. */
    private static List<String> mask(CpuSet set) {
        int[] bytes = new int[set.numbers().getLast() / 8 + 1];
        for (int n : set.numbers()) {
            bytes[n / 8] |= 1 << (n % 8);
        }
        List<String> words = new ArrayList<>();
        words.add(Integer.toString(bytes.length));
        for (int b : bytes) {
            words.add(Integer.toString(b));
        }
        return words;
    }

    /** Files of version 2 that systemd has a property for; the others are the kernel's alone. */
    private void unified(String file, String value) {
        String text = value.strip();
        switch (file) {
            case "memory.high" -> amount("MemoryHigh", text);
            case "memory.low" -> amount("MemoryLow", text);
            case "memory.min" -> amount("MemoryMin", text);
            case "memory.max" -> amount("MemoryMax", text);
            case "memory.swap.max" -> amount("MemorySwapMax", text);
            case "pids.max" -> amount("TasksMax", text);
            case "cpu.weight" -> amount("CPUWeight", text);
            case "cpuset.cpus" -> set("AllowedCPUs", text);
            case "cpuset.mems" -> set("AllowedMemoryNodes", text);
            case "cpu.max" -> {
                int space = text.indexOf(' ');
                OptionalLong quota = amount(space < 0 ? text : text.substring(0, space));
                if (quota.isPresent()) {
                    quota(quota, space < 0 ? OptionalLong.empty() : amount(text.substring(space + 1)));
                }
            }
            default -> {}
        }
    }

    private void amount(String property, String text) {
        amount(text).ifPresent(n -> all.add(UnitProperty.number(property, n)));
    }

    /** Empty for what is no number: the kernel, to which it is written, takes more than systemd, or refuses it. */
    private static OptionalLong amount(String text) {
        if (text.equals("max")) {
            return OptionalLong.of(CgroupLimits.UNLIMITED);
        }
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }
}
