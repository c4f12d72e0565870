package dev.alcove.cli;

import dev.alcove.linux.FileStat;
import dev.alcove.linux.FileType;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerException;
import dev.alcove.spec.Bytes;
import dev.alcove.spec.DeviceSpec;
import dev.alcove.spec.LandlockRule;
import dev.alcove.spec.LinuxDevice;
import dev.alcove.spec.LinuxDeviceCgroup;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.SpecException;
import dev.alcove.spec.VolumeSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The flags about files: volumes, devices, what landlock allows. */
final class FileFlags {
    private FileFlags() {}

    /** Returns where something is mounted. */
    static Set<String> apply(Shell shell, Arguments arguments, ContainerBuilder builder) {
        List<OciMount> mounts = new ArrayList<>();
        for (String text : arguments.all("volume")) {
            mounts.add(mount(shell, "-v", VolumeSpec.parse(text)));
        }
        for (String text : arguments.all("mount")) {
            mounts.add(mount(shell, "--mount", VolumeSpec.parseMount(text)));
        }
        for (String text : arguments.all("tmpfs")) {
            mounts.add(mount(shell, "--tmpfs", VolumeSpec.parseTmpfs(text)));
        }
        Set<String> mounted = new HashSet<>();
        for (OciMount mount : mounts) {
            builder.mount(mount);
            mounted.add(mount.destination());
        }
        Optional<String> shm = arguments.value("shm-size");
        if (shm.isPresent()) {
            long size = Bytes.parse("--shm-size", shm.get()).value();
            if (size == 0) {
                throw SpecException.not("--shm-size", shm.get(), "a size above 0; --ipc none leaves /dev/shm out");
            }
            builder.shm(size);
        }
        for (String text : arguments.all("device")) {
            device(builder, DeviceSpec.parse(text));
        }
        for (String text : arguments.all("landlock")) {
            builder.landlock(LandlockRule.parse(text));
        }
        return mounted;
    }

    private static OciMount mount(Shell shell, String flag, VolumeSpec volume) {
        return switch (volume) {
            case VolumeSpec.Bind bind -> bind(shell, flag, bind);
            case VolumeSpec.Tmpfs tmpfs -> tmpfs(tmpfs);
            case VolumeSpec.Named named ->
                throw new ContainerException(
                        ContainerException.Kind.UNSUPPORTED,
                        flag + ": "
                                + (named.name().isEmpty()
                                        ? "anonymous volumes are"
                                        : "the volume " + SpecException.quote(named.name()) + " is")
                                + " not possible yet\n  likely cause: volumes that alcove keeps come later"
                                + "\n  mend: give a path of the host, as /srv/data:" + named.destination()
                                + " or ./data:"
                                + named.destination() + "; --tmpfs " + named.destination() + " for one in memory");
        };
    }

    private static OciMount bind(Shell shell, String flag, VolumeSpec.Bind bind) {
        Path source = shell.directory().resolve(bind.source()).normalize();
        if (!Files.exists(source)) {
            throw new ContainerException(
                    ContainerException.Kind.NOT_FOUND,
                    flag + ": " + SpecException.quote(bind.source()) + " does not exist on the host"
                            + "\n  likely cause: a wrong path; unlike docker, alcove does not make one"
                            + "\n  mend: mkdir -p " + source + ", or correct the path");
        }
        List<String> options = new ArrayList<>();
        options.add(bind.recursion() == VolumeSpec.Recursion.DISABLED ? "bind" : "rbind");
        boolean deep =
                bind.recursion() == VolumeSpec.Recursion.ENABLED || bind.recursion() == VolumeSpec.Recursion.READONLY;
        for (String option : bind.options()) {
            switch (option) {
                case "ro" -> options.add(deep ? "rro" : "ro");
                // SELinux's labels: there is none to change where its module is not in force.
                case "z", "Z" -> {}
                default -> options.add(option);
            }
        }
        return OciMount.of(bind.destination(), "bind", source.toString(), options);
    }

    private static OciMount tmpfs(VolumeSpec.Tmpfs tmpfs) {
        List<String> options = new ArrayList<>();
        for (String safe : new String[] {"nosuid", "nodev", "noexec"}) {
            if (!tmpfs.options().contains(safe.substring(2))) {
                options.add(safe);
            }
        }
        for (String option : tmpfs.options()) {
            if (!options.contains(option)) {
                options.add(option);
            }
        }
        if (!tmpfs.size().isUnlimited()) {
            options.add("size=" + tmpfs.size().value());
        }
        options.add("mode=" + Integer.toOctalString(tmpfs.mode()));
        return OciMount.of(tmpfs.destination(), "tmpfs", "tmpfs", options);
    }

    private static void device(ContainerBuilder builder, DeviceSpec device) {
        Optional<FileStat> found = FileStat.find(Path.of(device.host()));
        if (found.isEmpty()) {
            throw new ContainerException(
                    ContainerException.Kind.NOT_FOUND,
                    "--device: " + SpecException.quote(device.host()) + " does not exist on the host"
                            + "\n  likely cause: the device is not there, or its driver is not loaded"
                            + "\n  mend: modprobe its driver, or correct the path");
        }
        FileStat stat = found.get();
        boolean character = stat.type() == FileType.CHARACTER_DEVICE;
        if (!character && stat.type() != FileType.BLOCK_DEVICE) {
            throw SpecException.not("--device", device.host(), "a device; files and directories are shown with -v");
        }
        String type = character ? "c" : "b";
        builder.device(
                new LinuxDevice(
                        device.container(),
                        type,
                        stat.deviceMajor(),
                        stat.deviceMinor(),
                        (long) stat.permissions(),
                        stat.uid(),
                        stat.gid()),
                new LinuxDeviceCgroup(true, type, stat.deviceMajor(), stat.deviceMinor(), device.access()));
    }
}
