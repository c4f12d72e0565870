package dev.alcove.cli;

import dev.alcove.lens.SeenNamespace;
import dev.alcove.linux.Signal;
import dev.alcove.linux.Terminal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** {@code ns --watch}: looks again and again, until a signal comes. */
final class NamespaceWatch {
    private static final String HOME_AND_CLEAR = "\033[H\033[2J";

    private final Shell shell;
    private final Supplier<List<SeenNamespace>> look;
    private final Duration interval;

    NamespaceWatch(Shell shell, Supplier<List<SeenNamespace>> look, Duration interval) {
        this.shell = shell;
        this.look = look;
        this.interval = interval;
    }

    int run(boolean json, boolean tree) {
        CountDownLatch stop = new CountDownLatch(1);
        boolean redraw = !json && Terminal.isTerminal(shell.output());
        try (SignalSource.Subscription interrupt = shell.signals().on(Signal.INT, s -> stop.countDown());
                SignalSource.Subscription terminate = shell.signals().on(Signal.TERM, s -> stop.countDown());
                SignalSource.Subscription hangUp = shell.signals().on(Signal.HUP, s -> stop.countDown())) {
            Map<Long, SeenNamespace> before = byNumber(look.get());
            if (redraw) {
                draw(new ArrayList<>(before.values()), tree);
            }
            while (!stop.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                Map<Long, SeenNamespace> now = byNumber(look.get());
                if (redraw) {
                    draw(new ArrayList<>(now.values()), tree);
                } else {
                    changes(before, now, json);
                }
                // Whoever read this is gone: nobody else would end it.
                if (shell.out().checkError()) {
                    return Failures.OURS;
                }
                before = now;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    private static Map<Long, SeenNamespace> byNumber(List<SeenNamespace> all) {
        Map<Long, SeenNamespace> map = new TreeMap<>();
        for (SeenNamespace ns : all) {
            map.put(ns.number(), ns);
        }
        return map;
    }

    private void changes(Map<Long, SeenNamespace> before, Map<Long, SeenNamespace> now, boolean json) {
        for (SeenNamespace ns : before.values()) {
            if (!now.containsKey(ns.number())) {
                shell.out().print(json ? NamespaceJson.event("gone", ns) : line('-', ns));
            }
        }
        for (SeenNamespace ns : now.values()) {
            if (!before.containsKey(ns.number())) {
                shell.out().print(json ? NamespaceJson.event("appeared", ns) : line('+', ns));
            }
        }
    }

    private static String line(char sign, SeenNamespace ns) {
        return sign + " " + String.join("   ", NsCommand.cells(ns)).stripTrailing() + "\n";
    }

    private void draw(List<SeenNamespace> all, boolean tree) {
        String[] lines = NsCommand.table(shell, all, tree).split("\n", -1);
        int rows = Terminal.size(shell.output()).map(Terminal.Size::rows).orElse(0);
        int most = rows <= 0 ? lines.length : Math.min(lines.length, rows);
        StringBuilder out = new StringBuilder(HOME_AND_CLEAR);
        for (int i = 0; i < most; i++) {
            // The last line without its end: it would scroll the first one away.
            out.append(lines[i]).append(i + 1 < most ? "\n" : "");
        }
        shell.out().print(out);
    }
}
