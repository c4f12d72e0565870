package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.Proc;
import dev.alcove.linux.ProcStatus;
import dev.alcove.linux.Rlimit;
import dev.alcove.linux.RlimitValue;
import dev.alcove.spec.LinuxCpu;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads {@link HostFacts}: the only part of planning that looks at the machine. */
final class HostProbe {
    private static final List<String> ROOT_NAMES = List.of("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32");

    /** Entries of /etc that programs need and that hold no secret; a name that ends in / is a directory. */
    private static final List<String> HARMLESS = List.of(
            "alternatives/",
            "bash.bashrc",
            "ca-certificates/",
            "fonts/",
            "inputrc",
            "java-17-openjdk/",
            "java-21-openjdk/",
            "java-25-openjdk/",
            "ld.so.cache",
            "ld.so.conf",
            "ld.so.conf.d/",
            "localtime",
            "magic",
            "mime.types",
            "perl/",
            "pki/tls/certs/",
            "profile",
            "protocols",
            "python3/",
            "services",
            "ssl/certs/",
            "ssl/openssl.cnf",
            "terminfo/",
            "timezone");

    private HostProbe() {}

    static HostFacts read(ContainerSpec spec) {
        return read(spec, 0);
    }

    /**
     * As {@link #read(ContainerSpec)}, for a program that another process runs.
     *
     * @param runner that process, which is like this one but for its limits; 0 for this one
     */
    static HostFacts read(ContainerSpec spec, int runner) {
        ProcStatus status = ThisProcess.status();
        Map<Rlimit, RlimitValue> limits = Map.of();
        if (spec.config().process() != null
                && !spec.config().process().rlimits().isEmpty()) {
            limits = Proc.limits(runner == 0 ? Proc.self() : runner).orElse(Map.of());
        }
        boolean set = namesProcessors(spec)
                || (spec.config().linux() != null && spec.config().linux().memoryPolicy() != null);
        boolean host = spec.rootfs() instanceof Rootfs.Host;
        HostFacts facts = new HostFacts(
                Arch.host(),
                Kernel.version(),
                status.uids().get(1),
                status.gids().get(1),
                status.capabilities().effective(),
                ThisProcess.inInitialUserNamespace(),
                ThisProcess.lastCapability(),
                spec.landlock().isEmpty() ? 0 : Kernel.landlockVersion(),
                spec.unit().map(unit -> CgroupLayout.read(unit.group())).orElseGet(ThisProcess::cgroups),
                limits,
                set ? Kernel.processors() : "",
                set ? Kernel.memoryNodes() : "",
                host ? rootLinks() : Map.of(),
                host ? etc() : List.of(),
                files(spec),
                KernelModules.of(spec.config()),
                TreeCopy.read(spec));
        LandlockCheck.check(spec, facts);
        return facts;
    }

    private static boolean namesProcessors(ContainerSpec spec) {
        OciLinux linux = spec.config().linux();
        LinuxCpu cpu = linux == null || linux.resources() == null
                ? null
                : linux.resources().cpu();
        return cpu != null && (cpu.quota() != null || !(cpu.cpus() + cpu.mems()).isEmpty());
    }

    private static Map<String, String> rootLinks() {
        Map<String, String> links = new LinkedHashMap<>();
        for (String name : ROOT_NAMES) {
            Path path = Path.of("/", name);
            try {
                if (Files.isSymbolicLink(path)) {
                    links.put(name, Files.readSymbolicLink(path).toString());
                } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    links.put(name, "");
                }
            } catch (IOException e) {
                throw new ContainerException(ContainerException.Kind.INTERNAL, "cannot read the link " + path, e);
            }
        }
        return links;
    }

    private static List<String> etc() {
        List<String> found = new ArrayList<>();
        for (String name : HARMLESS) {
            Path path = Path.of("/etc", name);
            if (name.endsWith("/") ? Files.isDirectory(path) : Files.isRegularFile(path)) {
                found.add(name);
            }
        }
        return found;
    }

    /** Those of the bind mounts' sources that are no directories; each must be there. */
    private static Set<String> files(ContainerSpec spec) {
        Set<String> files = new HashSet<>();
        List<OciMount> mounts = spec.config().mounts();
        for (int i = 0; i < mounts.size(); i++) {
            OciMount m = mounts.get(i);
            if (!m.type().equals("bind")
                    && !m.options().contains("bind")
                    && !m.options().contains("rbind")) {
                continue;
            }
            Path source = Path.of(m.source());
            if (!Files.exists(source)) {
                throw new ContainerException(
                        ContainerException.Kind.NOT_FOUND,
                        "mounts[" + i + "].source: '" + m.source() + "' does not exist on the host"
                                + "\n  likely cause: a wrong path, or a directory that was to be made before"
                                + "\n  mend: mkdir -p " + m.source() + ", or correct the path");
            }
            if (!Files.isDirectory(source)) {
                files.add(m.source());
            }
        }
        return files;
    }
}
