package dev.alcove.spec;

import java.time.Duration;
import java.util.List;

/**
 * How far a clock inside is ahead of the host's: {@code --time-offset CLOCK=±DURATION}, time_namespaces(7).
 *
 * @param clock  which clock
 * @param offset how far ahead; negative: behind
 */
public record TimeOffset(Clock clock, Duration offset) {
    /** The clocks a time namespace can shift. The wall clock is not among them. */
    public enum Clock {
        /** Time since boot, as {@code uptime} shows it; CLOCK_BOOTTIME. */
        BOOTTIME("boottime"),
        /** Time that only goes forward; CLOCK_MONOTONIC. */
        MONOTONIC("monotonic");

        private final String text;

        Clock(String text) {
            this.text = text;
        }

        /** The clock's name in config.json and in /proc/PID/timens_offsets. */
        public String text() {
            return text;
        }
    }

    private static final String FIELD = "--time-offset";

    /**
     * Reads {@code boottime=+1h} or {@code monotonic=-5s}.
     *
     * @throws SpecException if there is no such clock or the duration is none
     */
    public static TimeOffset parse(String text) {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw SpecException.not(FIELD, text, "an offset, as boottime=+1h or monotonic=-5s");
        }
        String name = text.substring(0, equals);
        for (Clock clock : Clock.values()) {
            if (clock.text.equals(name)) {
                return new TimeOffset(clock, Durations.parseSigned(FIELD, text.substring(equals + 1)));
            }
        }
        throw SpecException.not(
                FIELD, name, "a clock that can be shifted", List.of(Clock.BOOTTIME.text, Clock.MONOTONIC.text));
    }

    /** As config.json has it: whole seconds, downwards, and the nanoseconds above them. */
    public LinuxTimeOffset toLinux() {
        return new LinuxTimeOffset(offset.getSeconds(), offset.getNano());
    }
}
