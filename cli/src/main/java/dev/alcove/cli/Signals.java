package dev.alcove.cli;

import dev.alcove.linux.Signal;
import dev.alcove.spec.SpecException;
import java.util.ArrayList;
import java.util.List;

/** Signals as they are written on the command line. */
final class Signals {
    private Signals() {}

    static Signal parse(String flag, String text) {
        return Signal.parse(text).orElseThrow(() -> unknown(flag, text));
    }

    private static SpecException unknown(String flag, String text) {
        List<String> names = new ArrayList<>();
        for (int n = 1; n <= Signal.MAX; n++) {
            String name = Signal.of(n).kernelName();
            names.add(name);
            names.add(name.substring(3));
        }
        return SpecException.not(flag, text, "a signal, as TERM, SIGTERM or 15", names);
    }
}
