package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What can be asked of a terminal and told to it, ioctl_tty(2).
 *
 * {@snippet class="dev.alcove.linux.SnippetsTest" region="terminal"}
 * }
 */
public final class Terminal {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final long TCGETS = 0x5401;
    private static final long TCSETS = 0x5402;
    private static final long TIOCGWINSZ = 0x5413;
    private static final long TIOCSWINSZ = 0x5414;

    // The kernel's struct termios: four words of flags, the line discipline, 19 characters.
    private static final int TERMIOS = 36;
    private static final int IFLAG = 0;
    private static final int OFLAG = 4;
    private static final int CFLAG = 8;
    private static final int LFLAG = 12;
    private static final int CHARACTERS = 17;
    private static final int VTIME = 5;
    private static final int VMIN = 6;

    /** IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON. */
    private static final int RAW_IFLAG = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400;

    private static final int OPOST = 0x1;
    /** ISIG ICANON ECHO ECHONL IEXTEN. */
    private static final int RAW_LFLAG = 0x1 | 0x2 | 0x8 | 0x40 | 0x8000;
    /** CSIZE PARENB. */
    private static final int RAW_CFLAG = 0x30 | 0x100;

    private static final int CS8 = 0x30;

    private Terminal() {}

    /**
     * A window's size in characters.
     *
     * @param rows    lines, 0 to 65535; 0 if unknown
     * @param columns characters a line, 0 to 65535; 0 if unknown
     */
    public record Size(int rows, int columns) {
        /** Checks that both fit into 16 bits. */
        public Size {
            if (rows < 0 || rows > 0xffff || columns < 0 || columns > 0xffff) {
                throw new IllegalArgumentException(
                        "a terminal has 0 to 65535 rows and columns, not " + rows + " and " + columns);
            }
        }
    }

    /** Whether the descriptor is a terminal, isatty(3). */
    public static boolean isTerminal(Fd fd) {
        try (Arena arena = Arena.ofConfined()) {
            return Native.raw(
                            Syscall.IOCTL,
                            fd.number(),
                            TCGETS,
                            arena.allocate(TERMIOS, 4).address())
                    == 0;
        }
    }

    /**
     * The window's size.
     *
     * @return the size, or empty if it is no terminal
     */
    public static Optional<Size> size(Fd fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment winsize = arena.allocate(8, 2);
            long result = Native.raw(Syscall.IOCTL, fd.number(), TIOCGWINSZ, winsize.address());
            if (Native.is(result, Errno.ENOTTY)) {
                return Optional.empty();
            }
            Native.check(result, Syscall.IOCTL, fd);
            return Optional.of(new Size(winsize.get(SHORT, 0) & 0xffff, winsize.get(SHORT, 2) & 0xffff));
        }
    }

    /**
     * Sets the window's size, of a master or a slave alike; the programs in it get SIGWINCH if it changed.
     *
     * @throws LinuxException ENOTTY if it is no terminal
     */
    public static void size(Fd fd, Size size) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment winsize = arena.allocate(8, 2);
            winsize.set(SHORT, 0, (short) size.rows());
            winsize.set(SHORT, 2, (short) size.columns());
            Native.check(Native.raw(Syscall.IOCTL, fd.number(), TIOCSWINSZ, winsize.address()), Syscall.IOCTL, fd);
        }
    }

    /**
     * Puts the terminal into raw mode, termios(3) cfmakeraw: what is typed comes byte by byte, not echoed, not edited
     * and not turned into signals.
     *
     * @param terminal the terminal; stays the caller's, and is to be open still when the mode is restored
     * @return what restores the mode it had
     * @throws LinuxException ENOTTY if it is no terminal
     */
    public static Raw raw(Fd terminal) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment termios = arena.allocate(TERMIOS, 4);
            ioctl(terminal, TCGETS, termios);
            byte[] saved = termios.toArray(BYTE);
            clear(termios, IFLAG, RAW_IFLAG);
            clear(termios, OFLAG, OPOST);
            clear(termios, CFLAG, RAW_CFLAG);
            clear(termios, LFLAG, RAW_LFLAG);
            termios.set(INT, CFLAG, termios.get(INT, CFLAG) | CS8);
            termios.set(BYTE, CHARACTERS + VMIN, (byte) 1);
            termios.set(BYTE, CHARACTERS + VTIME, (byte) 0);
            ioctl(terminal, TCSETS, termios);
            return new Raw(terminal, saved);
        }
    }

    /** A terminal in raw mode, until this is closed. */
    public static final class Raw implements AutoCloseable {
        private final Fd terminal;
        private final byte[] saved;
        private final AtomicBoolean restored = new AtomicBoolean();

        private Raw(Fd terminal, byte[] saved) {
            this.terminal = terminal;
            this.saved = saved;
        }

        /** Restores the mode it had before, once; safe to call from a shutdown hook besides. */
        @Override
        public void close() {
            if (restored.compareAndSet(false, true)) {
                try (Arena arena = Arena.ofConfined()) {
                    ioctl(terminal, TCSETS, Native.bytes(arena, saved));
                }
            }
        }
    }

    private static void clear(MemorySegment termios, int offset, int bits) {
        termios.set(INT, offset, termios.get(INT, offset) & ~bits);
    }

    private static void ioctl(Fd terminal, long request, MemorySegment argument) {
        Native.check(
                Native.raw(Syscall.IOCTL, terminal.number(), request, argument.address()), Syscall.IOCTL, terminal);
    }
}
