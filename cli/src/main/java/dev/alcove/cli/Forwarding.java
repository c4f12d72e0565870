package dev.alcove.cli;

import dev.alcove.linux.Signal;
import dev.alcove.runtime.Container;
import java.util.ArrayList;
import java.util.List;

/** Passes signals sent to the command on to the container, each one, as docker does. */
final class Forwarding implements AutoCloseable {
    private final List<SignalSource.Subscription> subscriptions = new ArrayList<>();

    private Forwarding() {}

    /**
     * Begins to forward.
     *
     * @param stopSignal what SIGTERM is passed on as
     */
    static Forwarding to(SignalSource source, Container container, Signal stopSignal) {
        Forwarding forwarding = new Forwarding();
        for (Signal signal :
                new Signal[] {Signal.INT, Signal.TERM, Signal.HUP, Signal.QUIT, Signal.USR1, Signal.USR2}) {
            Signal passed = signal == Signal.TERM ? stopSignal : signal;
            forwarding.subscriptions.add(source.on(signal, s -> container.signal(passed)));
        }
        return forwarding;
    }

    @Override
    public void close() {
        for (SignalSource.Subscription subscription : subscriptions) {
            subscription.close();
        }
    }
}
