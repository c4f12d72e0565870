package dev.alcove.cli;

import java.util.List;

/** {@code alcove wait}. */
final class WaitCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual("wait", List.of("wait"), "Later", "Later.", List.of(), new FlagTable());
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        throw new UsageException("wait", "not possible yet");
    }
}
