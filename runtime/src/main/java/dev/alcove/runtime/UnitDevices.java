package dev.alcove.runtime;

import dev.alcove.linux.DeviceRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Rules about devices as properties of a systemd unit. Without them systemd would allow all devices again on version 1 when
 * it next writes a group's files; on version 2 its filter and ours must both allow.
 *
 * <p>systemd has a list of what is allowed. What is denied within something wider cannot be said: on version 2, where our
 * own filter denies it, the wider is allowed; on version 1 such rules are refused before.
 */
final class UnitDevices {
    private final String known;
    private final List<String> words = new ArrayList<>();

    private UnitDevices(String known) {
        this.known = known;
    }

    /**
     * The properties.
     *
     * @param rules in order, the last that covers an access decides
     * @param two   whether the groups are version 2's
     * @param known the text of /proc/devices, in which systemd looks up majors by name
     */
    static List<UnitProperty> of(List<DeviceRule> rules, boolean two, String known) {
        if (rules.isEmpty()) {
            return List.of();
        }
        List<DeviceRule> flat = DeviceRule.flattened(rules);
        boolean allowsAll = flat.getFirst().allow();
        if (allowsAll && (two || flat.size() == 1)) {
            return List.of(UnitProperty.text("DevicePolicy", "auto"), allowed(List.of()));
        }
        UnitDevices devices = new UnitDevices(known);
        for (DeviceRule rule : allowsAll ? List.<DeviceRule>of() : flat.subList(1, flat.size())) {
            devices.add(rule);
        }
        return List.of(UnitProperty.text("DevicePolicy", "strict"), allowed(devices.words));
    }

    private static UnitProperty allowed(List<String> words) {
        List<String> all = new ArrayList<>();
        all.add(Integer.toString(words.size() / 2));
        all.addAll(words);
        return new UnitProperty("DeviceAllow", "a(ss)", all);
    }

    private void add(DeviceRule rule) {
        String type = rule.type() == 'c' ? "char" : "block";
        if (rule.major().isEmpty()) {
            // One minor of every major cannot be said; all of them is more.
            entry(type + "-*", rule);
        } else if (rule.minor().isPresent()) {
            entry(
                    "/dev/" + type + "/" + rule.major().getAsInt() + ":"
                            + rule.minor().getAsInt(),
                    rule);
        } else {
            driver(rule.type(), rule.major().getAsInt()).ifPresent(name -> entry(type + "-" + name, rule));
        }
    }

    private void entry(String device, DeviceRule rule) {
        words.add(device);
        words.add(rule.access());
    }

    /** A major's name. One that the kernel does not know now has no devices. */
    private Optional<String> driver(char type, int major) {
        boolean there = false;
        for (String line : known.lines().toList()) {
            String text = line.strip();
            if (text.endsWith("devices:")) {
                there = text.startsWith(type == 'c' ? "Character" : "Block");
                continue;
            }
            int space = text.indexOf(' ');
            if (there && space > 0 && text.substring(0, space).equals(Integer.toString(major))) {
                return Optional.of(text.substring(space + 1).strip());
            }
        }
        return Optional.empty();
    }
}
