package dev.alcove.cli;

import java.util.List;

/** {@code alcove exec}. */
final class ExecCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual("exec", List.of("exec"), "Later", "Later.", List.of(), new FlagTable());
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        throw new UsageException("exec", "not possible yet");
    }
}
