package dev.alcove.cli;

import java.util.List;

/** {@code alcove rm}. */
final class RmCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual("rm", List.of("rm"), "Later", "Later.", List.of(), new FlagTable());
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        throw new UsageException("rm", "not possible yet");
    }
}
