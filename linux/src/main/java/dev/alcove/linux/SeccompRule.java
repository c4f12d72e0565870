package dev.alcove.linux;

import java.util.List;

/**
 * What happens to some system calls.
 *
 * <p>A rule with arguments holds when all its conditions hold; but if two of them are about the same argument, each
 * condition is an alternative of its own. That is runc's reading of such rules, which profiles rely on.
 *
 * @param names     the calls, by the kernel's names; one that is not known on an architecture is ignored there
 * @param outcome   what is done with them
 * @param arguments the conditions; none for a rule that always holds
 */
public record SeccompRule(List<String> names, SeccompOutcome outcome, List<SeccompArgument> arguments) {
    /** Checked: at least one name, none empty. */
    public SeccompRule {
        names = List.copyOf(names);
        arguments = List.copyOf(arguments);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("names: a rule names at least one system call");
        }
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).isEmpty()) {
                throw new IllegalArgumentException("names[" + i + "]: the name is empty");
            }
        }
    }

    /** A rule without conditions. */
    public SeccompRule(List<String> names, SeccompOutcome outcome) {
        this(names, outcome, List.of());
    }
}
