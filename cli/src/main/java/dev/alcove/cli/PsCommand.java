package dev.alcove.cli;

import java.util.List;

/** {@code alcove ps}. */
final class PsCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual("ps", List.of("ps"), "Later", "Later.", List.of(), new FlagTable());
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        throw new UsageException("ps", "not possible yet");
    }
}
