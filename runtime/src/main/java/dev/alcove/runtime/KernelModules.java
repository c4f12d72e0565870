package dev.alcove.runtime;

import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Parts of the kernel that not every one has: each is looked for when a configuration asks for it. */
final class KernelModules {
    private KernelModules() {}

    /** Those that a configuration asks for and that are there. */
    static Set<String> of(OciSpec config) {
        Set<String> there = new HashSet<>();
        OciProcess process = config.process();
        OciLinux linux = config.linux();
        boolean labels = linux != null && !linux.mountLabel().isEmpty();
        if (process != null && !process.apparmorProfile().isEmpty() && hasApparmor()) {
            there.add(LabelPart.APPARMOR);
        }
        if ((labels || (process != null && !process.selinuxLabel().isEmpty())) && hasSelinux()) {
            there.add(LabelPart.SELINUX);
        }
        if (linux != null && linux.intelRdt() != null && hasResctrl()) {
            there.add(ResctrlPart.RESCTRL);
        }
        return there;
    }

    /** Whether AppArmor confines processes on this machine, apparmor(7). */
    static boolean hasApparmor() {
        try {
            byte[] enabled = Files.readAllBytes(Path.of("/sys/module/apparmor/parameters/enabled"));
            return new String(enabled, StandardCharsets.US_ASCII).startsWith("Y");
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether SELinux is enabled: then its file system is there. */
    static boolean hasSelinux() {
        return Files.exists(Path.of("/sys/fs/selinux/enforce"));
    }

    /** Whether the processor's shares of cache and memory bandwidth can be set here. */
    static boolean hasResctrl() {
        return Files.exists(Path.of(ResctrlPart.ROOT, "schemata"));
    }
}
