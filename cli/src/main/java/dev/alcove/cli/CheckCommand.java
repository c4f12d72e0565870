package dev.alcove.cli;

import java.util.ArrayList;
import java.util.List;

/** {@code alcove check}: what this machine allows, what is missing, and how to mend it. */
final class CheckCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "check",
                List.of("check"),
                "Say what this machine allows, what is missing and how to mend it",
                """
                Looks at the kernel, its namespaces, control groups and security modules, at what this user may do, \
                and at the programs that alcove calls, and at the end runs a container.

                The exit status is 0 if containers can run, 1 if they cannot. What is marked '-' is missing, but only \
                some flags need it.""",
                List.of(new Example("alcove check", "as this user; as root the answers differ")),
                new FlagTable());
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        if (!arguments.remaining().isEmpty()) {
            throw new UsageException("check", "takes no arguments");
        }
        List<Finding> findings = new ArrayList<>();
        MachineChecks.kernel(findings);
        MachineChecks.namespaces(findings);
        MachineChecks.cgroups(findings);
        MachineChecks.security(findings);
        CallerChecks.ordinaryUsers(findings);
        CallerChecks.ids(shell, findings);
        CallerChecks.network(shell, findings);
        CallerChecks.forwarding(findings);
        Finding container = ContainerCheck.run(shell);
        findings.add(container);
        List<List<String>> rows = new ArrayList<>();
        for (Finding f : findings) {
            rows.add(List.of(f.what(), f.verdict().mark(), f.here(), f.mend()));
        }
        shell.out().print(TextTable.of(List.of("WHAT", "OK", "HERE", "MEND"), rows));
        boolean good = container.verdict() == Finding.Verdict.OK;
        shell.out().print(good ? "\nContainers can run.\n" : "\nContainers cannot run.\n");
        return good ? 0 : 1;
    }
}
