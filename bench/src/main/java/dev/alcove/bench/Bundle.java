package dev.alcove.bench;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.SeccompArch;
import dev.alcove.linux.SeccompArgument;
import dev.alcove.linux.SeccompOperator;
import dev.alcove.linux.SeccompOutcome;
import dev.alcove.linux.SeccompPolicy;
import dev.alcove.linux.SeccompRule;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerSpec;
import dev.alcove.runtime.SeccompProfile;
import dev.alcove.runtime.TextFile;
import dev.alcove.spec.LinuxNamespace;
import dev.alcove.spec.LinuxSeccomp;
import dev.alcove.spec.LinuxSeccompArg;
import dev.alcove.spec.LinuxSyscall;
import dev.alcove.spec.OciJson;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciRoot;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.Uint64;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Alcove's container as an OCI bundle for other runtimes: its configuration, and the seccomp profile as they take it. */
final class Bundle {
    private Bundle() {}

    /**
     * Writes {@code config.json} and the container's small files.
     *
     * @param directory where
     * @param group     the control group
     */
    static void write(ContainerBuilder builder, Path root, Path directory, String group) throws IOException {
        ContainerSpec spec = builder.spec();
        OciLinux linux = Objects.requireNonNull(spec.config().linux());
        List<LinuxNamespace> namespaces = new ArrayList<>(linux.namespaces());
        // Not every version of the others knows it.
        namespaces.removeIf(n -> n.type().equals("time"));
        Files.createDirectories(directory);
        List<OciMount> mounts = new ArrayList<>(spec.config().mounts());
        for (TextFile f : spec.files()) {
            Path file = directory.resolve(f.path().substring(f.path().lastIndexOf('/') + 1));
            Files.writeString(file, f.content());
            mounts.add(OciMount.of(f.path(), "bind", file.toString(), List.of("bind", "rprivate")));
        }
        OciSpec config = spec.config().toBuilder()
                .ociVersion("1.0.2")
                .root(new OciRoot(root.toString(), false))
                .mounts(mounts)
                .linux(linux.toBuilder()
                        .namespaces(namespaces)
                        .cgroupsPath("/" + group)
                        .seccomp(seccomp(builder.capabilities()))
                        .build())
                .build();
        Files.writeString(directory.resolve("config.json"), OciJson.write(config));
    }

    private static LinuxSeccomp seccomp(Set<String> capabilities) {
        int version = Kernel.version();
        SeccompPolicy policy = SeccompProfile.standard()
                .policy(Arch.host(), new HashSet<>(capabilities), version / 1000, version % 1000);
        List<String> architectures = new ArrayList<>();
        for (SeccompArch a : policy.architectures()) {
            architectures.add("SCMP_ARCH_" + a.name());
        }
        List<LinuxSyscall> calls = new ArrayList<>();
        for (SeccompRule rule : policy.rules()) {
            List<LinuxSeccompArg> args = new ArrayList<>();
            for (SeccompArgument a : rule.arguments()) {
                args.add(new LinuxSeccompArg(
                        a.index(),
                        new Uint64(a.value()),
                        a.operator() == SeccompOperator.MASKED_EQ ? new Uint64(a.valueTwo()) : null,
                        "SCMP_CMP_" + a.operator().name()));
            }
            calls.add(new LinuxSyscall(rule.names(), action(rule.outcome()), errno(rule.outcome()), args));
        }
        return new LinuxSeccomp(
                action(policy.defaultOutcome()),
                errno(policy.defaultOutcome()),
                architectures,
                List.of(),
                "",
                "",
                calls);
    }

    private static String action(SeccompOutcome outcome) {
        return "SCMP_ACT_" + outcome.action().name();
    }

    private static @Nullable Long errno(SeccompOutcome outcome) {
        return outcome.action().takesErrno() ? (Long) (long) outcome.errnoRet() : null;
    }
}
