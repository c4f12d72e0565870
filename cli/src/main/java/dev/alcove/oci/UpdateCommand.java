package dev.alcove.oci;

import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerException.Kind;
import dev.alcove.spec.Bytes;
import dev.alcove.spec.ConfigFaults;
import dev.alcove.spec.LinuxBlockIo;
import dev.alcove.spec.LinuxCpu;
import dev.alcove.spec.LinuxMemory;
import dev.alcove.spec.LinuxPids;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.OciJson;
import dev.alcove.spec.SpecException;
import dev.alcove.spec.Uint64;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code update}: new limits for a running container. */
final class UpdateCommand {
    private static final int HEAVIEST = 1000;

    private final FlagValues flags;

    private UpdateCommand(FlagValues flags) {
        this.flags = flags;
    }

    static int run(OciContext context, OciArguments arguments) {
        String id = ContainerIds.check(arguments.id());
        OciRuntime runtime = context.runtime(arguments);
        // First: that it is not there is what a caller looks for.
        runtime.state(id);
        runtime.update(id, request(context, arguments.flags()));
        return 0;
    }

    static UpdateRequest request(OciContext context, FlagValues flags) {
        Optional<String> file = flags.text("resources");
        LinuxResources resources = file.isPresent() ? read(context, file.get()) : new UpdateCommand(flags).resources();
        return new UpdateRequest(unchanged(resources), flags.text("l3-cache-schema"), flags.text("mem-bw-schema"));
    }

    private static LinuxResources read(OciContext context, String file) {
        try {
            byte[] json = file.equals("-")
                    ? InputFiles.read(context.in(), "standard input")
                    : InputFiles.read(context.directory(), file);
            OciConfig.refuse("resources", ConfigFaults.ofResources(json));
            return OciJson.read(json, LinuxResources.class);
        } catch (IOException e) {
            throw new ContainerException(Kind.INVALID, "read standard input: " + OciLog.reason(e), e);
        } catch (SpecException e) {
            throw new ContainerException(Kind.INVALID, "resources: " + e.getMessage(), e);
        }
    }

    private LinuxResources resources() {
        long weight = flags.number("blkio-weight", 0);
        if (weight < 0 || weight > HEAVIEST) {
            throw invalid("blkio-weight", Long.toString(weight), "it is not from 10 to 1000, or 0 to leave it");
        }
        Long pids = flags.has("pids-limit") ? Long.valueOf(flags.number("pids-limit", 0)) : null;
        LinuxCpu cpu = LinuxCpu.builder()
                .period(unsigned("cpu-period"))
                .quota(signed("cpu-quota"))
                .burst(unsigned("cpu-burst"))
                .shares(unsigned("cpu-share"))
                .realtimePeriod(unsigned("cpu-rt-period"))
                .realtimeRuntime(signed("cpu-rt-runtime"))
                .cpus(flags.text("cpuset-cpus").orElse(""))
                .mems(flags.text("cpuset-mems").orElse(""))
                .idle(signed("cpu-idle"))
                .build();
        LinuxMemory memory = LinuxMemory.builder()
                .limit(bytes("memory"))
                .reservation(bytes("memory-reservation"))
                .swap(bytes("memory-swap"))
                .build();
        return LinuxResources.builder()
                .cpu(cpu)
                .memory(memory)
                .pids(new LinuxPids(pids))
                .blockIo(new LinuxBlockIo((int) weight, null, List.of(), List.of(), List.of(), List.of(), List.of()))
                .build();
    }

    private @Nullable Uint64 unsigned(String flag) {
        Long value = signed(flag);
        if (value != null && value < 0) {
            throw invalid(flag, value.toString(), "it is negative");
        }
        return value == null ? null : Uint64.of(value);
    }

    private @Nullable Long signed(String flag) {
        String text = flags.text(flag).orElse("");
        try {
            return text.isEmpty() ? null : Long.valueOf(text);
        } catch (NumberFormatException e) {
            throw invalid(flag, text, "it is not a whole number of 64 bits");
        }
    }

    private @Nullable Long bytes(String flag) {
        String text = flags.text(flag).orElse("");
        try {
            return text.isEmpty() ? null : Bytes.parseLimit(flag, text).value();
        } catch (SpecException e) {
            throw new ContainerException(
                    Kind.INVALID, "invalid value for " + flag + ": invalid size: " + e.problem(), e);
        }
    }

    private static ContainerException invalid(String flag, String text, String why) {
        return new ContainerException(
                Kind.INVALID, "invalid value for " + flag + ": " + GoValues.quote(text) + ": " + why);
    }

    /**
     * Callers write a 0 for what is to stay as it is: runc reads it so, and its own example has them. Not for processes,
     * of which none more is a limit too, nor for what is on or off.
     */
    private static LinuxResources unchanged(LinuxResources r) {
        var builder = r.toBuilder();
        LinuxMemory m = r.memory();
        if (m != null) {
            builder.memory(m.toBuilder()
                    .limit(some(m.limit()))
                    .reservation(some(m.reservation()))
                    .swap(some(m.swap()))
                    .kernel(some(m.kernel()))
                    .kernelTcp(some(m.kernelTcp()))
                    .build());
        }
        LinuxCpu c = r.cpu();
        if (c != null) {
            builder.cpu(c.toBuilder()
                    .shares(some(c.shares()))
                    .quota(some(c.quota()))
                    .period(some(c.period()))
                    .realtimeRuntime(some(c.realtimeRuntime()))
                    .realtimePeriod(some(c.realtimePeriod()))
                    .build());
        }
        LinuxBlockIo b = r.blockIo();
        if (b != null && b.weight() != null && b.weight() == 0) {
            builder.blockIo(new LinuxBlockIo(
                    null,
                    b.leafWeight(),
                    b.weightDevice(),
                    b.throttleReadBpsDevice(),
                    b.throttleWriteBpsDevice(),
                    b.throttleReadIopsDevice(),
                    b.throttleWriteIopsDevice()));
        }
        return builder.build();
    }

    private static @Nullable Long some(@Nullable Long value) {
        return value == null || value == 0 ? null : value;
    }

    private static @Nullable Uint64 some(@Nullable Uint64 value) {
        return value == null || value.bits() == 0 ? null : value;
    }
}
