package dev.alcove.cli;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.SeccompChoice;
import dev.alcove.spec.SecurityOption;
import dev.alcove.spec.SpecException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The flags about what the container may do. */
final class PrivilegeFlags {
    private PrivilegeFlags() {}

    static void apply(Shell shell, Arguments arguments, ContainerBuilder builder) {
        builder.privileged(arguments.has("privileged"));
        capabilities(arguments, builder.capabilities());
        for (String text : arguments.all("security-opt")) {
            option(shell, builder, SecurityOption.parse(text));
        }
    }

    /** docker's rules: what is added by name stays, even where ALL is dropped; what is dropped by name goes. */
    private static void capabilities(Arguments arguments, Set<String> set) {
        List<String> added = arguments.all("cap-add");
        List<String> dropped = arguments.all("cap-drop");
        if (added.isEmpty() && dropped.isEmpty()) {
            return;
        }
        Set<String> adds = names("--cap-add", added);
        Set<String> drops = names("--cap-drop", dropped);
        if (hasAll(added)) {
            set.addAll(adds);
            drops.removeIf(name -> hasAll(dropped) && adds.contains(name));
            set.removeAll(drops);
            return;
        }
        set.removeAll(drops);
        set.addAll(adds);
    }

    private static boolean hasAll(List<String> texts) {
        for (String text : texts) {
            if (text.equalsIgnoreCase("ALL") || text.equalsIgnoreCase("CAP_ALL")) {
                return true;
            }
        }
        return false;
    }

    private static Set<String> names(String flag, List<String> texts) {
        Set<String> names = new LinkedHashSet<>();
        for (String text : texts) {
            Set<Capability> meant = Capability.allNamed(text);
            if (meant.isEmpty()) {
                throw unknown(flag, text);
            }
            if (meant.size() > 1) {
                // ALL is what there is to give: root's own, or in a user namespace what the kernel knows.
                Set<Capability> ours = Capabilities.ofThread().effective();
                meant.retainAll(ours.contains(Capability.SYS_ADMIN) ? ours : Capabilities.known());
            }
            for (Capability capability : meant) {
                names.add(capability.kernelName());
            }
        }
        return names;
    }

    private static SpecException unknown(String flag, String text) {
        List<String> words = new ArrayList<>();
        for (Capability capability : Capability.values()) {
            words.add(capability.name());
            words.add(capability.kernelName());
        }
        words.add("ALL");
        return SpecException.not(flag, text, "a capability, see capabilities(7)", words);
    }

    private static void option(Shell shell, ContainerBuilder builder, SecurityOption option) {
        switch (option) {
            case SecurityOption.NoNewPrivileges n -> builder.noNewPrivileges(n.on());
            case SecurityOption.SeccompUnconfined s -> builder.seccomp(SeccompChoice.unconfined());
            case SecurityOption.SeccompFile file ->
                builder.seccomp(
                        SeccompChoice.profile(EnvironmentFlags.read("--security-opt seccomp", shell, file.file())));
            case SecurityOption.SystemPathsUnconfined s -> unmaskAll(builder);
            case SecurityOption.UnmaskAll u -> unmaskAll(builder);
            case SecurityOption.Mask mask -> builder.maskedPaths().add(mask.path());
            case SecurityOption.Unmask unmask -> {
                for (String path : unmask.paths()) {
                    builder.maskedPaths().remove(path);
                    builder.readOnlyPaths().remove(path);
                }
            }
            case SecurityOption.Apparmor apparmor -> {
                if (!apparmor.profile().equals("unconfined")) {
                    throw unsupported("apparmor=" + apparmor.profile(), "AppArmor profiles");
                }
            }
            case SecurityOption.Label label -> {
                if (!label.text().equals("disable")) {
                    throw unsupported("label=" + label.text(), "SELinux labels");
                }
            }
        }
    }

    private static ContainerException unsupported(String option, String what) {
        return new ContainerException(
                ContainerException.Kind.UNSUPPORTED,
                "--security-opt: " + SpecException.quote(option) + " is not possible yet"
                        + "\n  likely cause: " + what + " come later; capabilities, seccomp and landlock are in force"
                        + "\n  mend: leave it out");
    }

    private static void unmaskAll(ContainerBuilder builder) {
        builder.maskedPaths().clear();
        builder.readOnlyPaths().clear();
    }
}
