package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A pipe, pipe(2): {@code int pipe2(int fds[2], int flags)}.
 *
 * @param reader where to read
 * @param writer where to write
 */
public record Pipe(Fd reader, Fd writer) implements AutoCloseable {
    private static final int O_CLOEXEC = 0x80000;

    /**
     * A new one.
     *
     * @throws LinuxException if this process or the machine has too many open files
     */
    public static Pipe open() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fds = arena.allocate(8, 4);
            Native.check(Native.raw(Syscall.PIPE2, fds.address(), O_CLOEXEC), Syscall.PIPE2, "");
            return new Pipe(
                    new Fd(fds.get(ValueLayout.JAVA_INT, 0), "a pipe's reading end"),
                    new Fd(fds.get(ValueLayout.JAVA_INT, 4), "a pipe's writing end"));
        }
    }

    @Override
    public void close() {
        reader.close();
        writer.close();
    }
}
