package dev.alcove.runtime;

import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.SpecException;
import java.util.ArrayList;
import java.util.List;

/** Properties that this version cannot act upon: each is refused by its name, none is ignored. */
final class OciSupport {
    private OciSupport() {}

    /**
     * Looks through a configuration.
     *
     * @throws SpecException naming every such property
     */
    static void check(OciSpec config, OciProcess process) {
        List<String> refused = new ArrayList<>();
        add(refused, !process.apparmorProfile().isEmpty(), "process.apparmorProfile");
        add(refused, !process.selinuxLabel().isEmpty(), "process.selinuxLabel");
        add(refused, process.scheduler() != null, "process.scheduler");
        add(refused, process.ioPriority() != null, "process.ioPriority");
        add(refused, process.execCpuAffinity() != null, "process.execCPUAffinity");
        OciLinux linux = config.linux();
        if (linux != null) {
            add(refused, !linux.mountLabel().isEmpty(), "linux.mountLabel");
            add(refused, linux.intelRdt() != null, "linux.intelRdt");
            add(refused, linux.memoryPolicy() != null, "linux.memoryPolicy");
            add(refused, linux.personality() != null, "linux.personality");
            add(refused, !linux.netDevices().isEmpty(), "linux.netDevices");
        }
        for (int i = 0; i < config.mounts().size(); i++) {
            boolean mapped = !config.mounts().get(i).uidMappings().isEmpty()
                    || !config.mounts().get(i).gidMappings().isEmpty();
            add(refused, mapped, "mounts[" + i + "].uidMappings");
        }
        if (!refused.isEmpty()) {
            throw SpecException.of(
                    String.join(", ", refused), "this version of Alcove cannot do that yet; leave it out");
        }
    }

    private static void add(List<String> refused, boolean there, String property) {
        if (there) {
            refused.add(property);
        }
    }
}
