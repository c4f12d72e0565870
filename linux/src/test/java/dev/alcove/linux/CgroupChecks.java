package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * What a control group must do, on a real kernel: the same for every layout, so these run both on the machine itself and
 * in a guest with version 2. Each makes a group of its own at the root and removes it.
 */
final class CgroupChecks {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final CgroupLayout layout;
    private final List<Process> processes = new ArrayList<>();

    private CgroupChecks(CgroupLayout layout) {
        this.layout = layout;
    }

    @FunctionalInterface
    interface Check {
        void run(CgroupChecks on, Cgroup group) throws Exception;
    }

    /** Every check by its name. */
    static Map<String, Check> all() {
        Map<String, Check> all = new LinkedHashMap<>();
        all.put("made with its parents and removed", CgroupChecks::made);
        all.put("a process enters by itself", CgroupChecks::enter);
        all.put("made twice is refused", CgroupChecks::twice);
        all.put("a refused limit leaves nothing", CgroupChecks::refused);
        all.put("memory limit kills", CgroupChecks::memory);
        all.put("memory limit is raised and lowered", CgroupChecks::update);
        all.put("pids limit refuses a fork", CgroupChecks::pids);
        all.put("cpu quota throttles", CgroupChecks::cpu);
        all.put("freeze stops progress", CgroupChecks::freeze);
        all.put("kill ends the tree", CgroupChecks::kill);
        all.put("kill ends what is frozen", CgroupChecks::killFrozen);
        all.put("a group with a process is busy", CgroupChecks::busy);
        all.put("device rules", CgroupChecks::devices);
        return all;
    }

    static void run(CgroupLayout layout, String name, Check check) throws Exception {
        CgroupChecks on = new CgroupChecks(layout);
        Cgroup group = Cgroup.of(
                layout, "alcove-test-" + ProcessHandle.current().pid() + "-" + Integer.toHexString(name.hashCode()));
        try {
            check.run(on, group);
        } finally {
            if (group.exists()) {
                group.kill(LONG);
            }
            for (Process process : on.processes) {
                process.destroyForcibly().waitFor();
            }
            assertThat(group.remove()).isTrue();
        }
        assertThat(group.exists()).isFalse();
    }

    private void made(Cgroup group) {
        Cgroup child = Cgroup.of(layout, group.name() + "/inner");
        assertThat(child.exists()).isFalse();
        child.create(CgroupLimits.none());

        assertThat(child.exists()).isTrue();
        assertThat(child.processes()).isEmpty();
        for (CgroupHierarchy h : layout.hierarchies()) {
            assertThat(Path.of(h.directory(child.name()))).isDirectory();
        }
        assertThat(group.remove()).isTrue();
        assertThat(child.exists()).isFalse();
        assertThat(child.remove()).isTrue();
    }

    /** As a container's first process does: one thread, before it runs anything else. */
    private void enter(Cgroup group) throws Exception {
        group.create(CgroupLimits.builder().pids(10).build());
        CgroupWrites writes = CgroupWrites.plan(layout, group.name(), CgroupLimits.none());
        List<String> files = new ArrayList<>(writes.enter());
        // in place of CLONE_INTO_CGROUP
        writes.unified().ifPresent(directory -> files.add(directory + "/cgroup.procs"));
        StringBuilder script = new StringBuilder();
        for (String file : files) {
            script.append("echo 0 > ").append(file).append(" && ");
        }

        Process process = shell(script + "echo in; read go; cat /proc/self/cgroup");
        assertThat(process.inputReader().readLine()).isEqualTo("in");
        assertThat(group.processes()).containsExactly(process.pid());
        assertThat(group.stats().pids().orElseThrow().current()).isEqualTo(1);
        process.outputWriter().append("go\n").flush();
        List<String> lines = process.inputReader().lines().toList();
        assertThat(lines.stream().filter(l -> l.endsWith(group.name())))
                .hasSize(layout.hierarchies().size());
    }

    private void twice(Cgroup group) {
        group.create(CgroupLimits.none());

        assertThatThrownBy(() -> group.create(CgroupLimits.none()))
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST));
        assertThat(group.exists()).isTrue();
    }

    private void refused(Cgroup group) {
        Cgroup child = Cgroup.of(layout, group.name() + "/inner");
        // no machine has that device, and the kernel looks
        CgroupLimits limits = CgroupLimits.builder()
                .pids(5)
                .io(new CgroupIoLimit(
                        4000,
                        77,
                        OptionalLong.of(1000),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty()))
                .build();

        assertThatThrownBy(() -> child.create(limits))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("4000:77");
        assertThat(child.exists()).isFalse();
        assertThat(group.exists()).isFalse();
    }

    private void memory(Cgroup group) throws Exception {
        long limit = 16L << 20;
        CgroupLimits.Builder limits = CgroupLimits.builder().memory(limit);
        if (layout.swapLimit() == CgroupLayout.SwapLimit.YES) {
            limits.memorySwap(limit);
        }
        group.create(limits.build());
        assertThat(group.stats().memory().orElseThrow().limit()).hasValue(limit);

        // a line without an end, which tail must keep whole
        Process hog = inside(group, "exec tail -n 1 /dev/zero");

        assertThat(status(hog)).isEqualTo(128 + 9);
        CgroupStats.Memory memory = group.stats().memory().orElseThrow();
        assertThat(memory.oomKills()).isPositive();
        assertThat(memory.peak().orElse(limit)).isLessThanOrEqualTo(limit).isPositive();
    }

    private void update(Cgroup group) {
        group.create(CgroupLimits.builder().memory(32L << 20).build());
        for (long mib : new long[] {64, 512, 16}) {
            long limit = mib << 20;
            CgroupLimits.Builder limits = CgroupLimits.builder().memory(limit);
            if (layout.swapLimit() == CgroupLayout.SwapLimit.YES) {
                limits.memorySwap(limit);
            }
            group.apply(limits.build());
            assertThat(group.stats().memory().orElseThrow().limit()).hasValue(limit);
        }
        CgroupLimits.Builder none = CgroupLimits.builder().memory(CgroupLimits.UNLIMITED);
        if (layout.swapLimit() == CgroupLayout.SwapLimit.YES) {
            none.memorySwap(CgroupLimits.UNLIMITED);
        }
        group.apply(none.build());
        assertThat(group.stats().memory().orElseThrow().limit()).isEmpty();
    }

    private void pids(Cgroup group) throws Exception {
        group.create(CgroupLimits.builder().pids(1).build());
        assertThat(group.stats().pids().orElseThrow().limit()).hasValue(1);

        Process process = inside(group, "(exit 0); echo forked");

        assertThat(output(process)).doesNotContain("forked");
        assertThat(status(process)).isNotZero();

        group.apply(CgroupLimits.builder().pids(2).build());
        assertThat(output(inside(group, "(exit 0); echo forked"))).contains("forked");
    }

    private void cpu(Cgroup group) throws Exception {
        group.create(CgroupLimits.builder().cpuQuota(5_000).cpuPeriod(50_000).build());
        inside(group, "while :; do :; done");

        eventually(() -> {
            CgroupStats.Cpu cpu = group.stats().cpu().orElseThrow();
            return cpu.usageNanos() > 0 && cpu.throttledPeriods() > 0 && cpu.throttledNanos() > 0;
        });
        assertThat(group.stats().cpu().orElseThrow().periods()).isPositive();
    }

    private void freeze(Cgroup group) throws Exception {
        group.create(CgroupLimits.none());
        inside(group, "while :; do :; done");
        eventually(() -> usage(group) > 0);

        assertThat(group.freeze(LONG)).isTrue();
        assertThat(group.frozen()).isTrue();
        long before = usage(group);
        Thread.sleep(Duration.ofMillis(100));
        assertThat(usage(group)).isEqualTo(before);

        group.thaw();
        eventually(() -> usage(group) > before);
        assertThat(group.frozen()).isFalse();
    }

    private static long usage(Cgroup group) {
        return group.stats().cpu().orElseThrow().usageNanos();
    }

    private void kill(Cgroup group) throws Exception {
        group.create(CgroupLimits.none());
        Process process = inside(group, "setsid sleep 1000 & sleep 1000 & wait");
        eventually(() -> group.processes().size() == 3);

        assertThat(group.kill(LONG)).isTrue();

        assertThat(group.processes()).isEmpty();
        assertThat(status(process)).isEqualTo(128 + 9);
    }

    private void killFrozen(Cgroup group) throws Exception {
        group.create(CgroupLimits.none());
        Process process = inside(group, "sleep 1000");
        assertThat(group.freeze(LONG)).isTrue();

        assertThat(group.kill(LONG)).isTrue();

        assertThat(status(process)).isEqualTo(128 + 9);
    }

    private void busy(Cgroup group) throws Exception {
        group.create(CgroupLimits.none());
        Process process = inside(group, "exec sleep 1000");

        assertThat(group.remove()).isFalse();
        assertThat(group.processes()).containsExactly(process.pid());
    }

    private void devices(Cgroup group) throws Exception {
        String open = "(: < /dev/null) || exit 3; (: < /dev/zero) || exit 4; (: > /dev/zero) || exit 5; exit 0";
        group.create(CgroupLimits.none());
        assertThat(status(inside(group, open))).isZero();

        group.apply(CgroupLimits.builder()
                .device(DeviceRule.allow('c', 1, 3, "rwm"))
                .build());
        assertThat(status(inside(group, open))).isEqualTo(4);

        group.apply(CgroupLimits.builder()
                .device(DeviceRule.every(false, 'a', "rwm"))
                .device(DeviceRule.every(true, 'c', "rm"))
                .build());
        assertThat(status(inside(group, open))).isEqualTo(5);

        group.apply(CgroupLimits.builder()
                .device(DeviceRule.every(true, 'a', "rwm"))
                .build());
        assertThat(status(inside(group, open))).isZero();
    }

    /** A shell that runs a script, but not before it is in the group. */
    private Process inside(Cgroup group, String script) throws IOException {
        Process process = shell("read go; " + script);
        group.add(process.pid());
        assertThat(group.processes()).contains(process.pid());
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        return process;
    }

    private Process shell(String script) throws IOException {
        Process process =
                new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
        processes.add(process);
        return process;
    }

    private static int status(Process process) throws InterruptedException {
        assertThat(process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void eventually(BooleanSupplier holds) throws InterruptedException {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).isNegative();
            Thread.sleep(Duration.ofMillis(2));
        }
    }

    /** Why these cannot run here; empty if they can. */
    static String obstacle(CgroupLayout layout) {
        for (CgroupController needed : new CgroupController[] {
            CgroupController.MEMORY,
            CgroupController.PIDS,
            CgroupController.CPU,
            CgroupController.BLKIO,
            CgroupController.FREEZER,
            CgroupController.DEVICES
        }) {
            if (layout.of(needed).filter(h -> h.writable("alcove-test")).isEmpty()) {
                return "no cgroup controller " + needed.v1Name() + " at whose root we may make groups";
            }
        }
        return Files.isExecutable(Path.of("/bin/sh")) ? "" : "no /bin/sh";
    }
}
