package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A pseudo-terminal, pty(7): what is written to the one end is typed at the other. The slave is opened from the master
 * itself (TIOCGPTPEER), never by a path under {@code /dev/pts}, which a container could have put something else at.
 *
 * @param master the end of the one who looks at the terminal
 * @param slave  the end of the programs that run in it; closing it, once they have it, lets the master see their end
 * @param number its number in its devpts: {@code /dev/pts/N}
 */
public record Pty(Fd master, Fd slave, int number) implements AutoCloseable {
    private static final int AT_FDCWD = -100;
    private static final int O_RDWR = 0x2;
    private static final int O_NOCTTY = 0x100;
    private static final int O_CLOEXEC = 0x80000;
    private static final long TIOCSPTLCK = 0x40045431L;
    private static final long TIOCGPTN = 0x80045430L;
    private static final long TIOCGPTPEER = 0x5441;

    /**
     * A new terminal of this machine's {@code /dev/ptmx}.
     *
     * @return the terminal, to be closed
     * @throws LinuxException if there is none to be had
     */
    public static Pty open() {
        return open(AT_FDCWD, "/dev/ptmx");
    }

    /**
     * A new terminal of a mounted devpts, whose root directory is given.
     *
     * @param devpts the directory that holds {@code ptmx}; stays the caller's
     * @return the terminal, to be closed
     * @throws LinuxException if there is none to be had
     */
    public static Pty open(Fd devpts) {
        return open(devpts.number(), "ptmx");
    }

    private static Pty open(int directory, String path) {
        int flags = O_RDWR | O_NOCTTY | O_CLOEXEC;
        try (Arena arena = Arena.ofConfined()) {
            long fd = Native.raw(
                    Syscall.OPENAT, directory, Native.string(arena, path).address(), flags);
            Fd master = new Fd(Native.check(fd, Syscall.OPENAT, path), "terminal master");
            try {
                MemorySegment number = arena.allocateFrom(ValueLayout.JAVA_INT, 0);
                ioctl(master, TIOCSPTLCK, number.address());
                ioctl(master, TIOCGPTN, number.address());
                int n = number.get(ValueLayout.JAVA_INT, 0);
                return new Pty(master, new Fd(ioctl(master, TIOCGPTPEER, flags), "terminal pts/" + n), n);
            } catch (LinuxException e) {
                master.close();
                throw e;
            }
        }
    }

    private static long ioctl(Fd master, long request, long argument) {
        return Native.check(Native.raw(Syscall.IOCTL, master.number(), request, argument), Syscall.IOCTL, master);
    }

    /** Closes both ends that have not been closed or taken. */
    @Override
    public void close() {
        slave.close();
        master.close();
    }
}
