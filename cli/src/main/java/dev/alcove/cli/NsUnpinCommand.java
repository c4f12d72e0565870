package dev.alcove.cli;

import dev.alcove.lens.PinStore;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerStore;
import java.util.List;

/** {@code alcove ns unpin}: lets namespaces go that were kept by name. */
final class NsUnpinCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "ns unpin",
                List.of("ns unpin NAME…"),
                "Let namespaces go that 'ns pin' has kept",
                "Takes the names away. A namespace that nothing else keeps ends then.",
                List.of(new Example("alcove ns unpin blue", "let it go")),
                new FlagTable());
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        PinStore pins = PinStore.of(ContainerStore.standard(shell.environment()));
        int status = 0;
        for (String name : arguments.words("NAME", Integer.MAX_VALUE)) {
            try {
                pins.unpin(name);
                shell.out().print(name + "\n");
            } catch (ContainerException e) {
                status = Failures.report(shell, e);
            }
        }
        return status;
    }
}
