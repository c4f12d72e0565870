package dev.alcove.cli;

import java.util.List;

/** {@code alcove check}. */
final class CheckCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual("check", List.of("check"), "Later", "Later.", List.of(), new FlagTable());
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        throw new UsageException("check", "not possible yet");
    }
}
