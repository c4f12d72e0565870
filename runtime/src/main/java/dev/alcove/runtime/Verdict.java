package dev.alcove.runtime;

import dev.alcove.linux.Signal;
import dev.alcove.spec.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What became of a program in a {@link Sandbox}.
 *
 * @param ending    why it ended
 * @param status    as a shell has it: the program's own 0 to 255, or 128 and the number of the signal that ended it
 * @param stdout    what it printed
 * @param stderr    what it, or its JVM, complained about
 * @param used      what it used
 * @param forbidden every system call that it was refused, by name, with how often it was tried; in the order of the
 *                  first try
 */
public record Verdict(Ending ending, int status, Output stdout, Output stderr, Used used, Map<String, Long> forbidden) {
    /** Copied. */
    public Verdict {
        forbidden = Collections.unmodifiableMap(new LinkedHashMap<>(forbidden));
    }

    /** Whether it ended by itself with status 0 and was refused nothing. */
    public boolean clean() {
        return ending instanceof Ending.Exited e && e.status() == 0 && forbidden.isEmpty();
    }

    /**
     * Why a program ended. The first that is true, in this order: output, its monitor's death, memory, processes, time, a
     * call, by itself.
     */
    public sealed interface Ending {
        /**
         * By itself.
         *
         * @param status its own, 0 to 255
         */
        record Exited(int status) implements Ending {}

        /**
         * It wanted more memory than it was given: the kernel killed it, or its heap was full.
         *
         * @param limit what it was given
         */
        record Memory(Bytes limit) implements Ending {}

        /**
         * Its time was over.
         *
         * @param limit what it was given
         */
        record Time(Duration limit) implements Ending {}

        /**
         * It wanted more threads than it was given, and ended badly.
         *
         * @param limit what it was given
         */
        record Pids(long limit) implements Ending {}

        /**
         * It printed more than it may on one of its streams, and was killed.
         *
         * @param limit what it may
         */
        record TooMuchOutput(Bytes limit) implements Ending {}

        /**
         * It was refused a system call, and ended badly; or was killed for it, if that was asked for.
         *
         * @param call the last one it tried, by its name
         */
        record ForbiddenCall(String call) implements Ending {}

        /**
         * A signal ended it, such as SIGSEGV in native code.
         *
         * @param signal which
         */
        record Killed(Signal signal) implements Ending {}

        /**
         * The sandbox's own monitor was killed by somebody outside, or by the kernel for want of memory on the machine, and
         * the program with it. It says nothing of the program, and nobody counted what it used.
         */
        record MonitorKilled() implements Ending {}
    }

    /** What came through one of its streams. */
    public static final class Output {
        private final byte[] bytes;
        private final boolean truncated;

        Output(byte[] bytes, boolean truncated) {
            this.bytes = bytes;
            this.truncated = truncated;
        }

        /** The bytes, as many as it may print. */
        public byte[] bytes() {
            return bytes.clone();
        }

        /** The bytes as UTF-8. */
        public String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        /** Whether more came. */
        public boolean truncated() {
            return truncated;
        }

        @Override
        public String toString() {
            return text() + (truncated ? "…" : "");
        }
    }

    /**
     * What a program used.
     *
     * @param cpu     processor time, user and system
     * @param wall    from the start of the sandbox to its end
     * @param memory  the most memory at one time: of its control group, or without one its largest resident set
     * @param threads the most threads at one time, where the kernel counts that (Linux 6.6 or newer)
     */
    public record Used(Duration cpu, Duration wall, Bytes memory, OptionalLong threads) {}
}
