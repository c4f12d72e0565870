package dev.alcove.runtime;

import dev.alcove.linux.SeccompFilter;
import dev.alcove.spec.LandlockRule;
import dev.alcove.spec.LinuxCapabilities;
import dev.alcove.spec.LinuxDeviceCgroup;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.LinuxNamespace;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciLinuxBuilder;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciProcessBuilder;
import dev.alcove.spec.OciRoot;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.OciSpecBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A container that a test wants: the defaults without a look at this machine, and what the test changes. */
final class Wanted {
    static final List<String> USUAL = List.of("mount", "network", "uts", "ipc", "pid", "cgroup");

    private OciProcess process = OciProcess.builder()
            .args(List.of("sh", "-c", "true"))
            .env(List.of("PATH=/usr/bin:/bin", "HOME=/root"))
            .cwd("/")
            .capabilities(Defaults.capabilities(List.of("CAP_CHOWN", "CAP_KILL")))
            .build();
    private OciLinux linux = OciLinux.builder()
            .namespaces(kinds(USUAL))
            .maskedPaths(List.of("/proc/kcore"))
            .readonlyPaths(List.of("/proc/sys"))
            .build();
    private List<OciMount> mounts = Defaults.mounts(1 << 20, true, true, true, false);
    private UnaryOperator<OciSpecBuilder> more = UnaryOperator.identity();
    private boolean readOnly;
    private Rootfs rootfs = Rootfs.directory(Path.of("/srv/root"));
    private boolean init;
    private List<TextFile> files = List.of();
    private List<LandlockRule> landlock = List.of();
    private Optional<SeccompFilter> seccomp = Optional.empty();
    private Optional<Duration> timeout = Optional.empty();
    private Optional<Path> state = Optional.empty();
    private boolean detached;
    private Optional<Supervisor> supervisor = Optional.empty();
    private Optional<FrontCall> front = Optional.empty();
    private Optional<ExecTarget> target = Optional.empty();
    private MonitorDuties duties = MonitorDuties.NONE;

    static List<LinuxNamespace> kinds(List<String> kinds) {
        List<LinuxNamespace> all = new ArrayList<>();
        for (String k : kinds) {
            int eq = k.indexOf('=');
            all.add(eq < 0 ? new LinuxNamespace(k, "") : new LinuxNamespace(k.substring(0, eq), k.substring(eq + 1)));
        }
        return all;
    }

    Wanted duties(MonitorDuties duties) {
        this.duties = duties;
        return this;
    }

    Wanted supervised() {
        supervisor = Optional.of(listener -> {});
        return this;
    }

    Wanted front(FrontCall call) {
        front = Optional.of(call);
        return this;
    }

    /** One more process of a container, in its groups. */
    Wanted target(ExecTarget running) {
        target = Optional.of(running);
        rootfs = Rootfs.inherited();
        mounts = List.of();
        return linux(l -> l.namespaces(List.of()).maskedPaths(List.of()).readonlyPaths(List.of()));
    }

    Wanted process(UnaryOperator<OciProcessBuilder> change) {
        process = change.apply(process.toBuilder()).build();
        return this;
    }

    Wanted linux(UnaryOperator<OciLinuxBuilder> change) {
        linux = change.apply(linux.toBuilder()).build();
        return this;
    }

    Wanted config(UnaryOperator<OciSpecBuilder> change) {
        more = change;
        return this;
    }

    /** Namespaces by kind, {@code kind=path} to join one. */
    Wanted namespaces(String... kinds) {
        return linux(l -> l.namespaces(kinds(List.of(kinds))));
    }

    Wanted user(List<LinuxIdMapping> ids) {
        List<String> all = new ArrayList<>(USUAL);
        all.add("user");
        return linux(l -> l.namespaces(kinds(all)).uidMappings(ids).gidMappings(ids));
    }

    Wanted resources(LinuxResources resources) {
        return linux(l -> l.resources(resources));
    }

    Wanted devices(LinuxDeviceCgroup... rules) {
        return resources(LinuxResources.builder().devices(List.of(rules)).build());
    }

    Wanted mount(OciMount... some) {
        mounts = new ArrayList<>(mounts);
        mounts.addAll(List.of(some));
        return this;
    }

    Wanted onlyMounts(OciMount... some) {
        mounts = List.of(some);
        return this;
    }

    Wanted rootfs(Rootfs rootfs) {
        this.rootfs = rootfs;
        return this;
    }

    Wanted readOnly() {
        readOnly = true;
        return this;
    }

    Wanted init() {
        init = true;
        return this;
    }

    Wanted files(TextFile... files) {
        this.files = List.of(files);
        return this;
    }

    Wanted landlock(String... rules) {
        landlock = new ArrayList<>();
        for (String r : rules) {
            landlock.add(LandlockRule.parse(r));
        }
        return this;
    }

    Wanted seccomp(SeccompFilter filter) {
        seccomp = Optional.of(filter);
        return this;
    }

    Wanted timeout(Duration timeout) {
        this.timeout = Optional.of(timeout);
        return this;
    }

    Wanted detached(Path state) {
        this.state = Optional.of(state);
        detached = true;
        return this;
    }

    ContainerSpec spec() {
        OciSpec config = more.apply(OciSpec.builder()
                        .ociVersion("1.3.0")
                        .process(process)
                        .root(new OciRoot("rootfs", readOnly))
                        .hostname(
                                linux.namespaces().stream()
                                                .anyMatch(n -> n.type().equals("uts"))
                                        ? "box"
                                        : "")
                        .mounts(mounts)
                        .linux(linux))
                .build();
        return new ContainerSpec(
                "golden",
                "golden",
                config,
                rootfs,
                init,
                true,
                files,
                landlock,
                seccomp,
                timeout,
                state,
                false,
                target,
                detached,
                Optional.empty(),
                supervisor,
                front,
                duties);
    }

    static LinuxCapabilities capabilities(String... names) {
        return Defaults.capabilities(List.of(names));
    }
}
