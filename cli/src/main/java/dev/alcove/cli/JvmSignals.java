package dev.alcove.cli;

import dev.alcove.linux.Signal;
import java.util.function.Consumer;
import sun.misc.SignalHandler;

/** The signals of this JVM's process. SIGQUIT stays the JVM's: it does not hand it out. */
final class JvmSignals implements SignalSource {
    @Override
    public Subscription on(Signal signal, Consumer<Signal> receiver) {
        sun.misc.Signal theirs = new sun.misc.Signal(signal.kernelName().substring(3));
        SignalHandler before;
        try {
            before = sun.misc.Signal.handle(theirs, s -> receiver.accept(signal));
        } catch (IllegalArgumentException e) {
            // The JVM keeps some for itself.
            return () -> {};
        }
        return () -> sun.misc.Signal.handle(theirs, before);
    }
}
