package dev.alcove.runtime;

import dev.alcove.linux.Capability;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.spec.LinuxCapabilities;
import dev.alcove.spec.LinuxDevice;
import dev.alcove.spec.LinuxDeviceCgroup;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.LinuxNamespace;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.LinuxTimeOffset;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciRoot;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.TimeOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** From the builder's words to the specification's: where the defaults become a configuration. */
final class SpecFromBuilder {
    private static final String OCI_VERSION = "1.3.0";
    private static final int SHORT_ID = 12;

    private final ContainerBuilder b;
    private final Caller caller;
    private final boolean userNamespace;

    SpecFromBuilder(ContainerBuilder b) {
        this.b = b;
        this.caller = Caller.read();
        this.userNamespace =
                own(NamespaceKind.USER) || (!caller.privileged() && !b.rooms.containsKey(NamespaceKind.USER));
    }

    private boolean own(NamespaceKind kind) {
        return b.rooms.get(kind) instanceof ContainerBuilder.Room.Own;
    }

    ContainerSpec spec() {
        List<LinuxIdMapping> uids = b.uidMappings;
        List<LinuxIdMapping> gids = b.gidMappings;
        if (userNamespace && uids.isEmpty()) {
            uids = caller.uidMappings();
            gids = caller.gidMappings();
        }
        Set<String> capabilities = capabilities();
        SeccompChoice seccomp = b.effectiveSeccomp();
        OciSpec config = OciSpec.builder()
                .ociVersion(OCI_VERSION)
                .process(process(capabilities))
                .root(new OciRoot("rootfs", b.readOnly))
                .hostname(hostname())
                .domainname(own(NamespaceKind.UTS) ? b.domainname : "")
                .mounts(mounts(gids))
                .linux(linux(uids, gids))
                .build();
        return new ContainerSpec(
                b.id,
                b.name.isEmpty() ? b.id.substring(0, Math.min(SHORT_ID, b.id.length())) : b.name,
                config,
                b.rootfs,
                b.init,
                b.loopback,
                files(),
                b.landlock,
                SeccompFilters.of(seccomp, capabilities),
                b.timeout,
                b.state,
                b.remove,
                Optional.empty(),
                b.detached,
                b.prepare,
                b.supervisor,
                Optional.empty(),
                new MonitorDuties(b.held, b.afterEnd));
    }

    private Set<String> capabilities() {
        Set<String> names = new LinkedHashSet<>();
        if (b.privileged) {
            for (Capability c : userNamespace ? caller.known() : caller.capabilities()) {
                names.add(c.kernelName());
            }
        } else {
            names.addAll(b.capabilities);
        }
        return names;
    }

    private OciProcess process(Set<String> capabilities) {
        List<String> environment = new ArrayList<>();
        b.environment.forEach((k, v) -> environment.add(k + "=" + v));
        List<String> names = List.copyOf(capabilities);
        boolean root = b.user.uid() == 0;
        return OciProcess.builder()
                .args(b.command)
                .env(environment)
                .cwd(b.directory)
                .user(b.user)
                .terminal(b.streams.terminal())
                .consoleSize(b.consoleSize.orElse(null))
                // As docker: another user than root starts with an empty effective set.
                .capabilities(
                        root
                                ? Defaults.capabilities(names)
                                : new LinuxCapabilities(names, List.of(), List.of(), List.of(), List.of()))
                .rlimits(b.rlimits)
                .noNewPrivileges(b.noNewPrivileges)
                .oomScoreAdj(b.oomScoreAdj.isPresent() ? (Integer) (int) b.oomScoreAdj.getAsLong() : null)
                .build();
    }

    private String hostname() {
        if (!own(NamespaceKind.UTS)) {
            return "";
        }
        if (b.hostname.isEmpty() && b.rootfs instanceof Rootfs.Inherited) {
            // Whoever asks for a room only gets what the kernel puts into it: a copy of the caller's name.
            return "";
        }
        return b.hostname.isEmpty() ? b.id.substring(0, Math.min(SHORT_ID, b.id.length())) : b.hostname;
    }

    private List<OciMount> mounts(List<LinuxIdMapping> gids) {
        List<OciMount> all = new ArrayList<>();
        if (!(b.rootfs instanceof Rootfs.Inherited) && !(b.rootfs instanceof Rootfs.Empty)) {
            boolean joinsUsers = b.rooms.get(NamespaceKind.USER) instanceof ContainerBuilder.Room.Joined;
            boolean confined = userNamespace || joinsUsers;
            boolean ttyGroup = joinsUsers
                    ? caller.privileged()
                    : !userNamespace || IdMaps.of(gids).toHost(5).isPresent();
            boolean newNet = own(NamespaceKind.NET);
            all.addAll(Defaults.mounts(
                    b.shm, ttyGroup, newNet || !confined, own(NamespaceKind.IPC) || !confined, b.privileged));
            if (confined && !own(NamespaceKind.PID)) {
                all.removeIf(m -> m.destination().equals("/proc"));
                all.addFirst(OciMount.of("/proc", "bind", "/proc", List.of("rbind")));
            }
        }
        Set<String> replaced = new HashSet<>();
        b.mounts.forEach(m -> replaced.add(m.destination()));
        all.removeIf(m -> replaced.contains(m.destination()));
        all.addAll(b.mounts);
        return all;
    }

    private OciLinux linux(List<LinuxIdMapping> uids, List<LinuxIdMapping> gids) {
        List<LinuxNamespace> namespaces = new ArrayList<>();
        b.rooms.forEach((kind, room) -> {
            switch (room) {
                case ContainerBuilder.Room.Own o -> namespaces.add(new LinuxNamespace(ociName(kind), ""));
                case ContainerBuilder.Room.Joined j ->
                    namespaces.add(new LinuxNamespace(ociName(kind), j.file().toString()));
                case ContainerBuilder.Room.Host h -> {}
            }
        });
        if (userNamespace && !own(NamespaceKind.USER)) {
            namespaces.add(new LinuxNamespace("user", ""));
        }
        Map<String, LinuxTimeOffset> offsets = new LinkedHashMap<>();
        for (TimeOffset t : b.timeOffsets) {
            offsets.put(t.clock().text(), t.toLinux());
        }
        boolean bare = b.rootfs instanceof Rootfs.Inherited;
        return OciLinux.builder()
                .namespaces(namespaces)
                .uidMappings(userNamespace ? uids : List.of())
                .gidMappings(userNamespace ? gids : List.of())
                .timeOffsets(offsets)
                .devices(devices())
                .sysctl(b.sysctl)
                .maskedPaths(b.privileged || bare ? List.of() : List.copyOf(b.masked))
                .readonlyPaths(b.privileged || bare ? List.of() : List.copyOf(b.readOnlyPaths))
                .resources(resources())
                .build();
    }

    private String hosts() {
        return b.hosts.isEmpty() ? "" : String.join("\n", b.hosts) + "\n";
    }

    private List<LinuxDevice> devices() {
        if (!b.privileged || b.rootfs instanceof Rootfs.Inherited) {
            return b.devices;
        }
        List<LinuxDevice> all = HostDevices.all();
        all.addAll(b.devices);
        return all;
    }

    static String ociName(NamespaceKind kind) {
        return switch (kind) {
            case MOUNT -> "mount";
            case NET -> "network";
            case UTS -> "uts";
            case IPC -> "ipc";
            case PID -> "pid";
            case USER -> "user";
            case CGROUP -> "cgroup";
            case TIME -> "time";
        };
    }

    private LinuxResources resources() {
        LinuxResources asked = b.resources == null ? LinuxResources.builder().build() : b.resources;
        if (!caller.limitsDevices()) {
            return asked;
        }
        List<LinuxDeviceCgroup> rules = new ArrayList<>();
        if (b.privileged) {
            rules.add(new LinuxDeviceCgroup(true, "a", null, null, "rwm"));
        } else {
            rules.addAll(Defaults.DEVICE_RULES);
            rules.addAll(b.deviceRules);
        }
        return asked.toBuilder().devices(rules).build();
    }

    private List<TextFile> files() {
        if (b.rootfs instanceof Rootfs.Inherited || b.rootfs instanceof Rootfs.Empty) {
            return b.files;
        }
        List<TextFile> all = new ArrayList<>();
        if (b.rootfs instanceof Rootfs.Host) {
            all.addAll(HostEtc.files());
        }
        String name = hostname();
        if (!name.isEmpty()) {
            String domain = b.domainname.isEmpty() ? name : name + "." + b.domainname + " " + name;
            all.add(new TextFile("/etc/hostname", name + "\n"));
            all.add(new TextFile(
                    "/etc/hosts",
                    "127.0.0.1 localhost " + domain + "\n::1 localhost ip6-localhost ip6-loopback\n"
                            + "fe00::0 ip6-localnet\nff00::0 ip6-mcastprefix\nff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n"
                            + hosts()));
        }
        all.add(new TextFile("/etc/resolv.conf", own(NamespaceKind.NET) ? "" : caller.resolvConf()));
        Set<String> replaced = new HashSet<>();
        b.files.forEach(f -> replaced.add(f.path()));
        b.mounts.forEach(m -> replaced.add(m.destination()));
        all.removeIf(f -> replaced.contains(f.path()));
        all.addAll(b.files);
        return all;
    }
}
