package dev.alcove.cli;

import dev.alcove.runtime.ContainerBuilder;
import java.util.List;

/** {@code alcove explain run …}: what a run would do, call by call, without doing it. */
final class ExplainCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "explain",
                List.of("explain run [FLAGS] IMAGE [COMMAND [ARGUMENT…]]"),
                "Show every system call a run would make, and why",
                """
                Prints the program that 'alcove run' with the same arguments would carry out: a list of system calls, \
                each with its reason. Runs nothing, changes nothing and needs no privileges; as another user the \
                program is another one.""",
                List.of(
                        new Example("alcove explain run host true", "a container with all defaults"),
                        new Example("alcove explain run -m 64m --network host host id", "how flags change it")),
                new FlagTable());
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        List<String> words = arguments.remaining();
        if (words.isEmpty() || !words.getFirst().equals("run")) {
            throw new UsageException(
                    "explain", "what is to be explained? only 'run' can be: alcove explain run host id");
        }
        Manual run = RunManual.of();
        Arguments parsed = ArgumentParser.parse(run.name(), run.flags(), words.subList(1, words.size()));
        RunSetup setup = RunSetup.of(shell, parsed);
        ContainerBuilder builder = setup.builder();
        StringBuilder before = new StringBuilder();
        for (String line : setup.network().explain(builder)) {
            before.append("# ").append(line).append('\n');
        }
        shell.out().print(withoutId(before.toString(), builder.id()));
        shell.out().print(withoutId(builder.explain().text(), builder.id()));
        return 0;
    }

    /** Nothing is started, so there is no id: what stands for it is the same each time, and short. */
    private static String withoutId(String text, String id) {
        return text.replace(id, "<id>").replace(id.substring(0, RoomFlags.SHORT_ID), "<short id>");
    }
}
