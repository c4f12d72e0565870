package dev.alcove.runtime;

import dev.alcove.spec.LinuxDevice;
import dev.alcove.spec.LinuxNamespace;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.SpecException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What criu is asked for a container: a pure function of its configuration, of what the caller wants and of a few facts.
 * What criu must leave alone is named the same at the dump and at the restore, and as runc names it, so that images go from
 * one to the other: mounts from outside by their place, namespaces from outside by {@code extRootNetNS} and {@code
 * extRootPidNS}, the caller's pipes by their inode.
 */
final class CriuPlan {
    /** Kinds of requests and answers, {@code criu_req_type}. */
    static final int DUMP = 1;

    static final int RESTORE = 2;
    static final int PRE_DUMP = 4;
    static final int NOTIFY = 6;

    /** The names of the log, in the work folder. */
    static final String DUMP_LOG = "dump.log";

    static final String RESTORE_LOG = "restore.log";

    /** criu's socket is the child's descriptor 3; namespaces to restore into come after it. */
    static final int FIRST_NAMESPACE = 4;

    private static final String CONFIG_ANNOTATION = "org.criu.config";
    private static final String CONFIG_FILE = "/etc/criu/runc.conf";
    private static final int VERBOSE = 4;
    private static final long CLONE_NEWNET = 0x40000000;

    private static final List<String> DEVICES =
            List.of("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty");

    /** Namespaces that criu can leave to others, and the words for them. */
    private static final Map<String, String> EXTERNAL = Map.of("network", "net", "pid", "pid");

    /**
     * What is known of the machine and the container.
     *
     * @param images  our descriptor of the images' folder, by its number
     * @param work    that of the work folder; -1 where it is the images'
     * @param rootfs  the root file system; for a restore the mount of it
     * @param pid     the first process; for a dump
     * @param freezer the directory of the group that stops the processes; empty if criu is to stop them one by one
     * @param masked  the hidden paths that are files
     * @param inodes  by their paths, the namespaces that were joined
     * @param groups  where the restored processes are, by controllers; empty if they get no groups of their own
     * @param streams what the first three descriptors were, for a restore: {@code pipe:[12]}
     * @param bound   whether the mount of control groups is one bind mount for each hierarchy, which their places tell
     */
    record Facts(
            int images,
            int work,
            String rootfs,
            int pid,
            Optional<String> freezer,
            List<String> masked,
            Map<String, Long> inodes,
            Map<String, String> groups,
            List<String> streams,
            Map<String, String> bound) {
        Facts {
            masked = List.copyOf(masked);
            inodes = Map.copyOf(inodes);
            groups = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(groups));
            streams = List.copyOf(streams);
            bound = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(bound));
        }
    }

    private final OciSpec config;
    private final OciLinux linux;
    private final OciCheckpoint wanted;
    private final Facts facts;
    private final CriuMessage.Builder options = new CriuMessage.Builder();

    private CriuPlan(OciSpec config, OciCheckpoint wanted, Facts facts) {
        this.config = config;
        this.linux = config.linux() == null ? OciLinux.builder().build() : config.linux();
        this.wanted = wanted;
        this.facts = facts;
    }

    /** The request for a dump, or a pre-dump. */
    static CriuMessage dump(OciSpec config, OciCheckpoint wanted, Facts facts) {
        return new CriuPlan(config, wanted, facts).dump();
    }

    /**
     * The request for a restore.
     *
     * @throws SpecException if the configuration joins a namespace that criu cannot join
     */
    static CriuMessage restore(OciSpec config, OciCheckpoint wanted, Facts facts) {
        return new CriuPlan(config, wanted, facts).restore();
    }

    /** The answer to a notification. */
    static CriuMessage goOn() {
        return new CriuMessage.Builder()
                .number(1, "type", NOTIFY)
                .on(3, "notify_success", true)
                .build();
    }

    /** Refuses what cannot be asked for. Before anything is made. */
    static void check(OciCheckpoint wanted) {
        cgroupsMode(wanted.cgroupsMode());
        emptyNamespaces(wanted.emptyNamespaces());
        pageServer(wanted.pageServer());
        if (wanted.parent().startsWith("/")) {
            throw invalid("--parent-path: '" + wanted.parent() + "' must be relative to the images' folder");
        }
    }

    private CriuMessage dump() {
        options.number(1, "images_dir_fd", facts.images()).number(2, "pid", facts.pid());
        common(DUMP_LOG);
        options.on(3, "leave_running", wanted.leaveRunning());
        pageServer(wanted.pageServer()).ifPresent(server -> options.inner(11, "ps", server));
        if (!wanted.parent().isEmpty()) {
            options.text(14, "parent_img", wanted.parent()).on(15, "track_mem", true);
        }
        options.on(18, "link_remap", wanted.linkRemap());
        if (!wanted.preDump()) {
            mounts(true);
        }
        for (LinuxNamespace ns : linux.namespaces()) {
            String word = EXTERNAL.get(ns.type());
            if (word != null && !ns.path().isEmpty()) {
                options.text(37, "external", word + "[" + facts.inodes().get(ns.path()) + "]:" + key(word));
            }
        }
        facts.freezer().ifPresent(directory -> options.text(44, "freeze_cgroup", directory));
        options.on(46, "tcp_skip_in_flight", wanted.skipInFlight());
        return request(wanted.preDump() ? PRE_DUMP : DUMP);
    }

    private CriuMessage restore() {
        options.number(1, "images_dir_fd", facts.images());
        common(RESTORE_LOG);
        options.on(6, "evasive_devices", true);
        mounts(false);
        facts.groups()
                .forEach((controllers, path) -> options.inner(
                        25,
                        "cg_root",
                        new CriuMessage.Builder()
                                .text(1, "ctrl", controllers)
                                .text(2, "path", path)
                                .build()));
        for (int fd = 0; fd < facts.streams().size(); fd++) {
            if (facts.streams().get(fd).contains("pipe:")) {
                inherit(facts.streams().get(fd), fd);
            }
        }
        int next = FIRST_NAMESPACE;
        for (LinuxNamespace ns : linux.namespaces()) {
            if (ns.path().isEmpty()) {
                continue;
            }
            String word = EXTERNAL.get(ns.type());
            if (word != null) {
                inherit(key(word), next++);
            } else {
                join(ns);
            }
        }
        if (!wanted.lsmProfile().isEmpty()) {
            options.text(53, "lsm_profile", wanted.lsmProfile());
        }
        if (!wanted.lsmMountContext().isEmpty()) {
            options.text(63, "lsm_mount_context", wanted.lsmMountContext());
        }
        return request(RESTORE);
    }

    /** The namespaces that criu is given as descriptors, in the order of their numbers. */
    static List<String> given(OciSpec config) {
        List<String> paths = new ArrayList<>();
        for (LinuxNamespace ns : namespaces(config)) {
            if (!ns.path().isEmpty() && EXTERNAL.containsKey(ns.type())) {
                paths.add(ns.path());
            }
        }
        return paths;
    }

    private static List<LinuxNamespace> namespaces(OciSpec config) {
        return config.linux() == null ? List.of() : config.linux().namespaces();
    }

    private void join(LinuxNamespace ns) {
        switch (ns.type()) {
            case "ipc", "uts", "mount", "user" ->
                options.inner(
                        39,
                        "join_ns",
                        new CriuMessage.Builder()
                                .text(1, "ns", ns.type().equals("mount") ? "mnt" : ns.type())
                                .text(2, "ns_file", ns.path())
                                .build());
            default ->
                throw SpecException.of(
                        "linux.namespaces",
                        "'" + ns.type() + "' is joined by path: criu cannot restore a container into it");
        }
    }

    private void inherit(String key, int fd) {
        options.inner(
                27,
                "inherit_fd",
                new CriuMessage.Builder()
                        .text(1, "key", key)
                        .number(2, "fd", fd)
                        .build());
    }

    private static String key(String word) {
        return "extRoot" + Character.toUpperCase(word.charAt(0)) + word.substring(1) + "NS";
    }

    /** What is the same for both, by the fields' numbers. */
    private void common(String log) {
        options.on(4, "ext_unix_sk", wanted.unixSockets())
                .on(5, "tcp_established", wanted.tcp())
                .on(7, "shell_job", wanted.shellJob())
                .on(8, "file_locks", wanted.fileLocks())
                .number(9, "log_level", VERBOSE)
                .text(10, "log_file", log)
                .on(12, "notify_scripts", true)
                .text(13, "root", facts.rootfs())
                .on(16, "auto_dedup", wanted.autoDedup());
        if (facts.work() >= 0) {
            options.number(17, "work_dir_fd", facts.work());
        }
        options.on(24, "manage_cgroups", true).number(34, "manage_cgroups_mode", cgroupsMode(wanted.cgroupsMode()));
        long empty = emptyNamespaces(wanted.emptyNamespaces());
        if (empty != 0) {
            options.number(38, "empty_ns", empty);
        }
        options.on(48, "lazy_pages", wanted.lazyPages()).on(50, "orphan_pts_master", true);
        String file = config.annotations().getOrDefault(CONFIG_ANNOTATION, CONFIG_FILE);
        if (!file.isEmpty()) {
            options.text(51, "config_file", file);
        }
    }

    /** Mounts that come from outside: criu neither saves nor looks into them, and puts them back from where we say. */
    private void mounts(boolean dump) {
        for (OciMount m : config.mounts()) {
            if (isBind(m)) {
                mount(m.destination(), dump ? m.destination() : m.source());
            }
        }
        facts.bound().forEach((place, source) -> mount(place, dump ? place : source));
        if (dump) {
            for (String path : facts.masked()) {
                mount(path, "/dev/null");
            }
        } else if (!linux.maskedPaths().isEmpty()) {
            mount("/dev/null", "/dev/null");
        }
        for (String device : DEVICES) {
            mount(device, device);
        }
        for (LinuxDevice device : linux.devices()) {
            if (!DEVICES.contains(device.path())) {
                mount(device.path(), device.path());
            }
        }
    }

    private void mount(String key, String value) {
        options.inner(
                23,
                "ext_mnt",
                new CriuMessage.Builder()
                        .text(1, "key", key)
                        .text(2, "val", value)
                        .build());
    }

    static boolean isBind(OciMount m) {
        return m.type().equals("bind")
                || m.options().contains("bind")
                || m.options().contains("rbind");
    }

    private CriuMessage request(int type) {
        return new CriuMessage.Builder()
                .number(1, "type", type)
                .inner(2, "opts", options.build())
                .build();
    }

    /** {@code criu_cg_mode}. */
    private static int cgroupsMode(String word) {
        return switch (word) {
            case "ignore" -> 0;
            case "", "soft" -> 3;
            case "full" -> 4;
            case "strict" -> 5;
            default -> throw invalid("--manage-cgroups-mode: '" + word + "' is not soft, full, strict or ignore");
        };
    }

    private static long emptyNamespaces(List<String> kinds) {
        long flags = 0;
        for (String kind : kinds) {
            if (!kind.equals("network")) {
                throw invalid("--empty-ns: namespace \"" + kind + "\" is not supported: network is");
            }
            flags |= CLONE_NEWNET;
        }
        return flags;
    }

    private static Optional<CriuMessage> pageServer(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        int colon = text.lastIndexOf(':');
        int port;
        try {
            port = Integer.parseInt(text.substring(colon + 1));
        } catch (NumberFormatException e) {
            port = 0;
        }
        if (colon <= 0 || port < 1 || port > 65535) {
            throw invalid("--page-server: '" + text + "' is not ADDRESS:PORT");
        }
        return Optional.of(new CriuMessage.Builder()
                .text(1, "address", text.substring(0, colon))
                .number(2, "port", port)
                .build());
    }

    private static ContainerException invalid(String why) {
        return new ContainerException(ContainerException.Kind.INVALID, why);
    }
}
