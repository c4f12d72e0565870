package dev.alcove.cli;

import dev.alcove.linux.Signal;
import java.util.function.Consumer;

/** Where signals that are sent to a command come from. */
public interface SignalSource {
    /**
     * Hands a signal over instead of letting it act.
     *
     * @param signal   which
     * @param receiver called on a thread of its own
     * @return what restores the signal's former action
     */
    Subscription on(Signal signal, Consumer<Signal> receiver);

    /** Hands signals over until it is closed. */
    interface Subscription extends AutoCloseable {
        /** Restores the signal's former action. */
        @Override
        void close();
    }
}
