package dev.alcove.linux;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Device rules as lines for a version 1 group's {@code devices.allow} and {@code devices.deny}, kernel documentation
 * admin-guide/cgroup-v1/devices. Such a group has one default and a set of exceptions, which is less than an ordered
 * list of rules can say, so the list is played through first.
 */
final class DeviceLines {
    /** What the group does with a device that no exception covers. */
    private boolean allows;

    private final Map<Devices, Integer> exceptions = new LinkedHashMap<>();

    /** Whether what cannot be expressed is left out. */
    private final boolean roughly;

    private DeviceLines(boolean roughly) {
        this.roughly = roughly;
    }

    /** One write of a line. */
    record Line(String file, String content) {}

    private record Devices(char type, OptionalInt major, OptionalInt minor) {
        // by hand: the methods a record makes for itself are linked at their first call, which a cold start pays for
        @Override
        public boolean equals(Object o) {
            return o instanceof Devices d && type == d.type && major.equals(d.major) && minor.equals(d.minor);
        }

        @Override
        public int hashCode() {
            return (type * 31 + major.orElse(-1)) * 31 + minor.orElse(-1);
        }

        boolean covers(Devices other) {
            return type == other.type
                    && (major.isEmpty() || major.equals(other.major))
                    && (minor.isEmpty() || minor.equals(other.minor));
        }

        boolean meets(Devices other) {
            return type == other.type
                    && (major.isEmpty() || other.major.isEmpty() || major.equals(other.major))
                    && (minor.isEmpty() || other.minor.isEmpty() || minor.equals(other.minor));
        }

        Devices common(Devices other) {
            return new Devices(type, major.isPresent() ? major : other.major, minor.isPresent() ? minor : other.minor);
        }
    }

    /**
     * The lines for these rules, from any state of the group.
     *
     * @throws CgroupUnavailableException for a rule that makes a hole in a wider one, which version 1 cannot express
     */
    static List<Line> of(List<DeviceRule> rules) {
        DeviceLines state = new DeviceLines(false);
        for (DeviceRule rule : rules) {
            state.play(rule);
        }
        return state.lines();
    }

    /** {@link DeviceRule#flattened}. */
    static List<DeviceRule> flattened(List<DeviceRule> rules) {
        DeviceLines state = new DeviceLines(true);
        for (DeviceRule rule : rules) {
            state.play(rule);
        }
        List<DeviceRule> flat = new ArrayList<>();
        flat.add(DeviceRule.every(state.allows, 'a', "rwm"));
        for (Map.Entry<Devices, Integer> e : state.exceptions.entrySet()) {
            Devices d = e.getKey();
            flat.add(new DeviceRule(!state.allows, d.type, d.major, d.minor, access(e.getValue())));
        }
        return flat;
    }

    private void play(DeviceRule rule) {
        if (rule.total()) {
            allows = rule.allow();
            exceptions.clear();
            return;
        }
        // in these files the type a means every device whatever the numbers beside it
        for (char type : rule.type() == 'a' ? new char[] {'b', 'c'} : new char[] {rule.type()}) {
            Devices devices = new Devices(type, rule.major(), rule.minor());
            if (rule.allow() != allows) {
                exceptions.put(devices, exceptions.getOrDefault(devices, 0) | rule.bits());
            } else {
                drop(devices, rule);
            }
        }
    }

    private void drop(Devices devices, DeviceRule rule) {
        for (Map.Entry<Devices, Integer> e : List.copyOf(exceptions.entrySet())) {
            if ((e.getValue() & rule.bits()) == 0 || !devices.meets(e.getKey())) {
                continue;
            }
            if (!devices.covers(e.getKey())) {
                if (roughly) {
                    continue;
                }
                throw new CgroupUnavailableException(
                        "devices",
                        "cgroup version 1 cannot express '" + rule + "' within the wider '"
                                + line(e.getKey(), e.getValue()) + "' before it",
                        "put the narrower devices into rules of their own, or use cgroup version 2");
            }
            int left = e.getValue() & ~rule.bits();
            if (left == 0) {
                exceptions.remove(e.getKey());
            } else {
                exceptions.put(e.getKey(), left);
            }
        }
    }

    private List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        lines.add(new Line(allows ? "devices.allow" : "devices.deny", "a"));
        Map<Devices, Integer> all = exceptions;
        if (!allows) {
            // The kernel asks for one exception that allows every access of an open at once: where two overlap, one
            // that has the accesses of both must be there.
            all = new LinkedHashMap<>(exceptions);
            List<Devices> keys = List.copyOf(exceptions.keySet());
            for (int i = 0; i < keys.size(); i++) {
                for (int j = i + 1; j < keys.size(); j++) {
                    if (keys.get(i).meets(keys.get(j))) {
                        all.putIfAbsent(keys.get(i).common(keys.get(j)), 0);
                    }
                }
            }
            for (Map.Entry<Devices, Integer> e : all.entrySet()) {
                int bits = e.getValue();
                for (Map.Entry<Devices, Integer> wide : exceptions.entrySet()) {
                    bits |= wide.getKey().covers(e.getKey()) ? wide.getValue() : 0;
                }
                e.setValue(bits);
            }
        }
        for (Map.Entry<Devices, Integer> e : all.entrySet()) {
            lines.add(new Line(allows ? "devices.deny" : "devices.allow", line(e.getKey(), e.getValue())));
        }
        return lines;
    }

    private static String line(Devices d, int bits) {
        return d.type + " " + DeviceRule.number(d.major) + ":" + DeviceRule.number(d.minor) + " " + access(bits);
    }

    private static String access(int bits) {
        return ((bits & DeviceRule.READ) != 0 ? "r" : "")
                + ((bits & DeviceRule.WRITE) != 0 ? "w" : "")
                + ((bits & DeviceRule.MKNOD) != 0 ? "m" : "");
    }
}
