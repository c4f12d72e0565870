package dev.alcove.spec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds everything that is wrong with a {@code config.json} at once: values of the wrong kind, out of their range, missing
 * or doubled, each by its path. What only a machine can say, such as whether a file is there, is not looked at.
 *
 * {@snippet :
 * for (SpecException fault : ConfigFaults.of(bytes)) {
 *     System.err.println(fault.getMessage());   // process.cwd: 'tmp' is not an absolute path
 * }
 * }
 */
public final class ConfigFaults {
    private final List<SpecException> faults;

    private ConfigFaults(List<SpecException> faults) {
        this.faults = faults;
    }

    /**
     * All faults of a configuration; none if it can be read as an {@link OciSpec}.
     *
     * @param document UTF-8
     */
    public static List<SpecException> of(byte[] document) {
        return read(document).faults();
    }

    /**
     * A document that was looked through.
     *
     * @param <T>    the record that it holds
     * @param value  what it holds, unless it has faults
     * @param faults all of them
     */
    public record Checked<T>(Optional<T> value, List<SpecException> faults) {}

    /**
     * A configuration, and all faults of it, in one go.
     *
     * @param document UTF-8
     */
    public static Checked<OciSpec> read(byte[] document) {
        Checked<OciSpec> checked = read(document, ConfigShape.config(), OciSpec.class);
        if (checked.value().isEmpty()) {
            return checked;
        }
        ConfigFaults more = new ConfigFaults(new ArrayList<>());
        more.check(checked.value().get());
        return more.faults.isEmpty() ? checked : new Checked<>(Optional.empty(), List.copyOf(more.faults));
    }

    /** A process as exec reads one, and all faults of it. */
    public static Checked<OciProcess> readProcess(byte[] document) {
        return read(document, ConfigShape.process(), OciProcess.class);
    }

    private static <T extends Record> Checked<T> read(byte[] document, JsonShape shape, Class<T> type) {
        List<SpecException> faults = shape(document, shape);
        if (faults.isEmpty()) {
            try {
                return new Checked<>(Optional.of(OciJson.readChecked(document, type)), List.of());
            } catch (SpecException e) {
                faults.add(e);
            }
        }
        return new Checked<>(Optional.empty(), List.copyOf(faults));
    }

    /** The paths of all properties that a configuration can have: {@code mounts[].options[]}, {@code linux.sysctl.*}. */
    public static List<String> properties() {
        List<String> paths = new ArrayList<>();
        ConfigShape.config().collect("", paths);
        return List.copyOf(paths);
    }

    /** All faults of a process, as exec reads one. */
    public static List<SpecException> ofProcess(byte[] document) {
        return List.copyOf(shape(document, ConfigShape.process()));
    }

    /** All faults of resources, as update reads them. */
    public static List<SpecException> ofResources(byte[] document) {
        return List.copyOf(shape(document, ResourcesShape.resources()));
    }

    private static List<SpecException> shape(byte[] document, JsonShape shape) {
        if (document.length > OciJson.MAX_BYTES) {
            return new ArrayList<>(List.of(SpecException.of(
                    "", "the document has " + document.length + " bytes, more than " + OciJson.MAX_BYTES)));
        }
        try {
            JsonScan.check(document, OciJson.MAX_DEPTH);
        } catch (SpecException e) {
            return new ArrayList<>(List.of(e));
        }
        return new ArrayList<>(JsonShape.faults(document, shape));
    }

    private void add(String field, String problem) {
        faults.add(SpecException.of(field, problem));
    }

    private void check(OciSpec spec) {
        if (spec.process() != null) {
            rlimits(spec.process().rlimits());
        }
        OciLinux linux = spec.linux() == null ? OciLinux.builder().build() : spec.linux();
        Map<String, String> namespaces = namespaces(linux.namespaces());
        apart(spec, linux, namespaces);
        mappings(linux, namespaces);
        devices(linux.devices());
        for (int i = 0; i < spec.mounts().size(); i++) {
            OciMount m = spec.mounts().get(i);
            if (m.uidMappings().isEmpty() != m.gidMappings().isEmpty()) {
                add("mounts[" + i + "]", "uidMappings and gidMappings must be given together");
            }
        }
        if (linux.seccomp() != null) {
            seccomp(linux.seccomp());
        }
    }

    private void rlimits(List<PosixRlimit> limits) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < limits.size(); i++) {
            PosixRlimit limit = limits.get(i);
            String field = "process.rlimits[" + i + "]";
            if (!seen.add(limit.type())) {
                add(field + ".type", limit.type() + " is there twice");
            }
            if (limit.soft().compareTo(limit.hard()) > 0) {
                add(field + ".soft", limit.soft() + " is above the hard limit, " + limit.hard());
            }
        }
    }

    /** The path by kind. */
    private Map<String, String> namespaces(List<LinuxNamespace> all) {
        Map<String, String> found = new HashMap<>();
        for (int i = 0; i < all.size(); i++) {
            LinuxNamespace namespace = all.get(i);
            if (found.put(namespace.type(), namespace.path()) != null) {
                add("linux.namespaces[" + i + "].type", namespace.type() + " is there twice");
            }
        }
        return found;
    }

    /** What would change the caller's own, were there no namespace for it. */
    private void apart(OciSpec spec, OciLinux linux, Map<String, String> namespaces) {
        needs("hostname", !spec.hostname().isEmpty(), "uts", namespaces);
        needs("domainname", !spec.domainname().isEmpty(), "uts", namespaces);
        needs("linux.timeOffsets", !linux.timeOffsets().isEmpty(), "time", namespaces);
        needs("linux.netDevices", !linux.netDevices().isEmpty(), "network", namespaces);
        needs("linux.uidMappings", !linux.uidMappings().isEmpty(), "user", namespaces);
        needs("linux.gidMappings", !linux.gidMappings().isEmpty(), "user", namespaces);
        if (!linux.timeOffsets().isEmpty()
                && !namespaces.getOrDefault("time", "").isEmpty()) {
            add("linux.timeOffsets", "the offsets of a time namespace that is joined are already set");
        }
    }

    private void needs(String field, boolean given, String kind, Map<String, String> namespaces) {
        if (given && !namespaces.containsKey(kind)) {
            add(field, "needs a namespace of its own: add {\"type\": \"" + kind + "\"} to linux.namespaces");
        }
    }

    private void mappings(OciLinux linux, Map<String, String> namespaces) {
        boolean created = namespaces.getOrDefault("user", "joined").isEmpty();
        if (created && linux.uidMappings().isEmpty()) {
            add("linux.uidMappings", "is missing; a new user namespace needs its users");
        }
        if (created && linux.gidMappings().isEmpty()) {
            add("linux.gidMappings", "is missing; a new user namespace needs its groups");
        }
    }

    private void devices(List<LinuxDevice> devices) {
        for (int i = 0; i < devices.size(); i++) {
            LinuxDevice device = devices.get(i);
            if (!device.type().equals("p") && (device.major() == null || device.minor() == null)) {
                add("linux.devices[" + i + "]", "major and minor are missing; only a FIFO, p, has none");
            }
        }
    }

    private void seccomp(LinuxSeccomp seccomp) {
        boolean notifies = seccomp.defaultAction().equals("SCMP_ACT_NOTIFY");
        for (LinuxSyscall rule : seccomp.syscalls()) {
            notifies |= rule.action().equals("SCMP_ACT_NOTIFY");
        }
        if (notifies && seccomp.listenerPath().isEmpty()) {
            add("linux.seccomp.listenerPath", "is missing; SCMP_ACT_NOTIFY needs a socket that gets the descriptor");
        }
        if (seccomp.listenerPath().isEmpty() && !seccomp.listenerMetadata().isEmpty()) {
            add("linux.seccomp.listenerMetadata", "must not be set without listenerPath");
        }
    }
}
