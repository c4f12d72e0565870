package dev.alcove.cli;

import java.util.List;

/** {@code alcove completion}. */
final class CompletionCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual("completion", List.of("completion"), "Later", "Later.", List.of(), new FlagTable());
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        throw new UsageException("completion", "not possible yet");
    }
}
