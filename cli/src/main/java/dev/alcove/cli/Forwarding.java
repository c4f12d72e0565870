package dev.alcove.cli;

import dev.alcove.linux.Signal;
import dev.alcove.runtime.Container;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Passes signals sent to the command on to the container, each one, as docker does. It listens before there is a
 * container: one that comes during the start would end the command otherwise, with a status that is not the container's.
 * {@link TaskRun} shows its use.
 */
final class Forwarding implements AutoCloseable {
    private final List<SignalSource.Subscription> subscriptions = new ArrayList<>();
    private final List<Signal> early = new ArrayList<>();
    private @Nullable Container container;

    private Forwarding() {}

    /**
     * Begins to listen.
     *
     * @param stopSignal what SIGTERM is passed on as
     */
    static Forwarding listen(SignalSource source, Signal stopSignal) {
        Forwarding forwarding = new Forwarding();
        for (Signal signal :
                new Signal[] {Signal.INT, Signal.TERM, Signal.HUP, Signal.QUIT, Signal.USR1, Signal.USR2}) {
            Signal passed = signal == Signal.TERM ? stopSignal : signal;
            forwarding.subscriptions.add(source.on(signal, s -> forwarding.pass(passed)));
        }
        return forwarding;
    }

    /**
     * Begins to listen for a command that is in the caller's own session: the terminal gives its signals to it and to us
     * alike, since both are in its foreground group, so that those are not passed on.
     */
    static Forwarding listenInSession(SignalSource source) {
        Forwarding forwarding = new Forwarding();
        for (Signal signal : new Signal[] {Signal.INT, Signal.QUIT}) {
            forwarding.subscriptions.add(source.on(signal, s -> {}));
        }
        for (Signal signal : new Signal[] {Signal.TERM, Signal.HUP, Signal.USR1, Signal.USR2}) {
            forwarding.subscriptions.add(source.on(signal, forwarding::pass));
        }
        return forwarding;
    }

    /** From now on they go to this container; those that came before go to it at once. */
    synchronized void to(Container started) {
        container = started;
        for (Signal signal : early) {
            started.signal(signal);
        }
        early.clear();
    }

    private synchronized void pass(Signal signal) {
        Container known = container;
        if (known == null) {
            early.add(signal);
        } else {
            known.signal(signal);
        }
    }

    @Override
    public void close() {
        for (SignalSource.Subscription subscription : subscriptions) {
            subscription.close();
        }
    }
}
