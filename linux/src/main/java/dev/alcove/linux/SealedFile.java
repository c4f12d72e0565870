package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.nio.file.Path;

/**
 * A program in memory that nobody can change any more, memfd_create(2) with all seals of fcntl(2). What runs from it
 * cannot be overwritten through /proc/PID/exe by what it starts (CVE-2019-5736).
 */
public final class SealedFile implements AutoCloseable {
    private static final int MFD_CLOEXEC = 0x01;
    private static final int MFD_ALLOW_SEALING = 0x02;
    private static final int MFD_EXEC = 0x10;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_SEAL_SEAL = 0x01;
    private static final int F_SEAL_SHRINK = 0x02;
    private static final int F_SEAL_GROW = 0x04;
    private static final int F_SEAL_WRITE = 0x08;

    private final Fd fd;

    private SealedFile(Fd fd) {
        this.fd = fd;
    }

    /**
     * Makes one.
     *
     * @param name    what /proc/PID/exe shows of it, {@code /memfd:NAME (deleted)}
     * @param content the program
     * @return the file, executable and sealed
     * @throws LinuxException EACCES where the sysctl vm.memfd_noexec is 2
     */
    public static SealedFile of(String name, byte[] content) {
        try (Arena arena = Arena.ofConfined()) {
            long text = Native.string(arena, name).address();
            int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
            // Since Linux 6.3 a program has to be asked for, or it depends on a sysctl; before, the flag is unknown.
            long result = Native.raw(Syscall.MEMFD_CREATE, text, flags | MFD_EXEC);
            if (Native.is(result, Errno.EINVAL)) {
                result = Native.raw(Syscall.MEMFD_CREATE, text, flags);
            }
            Fd fd = new Fd(Native.check(result, Syscall.MEMFD_CREATE, name), "memfd:" + name);
            try {
                FileIo.writeAll(fd, content);
                FileIo.permissions(fd, 0555);
                int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
                Native.check(Native.raw(Syscall.FCNTL, fd.number(), F_ADD_SEALS, seals), Syscall.FCNTL, fd);
                return new SealedFile(fd);
            } catch (RuntimeException e) {
                fd.close();
                throw e;
            }
        }
    }

    /** The descriptor, which stays this handle's own. */
    public Fd fd() {
        return fd;
    }

    /** Where this process, and a child that has not yet executed anything, finds it: it is closed by execve(2). */
    public Path path() {
        return Path.of("/proc/self/fd/" + fd.number());
    }

    @Override
    public void close() {
        fd.close();
    }
}
