package dev.alcove.runtime;

import dev.alcove.linux.Cgroup;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.CgroupLimits;
import dev.alcove.spec.LinuxResources;
import dev.alcove.spec.OciSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The unit of systemd that a new container gets: made when its first process is there, and taken back if it comes to nothing. */
final class OciUnit {
    private final Systemd manager;
    private final SystemdUnit unit;
    private final String id;
    private final LinuxResources resources;
    private final List<UnitProperty> annotated;
    private boolean made;

    private OciUnit(
            Systemd manager, SystemdUnit unit, String id, LinuxResources resources, List<UnitProperty> annotated) {
        this.manager = manager;
        this.unit = unit;
        this.id = id;
        this.resources = resources;
        this.annotated = annotated;
    }

    /**
     * For a new container; nothing is made yet.
     *
     * @param config its configuration, with the rules about devices that every container has
     * @throws dev.alcove.spec.SpecException if it names no unit, or an annotation is no property of one
     * @throws ContainerException            CONFLICT if the unit's control group is there
     */
    static OciUnit of(Systemd manager, String id, OciSpec config) {
        String path = config.linux() == null ? "" : config.linux().cgroupsPath();
        LinuxResources resources =
                config.linux() == null ? null : config.linux().resources();
        SystemdUnit unit = SystemdUnit.of(path, id, manager.user(), manager.group());
        OciUnit made = new OciUnit(
                manager,
                unit,
                id,
                resources == null ? LinuxResources.builder().build() : resources,
                UnitAnnotations.of(config.annotations()));
        if (made.cgroup().exists()) {
            throw new ContainerException(
                    ContainerException.Kind.CONFLICT,
                    "cannot make the unit " + unit.name() + ": its control group " + unit.group() + " is there already"
                            + "\n  likely cause: another container has it, or one that was not deleted"
                            + "\n  mend: systemctl status " + unit.name() + " shows whose it is; give linux.cgroupsPath"
                            + " another name");
        }
        return made;
    }

    SystemdUnit unit() {
        return unit;
    }

    private Cgroup cgroup() {
        return Cgroup.of(CgroupLayout.read(unit.group()), unit.group());
    }

    /** The unit with this process in it; then the limits that systemd has no properties for. */
    void make(int pid) {
        OciPlan.change(() -> {
            CgroupLimits limits = Limits.of(resources);
            CgroupLayout layout = CgroupLayout.read(unit.group());
            boolean two = UnitProperties.two(layout);
            List<UnitProperty> properties = new ArrayList<>(UnitProperties.ofNew(unit, id, pid, two));
            properties.addAll(properties(limits, layout));
            // Last: what the caller names itself counts.
            properties.addAll(annotated);
            manager.start(unit, properties);
            made = true;
            manager.await(unit, pid);
            cgroup().complete(limits);
        });
    }

    /** What systemd is told of limits. */
    static List<UnitProperty> properties(CgroupLimits limits, CgroupLayout layout) {
        List<UnitProperty> properties = new ArrayList<>(UnitProperties.of(limits, layout));
        if (!limits.devices().isEmpty()) {
            try {
                properties.addAll(UnitDevices.of(
                        limits.devices(), UnitProperties.two(layout), Files.readString(Path.of("/proc/devices"))));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return properties;
    }

    /** It goes, if it was made. */
    void takeBack() {
        if (made) {
            manager.stop(unit.name());
            cgroup().remove();
        }
    }
}
