package dev.alcove.cli;

import java.util.List;

/** {@code alcove kill}. */
final class KillCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual("kill", List.of("kill"), "Later", "Later.", List.of(), new FlagTable());
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        throw new UsageException("kill", "not possible yet");
    }
}
