package dev.alcove.linux;

import java.util.List;
import java.util.Set;

/**
 * Which system calls a process may make: the shape of the OCI runtime specification's {@code linux.seccomp}.
 *
 * <p>A call without a rule gets the default. Of a call's rules, the first without conditions decides; if there is none,
 * the first whose conditions hold. A rule with the default's own outcome is skipped, as libseccomp's callers must:
 * it cannot make an exception from another rule.
 *
 * {@snippet class="dev.alcove.linux.SnippetsTest" region="seccomp"}
 *
 * @param defaultOutcome what is done with calls that no rule is about
 * @param architectures  the conventions it is about, besides the machine's own, which always is; a call by any other
 *                       kills the thread, as libseccomp's default is
 * @param rules          the exceptions from the default
 * @param flags          how the filter is loaded
 */
public record SeccompPolicy(
        SeccompOutcome defaultOutcome,
        Set<SeccompArch> architectures,
        List<SeccompRule> rules,
        Set<SeccompFlag> flags) {
    /** Copied. */
    public SeccompPolicy {
        architectures = Set.copyOf(architectures);
        rules = List.copyOf(rules);
        flags = Set.copyOf(flags);
    }

    /** A policy without rules that fails every call. */
    public static SeccompPolicy denying(Errno errno) {
        return new SeccompPolicy(SeccompOutcome.errno(errno), Set.of(), List.of(), Set.of());
    }

    /** The policy with one more rule at its end. */
    public SeccompPolicy with(SeccompRule rule) {
        List<SeccompRule> more = new java.util.ArrayList<>(rules);
        more.add(rule);
        return new SeccompPolicy(defaultOutcome, architectures, more, flags);
    }

    /** Whether it asks a supervisor about some calls, so that loading it must make a listener. */
    public boolean notifies() {
        for (SeccompRule rule : rules) {
            if (rule.outcome().action() == SeccompAction.NOTIFY) {
                return true;
            }
        }
        return defaultOutcome.action() == SeccompAction.NOTIFY;
    }
}
