package dev.alcove.oci;

import dev.alcove.runtime.CgroupDriver;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.Systemd;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What the global flags ask of the runtime.
 *
 * @param root     the directory in which the states are kept, absolute
 * @param cgroups  who makes the control groups
 * @param systemd  the systemd that makes them, where one does: the machine's for root, else the user's
 * @param rootless whether a control group that may not be written is no error; empty: decided by the caller's privileges
 * @param criu     the program for checkpoints
 */
record RuntimeOptions(Path root, CgroupDriver cgroups, Systemd systemd, Optional<Boolean> rootless, String criu) {
    /**
     * Reads the global flags.
     *
     * @param caller whoever is root has /run; another's states are below XDG_RUNTIME_DIR
     * @throws ContainerException if a flag has a value that it cannot have
     */
    static RuntimeOptions of(
            FlagValues globals, Map<String, String> environment, Path directory, OciContext.Caller caller) {
        String home = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        String standard = isRoot(caller, environment) || home.isEmpty() ? "/run" : home;
        return new RuntimeOptions(
                directory
                        .resolve(globals.text("root").orElse(standard + "/" + OciCommands.NAME))
                        .normalize(),
                manager(globals),
                Systemd.of(!isRoot(caller, environment), environment),
                rootless(globals.text("rootless").orElse("auto")),
                globals.text("criu").orElse("criu"));
    }

    /**
     * As runc decides it. An ordinary user's podman calls as user 0 of the user namespace that it made, and /run is not
     * that user's; there the variable USER still tells who it is.
     */
    private static boolean isRoot(OciContext.Caller caller, Map<String, String> environment) {
        return caller.uid() == 0
                && (!caller.inside() || environment.getOrDefault("USER", "").equals("root"));
    }

    private static CgroupDriver manager(FlagValues globals) {
        String name = globals.text("cgroup-manager").orElse(globals.on("systemd-cgroup") ? "systemd" : "cgroupfs");
        return switch (name) {
            case "cgroupfs" -> CgroupDriver.CGROUPFS;
            case "systemd" -> CgroupDriver.SYSTEMD;
            case "disabled" -> CgroupDriver.DISABLED;
            default ->
                throw new ContainerException(
                        ContainerException.Kind.INVALID,
                        "invalid cgroup-manager: " + name + "; there are cgroupfs, systemd and disabled");
        };
    }

    private static Optional<Boolean> rootless(String text) {
        if (text.equals("auto")) {
            return Optional.empty();
        }
        try {
            return Optional.of(GoValues.bool(text));
        } catch (GoValues.BadValueException e) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    "invalid value for rootless: " + GoValues.quote(text) + "; there are true, false and auto");
        }
    }
}
