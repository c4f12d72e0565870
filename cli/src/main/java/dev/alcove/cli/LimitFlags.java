package dev.alcove.cli;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.Rlimit;
import dev.alcove.linux.RlimitValue;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.spec.Bytes;
import dev.alcove.spec.CpuQuota;
import dev.alcove.spec.CpuSet;
import dev.alcove.spec.LinuxBlockIo;
import dev.alcove.spec.LinuxCpu;
import dev.alcove.spec.LinuxCpuBuilder;
import dev.alcove.spec.LinuxMemory;
import dev.alcove.spec.LinuxMemoryBuilder;
import dev.alcove.spec.SpecException;
import dev.alcove.spec.Uint64;
import dev.alcove.spec.Ulimit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The flags about limits. */
final class LimitFlags {
    /** Below it not even the first program can be executed, and the kernel's answer would be a puzzling kill. */
    private static final long LEAST_MEMORY = 6L << 20;

    private LimitFlags() {}

    static void apply(Shell shell, Arguments arguments, ContainerBuilder builder) {
        memory(arguments, builder);
        cpu(arguments, builder);
        OptionalLong pids = arguments.number("pids-limit", -1, 4_194_304);
        if (pids.isPresent()) {
            // As docker: 0 means no limit too.
            builder.pids(pids.getAsLong() == 0 ? -1 : pids.getAsLong());
        }
        OptionalLong weight = arguments.number("blkio-weight", 10, 1000);
        if (weight.isPresent()) {
            int value = (int) weight.getAsLong();
            builder.limits(r ->
                    r.blockIo(new LinuxBlockIo(value, null, List.of(), List.of(), List.of(), List.of(), List.of())));
        }
        for (String text : arguments.all("ulimit")) {
            Ulimit limit = Ulimit.parse(text);
            builder.rlimit(limit.toRlimit());
            warn(shell, limit);
        }
        OptionalLong adjustment = arguments.number("oom-score-adj", -1000, 1000);
        if (adjustment.isPresent()) {
            builder.oomScoreAdj((int) adjustment.getAsLong());
        }
    }

    /** Unlike docker's, this process is often one without CAP_SYS_RESOURCE: the limit is the nearest that it can give. */
    private static void warn(Shell shell, Ulimit limit) {
        Optional<RlimitValue> ours = Rlimit.named(limit.name()).flatMap(r -> r.of(0));
        if (ours.isPresent()
                && Long.compareUnsigned(limit.hard(), ours.get().hard()) > 0
                && !Capabilities.ofThread().effective().contains(Capability.SYS_RESOURCE)) {
            shell.err()
                    .print("alcove: warning: --ulimit " + limit.name() + ": the hard limit stays at "
                            + Long.toUnsignedString(ours.get().hard())
                            + ", alcove's own: raising it needs CAP_SYS_RESOURCE\n");
        }
    }

    private static void memory(Arguments arguments, ContainerBuilder builder) {
        Optional<String> limit = arguments.value("memory");
        Optional<String> swap = arguments.value("memory-swap");
        Optional<String> reservation = arguments.value("memory-reservation");
        if (limit.isEmpty() && swap.isEmpty() && reservation.isEmpty()) {
            return;
        }
        LinuxMemoryBuilder memory = LinuxMemory.builder();
        long bytes = -1;
        if (limit.isPresent()) {
            bytes = Bytes.parse("--memory", limit.get()).value();
            if (bytes < LEAST_MEMORY) {
                throw SpecException.not("--memory", limit.get(), "enough: 6m is the least a program starts with");
            }
            memory.limit(bytes);
        }
        if (swap.isPresent()) {
            Bytes both = Bytes.parseLimit("--memory-swap", swap.get());
            if (limit.isEmpty()) {
                throw new UsageException("run", "--memory-swap: needs --memory, which it adds to");
            }
            if (!both.isUnlimited() && both.value() < bytes) {
                throw SpecException.not(
                        "--memory-swap", swap.get(), "at least --memory: it is memory and swap together");
            }
            memory.swap(both.value());
        }
        if (reservation.isPresent()) {
            long kept = Bytes.parse("--memory-reservation", reservation.get()).value();
            if (bytes >= 0 && kept > bytes) {
                throw SpecException.not("--memory-reservation", reservation.get(), "at most --memory");
            }
            memory.reservation(kept);
        }
        LinuxMemory built = memory.build();
        builder.limits(r -> r.memory(built));
    }

    private static void cpu(Arguments arguments, ContainerBuilder builder) {
        Optional<String> cpus = arguments.value("cpus");
        OptionalLong shares = arguments.number("cpu-shares", 2, 262_144);
        Optional<String> set = arguments.value("cpuset-cpus");
        Optional<String> nodes = arguments.value("cpuset-mems");
        if (cpus.isEmpty() && shares.isEmpty() && set.isEmpty() && nodes.isEmpty()) {
            return;
        }
        LinuxCpuBuilder cpu = LinuxCpu.builder();
        if (cpus.isPresent()) {
            CpuQuota quota = CpuQuota.parse("--cpus", cpus.get());
            Optional<CpuSet> there = available("--cpus", Kernel.processors());
            int count = there.map(s -> s.numbers().size()).orElse(Integer.MAX_VALUE);
            if (quota.quota() > count * quota.period()) {
                throw SpecException.not(
                        "--cpus", cpus.get(), "a number of CPUs from 0.01 to " + count + ": this machine has no more");
            }
            cpu.quota(quota.quota()).period(new Uint64(quota.period()));
        }
        if (shares.isPresent()) {
            cpu.shares(new Uint64(shares.getAsLong()));
        }
        if (set.isPresent()) {
            cpu.cpus(among("--cpuset-cpus", set.get(), Kernel.processors()));
        }
        if (nodes.isPresent()) {
            cpu.mems(among("--cpuset-mems", nodes.get(), Kernel.memoryNodes()));
        }
        LinuxCpu built = cpu.build();
        builder.limits(r -> r.cpu(built));
    }

    private static String among(String flag, String text, String there) {
        CpuSet wanted = CpuSet.parse(flag, text);
        available(flag, there).ifPresent(a -> wanted.check(flag, a));
        return wanted.text();
    }

    /** What the machine has, if it can be known. */
    private static Optional<CpuSet> available(String flag, String there) {
        return there.isEmpty() ? Optional.empty() : Optional.of(CpuSet.parse(flag, there));
    }
}
