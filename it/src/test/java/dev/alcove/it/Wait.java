package dev.alcove.it;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what the kernel does in its own time: looks again until it is so, for a bounded time. */
final class Wait {
    private static final Duration LONGEST = Duration.ofSeconds(20);
    private static final Duration STEP = Duration.ofMillis(5);

    private Wait() {}

    /** Waits until it is so. */
    static void until(String what, BooleanSupplier condition) {
        if (!within(LONGEST, condition)) {
            throw new AssertionError("after " + LONGEST.toSeconds() + " seconds still not: " + what);
        }
    }

    /** Whether it became so in time. */
    static boolean within(Duration longest, BooleanSupplier condition) {
        long end = System.nanoTime() + longest.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            try {
                Thread.sleep(STEP);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return true;
    }
}
