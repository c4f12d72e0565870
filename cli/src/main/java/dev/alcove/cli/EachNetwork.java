package dev.alcove.cli;

import dev.alcove.network.NetworkException;
import java.util.List;
import java.util.function.UnaryOperator;

/** Does the same to several networks: one that fails does not keep the others from it. */
final class EachNetwork {
    private EachNetwork() {}

    /**
     * Acts on each, printing what the action returns.
     *
     * @param references names, ids or beginnings of ids
     * @return 0, or 125 if one failed
     */
    static int act(Shell shell, List<String> references, UnaryOperator<String> action) {
        int status = 0;
        for (String reference : references) {
            try {
                shell.out().print(action.apply(reference) + "\n");
                shell.out().flush();
            } catch (NetworkException e) {
                status = Failures.report(shell, e);
            }
        }
        return status;
    }
}
