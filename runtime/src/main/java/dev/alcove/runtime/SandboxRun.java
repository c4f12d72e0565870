package dev.alcove.runtime;

import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.CgroupUnavailableException;
import dev.alcove.linux.CgroupWrites;
import dev.alcove.linux.Fd;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.Open;
import dev.alcove.linux.Pipe;
import dev.alcove.linux.Poller;
import dev.alcove.linux.SealedFile;
import dev.alcove.linux.Signal;
import dev.alcove.spec.Bytes;
import dev.alcove.spec.LandlockRule;
import dev.alcove.spec.LinuxCpu;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.LinuxMemory;
import dev.alcove.spec.LinuxPids;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciUser;
import dev.alcove.spec.PosixRlimit;
import dev.alcove.spec.Uint64;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** One run of a {@link Sandbox}: the container it becomes, and what watches it. */
final class SandboxRun {
    private static final long NOBODY = 65534;
    private static final long PERIOD = 100_000;
    private static final long MIB = 1 << 20;

    private final Sandbox sandbox;
    private final CountDownLatch streams = new CountDownLatch(2);
    private final SandboxStream out;
    private final SandboxStream err;
    private final SandboxSupervisor supervisor;

    private final Object killing = new Object();
    private @Nullable Container room;
    private boolean killed;
    private boolean overflow;

    SandboxRun(Sandbox sandbox) {
        this.sandbox = sandbox;
        int most = (int) sandbox.output.value();
        this.out = new SandboxStream(most, streams, this::tooMuch);
        this.err = new SandboxStream(most, streams, this::tooMuch);
        this.supervisor = new SandboxSupervisor(sandbox.killOnForbiddenCall, this::kill);
    }

    /** One thread for the streams and calls of all sandboxes. */
    static final class Shared {
        static final Poller POLLER = new Poller("alcove-sandbox");

        private Shared() {}
    }

    private void tooMuch() {
        synchronized (killing) {
            overflow = true;
        }
        kill();
    }

    /** Ends it at once, or as soon as it is known. */
    private void kill() {
        synchronized (killing) {
            killed = true;
            if (room != null) {
                room.signal(Signal.KILL);
            }
        }
    }

    Verdict run() throws InterruptedException {
        ContainerBuilder container = container();
        long start = System.nanoTime();
        Exit exit;
        try (Pipe o = Pipe.open();
                Pipe e = Pipe.open();
                SandboxSupervisor watch = supervisor;
                Container c = start(container, o.writer(), e.writer())) {
            o.writer().close();
            e.writer().close();
            out.follow(o.reader());
            err.follow(e.reader());
            synchronized (killing) {
                room = c;
                if (killed) {
                    c.signal(Signal.KILL);
                }
            }
            try {
                streams.await();
            } catch (InterruptedException interrupted) {
                c.close();
                awaitStreams();
                throw interrupted;
            }
            exit = c.end();
            synchronized (killing) {
                room = null;
            }
        }
        Duration wall = Duration.ofNanos(System.nanoTime() - start);
        return verdict(exit, wall);
    }

    /** The readers are used until the streams' ends, which come with the container's. */
    private void awaitStreams() {
        while (true) {
            try {
                streams.await();
                return;
            } catch (InterruptedException again) {
                // the interrupt is told to the caller already
            }
        }
    }

    private Container start(ContainerBuilder container, Fd o, Fd e) {
        if (sandbox.stdin.length == 0) {
            try (Fd nothing = Open.read().at(Path.of("/dev/null"))) {
                return container.redirect(nothing, o, e).start();
            }
        }
        try (SealedFile text = SealedFile.of("stdin", sandbox.stdin);
                // Opened again: from its beginning, and for reading alone.
                Fd in = Open.read().at(text.path())) {
            return container.redirect(in, o, e).start();
        }
    }

    private ContainerBuilder container() {
        ContainerBuilder b = new ContainerBuilder(command());
        b.rootfs(Rootfs.empty())
                .readOnly(true)
                .directory("/tmp")
                .hostname("sandbox")
                .loopback(false)
                .noNewPrivileges(true)
                .timeout(sandbox.timeout)
                .seccomp(SeccompChoice.filter(SandboxPolicy.filter()))
                .supervisor(supervisor)
                .user(new OciUser(NOBODY, NOBODY, null, List.of(), ""));
        b.capabilities().clear();
        b.maskedPaths().clear();
        b.readOnlyPaths().clear();
        Caller caller = Caller.read();
        if (!caller.privileged()) {
            b.idMappings(
                    List.of(new LinuxIdMapping(NOBODY, caller.uid(), 1)),
                    List.of(new LinuxIdMapping(
                            NOBODY, ThisProcess.status().gids().get(1), 1)));
        }
        environment(b.environment());
        mounts(b);
        if (Kernel.landlockVersion() > 0) {
            b.landlock(new LandlockRule(false, "/"));
            b.landlock(new LandlockRule(true, "/tmp"));
            b.landlock(new LandlockRule(true, "/dev/null"));
        }
        limits(b);
        return b;
    }

    private void environment(Map<String, String> environment) {
        environment.clear();
        environment.put("HOME", "/tmp");
        environment.put("LC_ALL", "C.UTF-8");
        environment.put("MALLOC_ARENA_MAX", "2");
        environment.putAll(sandbox.environment);
    }

    private void mounts(ContainerBuilder b) {
        List<String> readOnly = List.of("rbind", "ro", "nosuid", "nodev");
        b.mount(OciMount.of("/proc", "proc", "proc", List.of("ro", "nosuid", "noexec", "nodev", "subset=pid")));
        b.mount(OciMount.of("/dev", "tmpfs", "tmpfs", List.of("nosuid", "noexec", "mode=755", "size=64k")));
        b.mount(OciMount.of(
                "/tmp",
                "tmpfs",
                "tmpfs",
                List.of("nosuid", "nodev", "noexec", "mode=1777", "size=" + sandbox.temp.value())));
        JavaView.own().places().forEach((inside, outside) -> b.mount(OciMount.of(inside, "bind", outside, readOnly)));
        for (int i = 0; i < sandbox.classPath.size(); i++) {
            b.mount(OciMount.of(
                    entry(i), "bind", sandbox.classPath.get(i).toAbsolutePath().toString(), readOnly));
        }
        for (Path path : sandbox.readable) {
            b.mount(OciMount.of(path.toString(), "bind", path.toString(), readOnly));
        }
    }

    /** Where an entry of the class path is inside; a colon in its name would part it in two. */
    private String entry(int i) {
        Path name = sandbox.classPath.get(i).toAbsolutePath().normalize().getFileName();
        return "/app/" + i + "/" + (name == null ? "classes" : name.toString().replace(':', '_'));
    }

    private List<String> command() {
        List<String> c = new ArrayList<>(List.of(JavaView.HOME + "/bin/java"));
        boolean collector = false;
        for (String option : sandbox.options) {
            collector |= option.startsWith("-XX:+Use") && option.endsWith("GC");
        }
        if (!collector) {
            c.add("-XX:+UseSerialGC");
        }
        if (sandbox.shortLived()) {
            c.add("-XX:TieredStopAtLevel=1");
        }
        c.add("-XX:-UsePerfData");
        c.add("-XX:-UseContainerSupport");
        c.add("-XX:+DisableAttachMechanism");
        c.add("-XX:-CreateCoredumpOnCrash");
        c.add("-XX:+ErrorFileToStderr");
        c.add("-XX:+DisplayVMOutputToStderr");
        c.add("-XX:+ExitOnOutOfMemoryError");
        c.add("-XX:ActiveProcessorCount=" + (int) Math.ceil(sandbox.cpus));
        c.add("-Xmx" + heap(sandbox.memory) / MIB + "m");
        c.add("-XX:MaxDirectMemorySize=" + sandbox.memory.value());
        c.add("-Dstdout.encoding=UTF-8");
        c.add("-Dstderr.encoding=UTF-8");
        c.add("-Duser.name=sandbox");
        c.add("-Duser.home=/tmp");
        c.add(sandbox.nativeAccess ? "--enable-native-access=ALL-UNNAMED" : "--illegal-native-access=deny");
        c.addAll(sandbox.options);
        sandbox.properties.forEach((name, value) -> c.add("-D" + name + "=" + value));
        if (sandbox.mainClass.isEmpty()) {
            c.add("-jar");
            c.add(entry(0));
        } else {
            StringBuilder path = new StringBuilder();
            for (int i = 0; i < sandbox.classPath.size(); i++) {
                path.append(i == 0 ? "" : ":").append(entry(i));
            }
            c.add("-cp");
            c.add(path.toString());
            c.add(sandbox.mainClass);
        }
        c.addAll(sandbox.arguments);
        return c;
    }

    /** What the JVM's own code, stacks and compiled code leave: a quarter goes to them, 40 to 256 MiB. */
    static long heap(Bytes memory) {
        long own = Math.min(256 * MIB, Math.max(40 * MIB, memory.value() / 4));
        return memory.value() - own;
    }

    private void limits(ContainerBuilder b) {
        CgroupLayout layout = ThisProcess.cgroups();
        LinuxMemory memory = layout.swapLimit() == CgroupLayout.SwapLimit.YES
                ? LinuxMemory.builder()
                        .limit(sandbox.memory.value())
                        .swap(sandbox.memory.value())
                        .build()
                : LinuxMemory.builder().limit(sandbox.memory.value()).build();
        LinuxResources wanted = LinuxResources.builder()
                .memory(memory)
                .pids(new LinuxPids((long) sandbox.threads))
                .cpu(LinuxCpu.builder()
                        .quota(Math.round(sandbox.cpus * PERIOD))
                        .period(Uint64.of(PERIOD))
                        .build())
                .build();
        try {
            CgroupWrites.plan(layout, "alcove-" + b.id(), Limits.of(wanted));
            b.limits(r -> r.memory(wanted.memory()).pids(wanted.pids()).cpu(wanted.cpu()));
            supervisor.group("alcove-" + b.id());
        } catch (CgroupUnavailableException e) {
            if (!sandbox.withoutCgroups) {
                throw new ContainerException(
                        ContainerException.Kind.UNSUPPORTED,
                        "the sandbox cannot be limited: " + e.limit() + ": " + e.missing()
                                + "\n  likely cause: this user may not make control groups here"
                                + "\n  mend: " + e.mend()
                                + "; or call withoutCgroups(true), by which the process itself is limited",
                        e);
            }
            b.rlimit(rlimit("RLIMIT_DATA", sandbox.memory.value()));
            b.rlimit(rlimit("RLIMIT_NPROC", sandbox.threads));
        }
        b.rlimit(rlimit("RLIMIT_CORE", 0));
    }

    private static PosixRlimit rlimit(String type, long value) {
        return new PosixRlimit(type, Uint64.of(value), Uint64.of(value));
    }

    private Verdict verdict(Exit exit, Duration wall) {
        SandboxSupervisor.Counters counted = supervisor.counters();
        Verdict.Output stdout = out.output();
        Verdict.Output stderr = err.output();
        Bytes memory = Bytes.of(Math.max(counted.memory(), counted.memory() > 0 ? 0 : exit.peakBytes()));
        Verdict.Used used = new Verdict.Used(exit.cpu(), wall, memory, counted.threads());
        boolean tooMuch;
        synchronized (killing) {
            tooMuch = overflow;
        }
        SandboxEnding ending = new SandboxEnding(sandbox, exit, counted, supervisor, stderr.text(), tooMuch);
        return new Verdict(ending.ending(), exit.status(), stdout, stderr, used, supervisor.forbidden());
    }
}
