package dev.alcove.runtime;

import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.SpecException;
import java.util.List;

/**
 * What security modules make of the process at its execve: an AppArmor profile, an SELinux label. Both are told to the
 * kernel by a file of the process in the host's /proc, long before the execve they are about.
 */
final class LabelPart {
    /** Parts of the kernel, as {@link HostFacts#modules} has them. */
    static final String APPARMOR = "apparmor";

    static final String SELINUX = "selinux";

    private final Plan plan;
    private final OciProcess process;

    LabelPart(Plan plan, OciProcess process) {
        this.plan = plan;
        this.process = process;
    }

    /**
     * Refuses what no module of this kernel does.
     *
     * @throws SpecException naming the property
     */
    static void check(OciProcess process, OciLinux linux, HostFacts facts) {
        need(facts, APPARMOR, "AppArmor", "process.apparmorProfile", process.apparmorProfile());
        need(facts, SELINUX, "SELinux", "process.selinuxLabel", process.selinuxLabel());
        need(facts, SELINUX, "SELinux", "linux.mountLabel", linux.mountLabel());
    }

    private static void need(HostFacts facts, String module, String name, String field, String value) {
        if (!value.isEmpty() && !facts.modules().contains(module)) {
            throw SpecException.of(
                    field,
                    "'" + value + "' cannot act: " + name + " is not supported by this kernel, or not enabled"
                            + "\n  mend: leave it out, or start the machine with it (lsm=…," + module + ")");
        }
    }

    /** While the host's /proc is there: no container has put another file in its place (CVE-2019-16884). */
    void tell() {
        if (!process.apparmorProfile().isEmpty()) {
            plan.writeOwnFile(
                    "attr/apparmor/exec",
                    "exec " + process.apparmorProfile(),
                    "its AppArmor profile, from its execve on");
        }
        if (!process.selinuxLabel().isEmpty()) {
            plan.writeOwnFile("attr/exec", process.selinuxLabel(), "its SELinux label, from its execve on");
            plan.writeOwnFile("attr/keycreate", process.selinuxLabel(), "its keyring is to have its label");
        }
    }

    /** Whether one more process of a container is to write files of its own in the host's /proc. */
    static boolean needsHostProc(OciProcess process) {
        return process.oomScoreAdj() != null
                || !process.apparmorProfile().isEmpty()
                || !process.selinuxLabel().isEmpty();
    }

    /** The parameter by which a new file system's files have the label; empty without one. */
    static List<String> mountParameters(Plan plan, String type) {
        OciLinux linux = plan.spec.config().linux();
        boolean labels = type.equals("tmpfs") || type.equals("devpts");
        return linux == null || linux.mountLabel().isEmpty() || !labels
                ? List.of()
                : List.of("context=" + linux.mountLabel());
    }
}
