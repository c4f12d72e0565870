package dev.alcove.linux;

import java.util.Locale;
import java.util.Optional;

/**
 * A signal, signal(7): 1 to 64, of which 34 to 64 are the real-time ones that the C library hands out. The numbers are
 * those of x86-64 and AArch64. There is one object for each number, so they may be compared with {@code ==}.
 */
public final class Signal {
    /** The largest number, SIGRTMAX. */
    public static final int MAX = 64;
    /** The first real-time signal a program may use; 32 and 33 belong to the C library's threads. */
    private static final int RTMIN = 34;

    private static final String[] NAMES = {
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS"
    };

    private static final Signal[] ALL = new Signal[MAX + 1];

    static {
        for (int i = 1; i <= MAX; i++) {
            ALL[i] = new Signal(i);
        }
    }

    /** Hang-up. */
    public static final Signal HUP = ALL[1];
    /** Interrupt, Ctrl-C. */
    public static final Signal INT = ALL[2];
    /** Quit, Ctrl-\. */
    public static final Signal QUIT = ALL[3];
    /** Abort. */
    public static final Signal ABRT = ALL[6];
    /** Ends a process for certain. */
    public static final Signal KILL = ALL[9];
    /** The program's own. */
    public static final Signal USR1 = ALL[10];
    /** A bad memory access. */
    public static final Signal SEGV = ALL[11];
    /** The program's own. */
    public static final Signal USR2 = ALL[12];
    /** A pipe without reader. */
    public static final Signal PIPE = ALL[13];
    /** Asks a process to end. */
    public static final Signal TERM = ALL[15];
    /** A child ended. */
    public static final Signal CHLD = ALL[17];
    /** Continues a stopped process. */
    public static final Signal CONT = ALL[18];
    /** Stops a process for certain. */
    public static final Signal STOP = ALL[19];
    /** The terminal's size changed. */
    public static final Signal WINCH = ALL[28];
    /** A forbidden system call. */
    public static final Signal SYS = ALL[31];

    private final int number;

    private Signal(int number) {
        this.number = number;
    }

    /**
     * The signal of a number.
     *
     * @param number 1 to 64
     * @throws IllegalArgumentException if it is no signal's
     */
    public static Signal of(int number) {
        if (number < 1 || number > MAX) {
            throw new IllegalArgumentException("a signal is 1 to " + MAX + ", not " + number);
        }
        return ALL[number];
    }

    /**
     * The signal of a name or number as people write it: {@code TERM}, {@code SIGTERM}, {@code sigterm}, {@code 15},
     * {@code RTMIN+3}, {@code SIGRTMAX-1}; CLD, POLL and IOT are other names of CHLD, IO and ABRT.
     *
     * @param text the name or number
     * @return the signal, or empty if there is none of that name
     */
    public static Optional<Signal> parse(String text) {
        String name = text.toUpperCase(Locale.ROOT);
        if (!name.isEmpty() && Character.isDigit(name.charAt(0))) {
            int number = number(name);
            return number >= 1 ? Optional.of(ALL[number]) : Optional.empty();
        }
        if (name.startsWith("SIG")) {
            name = name.substring(3);
        }
        for (int i = 1; i < NAMES.length; i++) {
            if (NAMES[i].equals(name)) {
                return Optional.of(ALL[i]);
            }
        }
        return switch (name) {
            case "CLD" -> Optional.of(ALL[17]);
            case "POLL" -> Optional.of(ALL[29]);
            case "IOT" -> Optional.of(ALL[6]);
            case "RTMIN" -> Optional.of(ALL[RTMIN]);
            case "RTMAX" -> Optional.of(ALL[MAX]);
            default -> realTime(name);
        };
    }

    private static Optional<Signal> realTime(String name) {
        boolean up = name.startsWith("RTMIN+");
        if (!up && !name.startsWith("RTMAX-")) {
            return Optional.empty();
        }
        int distance = number(name.substring(6));
        int number = up ? RTMIN + distance : MAX - distance;
        return distance < 0 || number < RTMIN || number > MAX ? Optional.empty() : Optional.of(ALL[number]);
    }

    /** A number of at most two digits up to 64, else -1. */
    private static int number(String digits) {
        if (digits.isEmpty() || digits.length() > 2) {
            return -1;
        }
        int number = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = number * 10 + c - '0';
        }
        return number <= MAX ? number : -1;
    }

    /** The number, 1 to 64. */
    public int number() {
        return number;
    }

    /** With SIG: {@code SIGTERM}, {@code SIGRTMIN+3}; 32 and 33, which have no name, are {@code SIG32}, {@code SIG33}. */
    public String kernelName() {
        if (number < NAMES.length) {
            return "SIG" + NAMES[number];
        }
        if (number == MAX) {
            return "SIGRTMAX";
        }
        return number < RTMIN ? "SIG" + number : number == RTMIN ? "SIGRTMIN" : "SIGRTMIN+" + (number - RTMIN);
    }

    @Override
    public String toString() {
        return kernelName();
    }
}
