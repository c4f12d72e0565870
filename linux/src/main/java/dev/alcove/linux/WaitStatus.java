package dev.alcove.linux;

/** How a process ended, wait(2). */
public sealed interface WaitStatus {
    /**
     * By itself.
     *
     * @param code its status, 0 to 255
     */
    record Exited(int code) implements WaitStatus {}

    /**
     * By a signal.
     *
     * @param signal     which
     * @param coreDumped whether a core was written
     */
    record Signaled(Signal signal, boolean coreDumped) implements WaitStatus {}

    /** The one number a shell makes of it: the code, or 128 and the signal's number. */
    default int shellCode() {
        return switch (this) {
            case Exited e -> e.code();
            case Signaled s -> 128 + s.signal().number();
        };
    }

    /**
     * The meaning of a status word as wait4(2) stores it, WIFEXITED and its like.
     *
     * @param word the word
     * @throws IllegalArgumentException if it is of a process that stopped or continued and did not end
     */
    static WaitStatus decode(int word) {
        int low = word & 0x7f;
        if (low == 0) {
            return new Exited(word >> 8 & 0xff);
        }
        if (low == 0x7f || (word & 0xffff) == 0xffff) {
            throw new IllegalArgumentException("not the status of an end: 0x" + Integer.toHexString(word));
        }
        return new Signaled(Signal.of(low), (word & 0x80) != 0);
    }
}
