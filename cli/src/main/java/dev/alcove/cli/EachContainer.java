package dev.alcove.cli;

import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerStore;
import dev.alcove.runtime.StoredContainer;
import java.util.List;
import java.util.function.Function;

/** Does the same to several containers: one that fails does not keep the others from it. */
final class EachContainer {
    private EachContainer() {}

    /**
     * Acts on each, printing what the action returns.
     *
     * @param references names, ids or beginnings of ids
     * @return 0, or 125 if one failed
     */
    static int act(Shell shell, List<String> references, Function<StoredContainer, String> action) {
        ContainerStore store = ContainerStore.standard(shell.environment());
        int status = 0;
        for (String reference : references) {
            try {
                String said = action.apply(store.find(reference));
                shell.out().print((said.isEmpty() ? reference : said) + "\n");
                shell.out().flush();
            } catch (ContainerException e) {
                status = Failures.report(shell, e);
            }
        }
        return status;
    }
}
