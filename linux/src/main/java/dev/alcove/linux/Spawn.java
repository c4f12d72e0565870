package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Starts programs by the C library's posix_spawn(3), which shares this process's memory until the program runs and so
 * costs the same however large this process is.
 */
public final class Spawn {
    // Sizes of glibc on x86-64 and AArch64; musl's are no larger.
    private static final int FILE_ACTIONS = 80;
    private static final int ATTRIBUTES = 336;
    private static final int SIGSET = 128;

    private static final int POSIX_SPAWN_SETSIGDEF = 0x04;
    private static final int POSIX_SPAWN_SETSIGMASK = 0x08;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int AT_FDCWD = -100;
    private static final int HIGHEST_TARGET = 1023;

    private Spawn() {}

    /** What every child starts with; made once and only read after. */
    private static final class Prepared {
        /** No signal blocked, none ignored or handled: a JVM's thread may have some of both. */
        static final MemorySegment ATTR = attributes();

        /** Whether the C library can close all descriptors from a number on (glibc 2.34). */
        static final boolean CLOSES_FROM = closesFrom();

        private static MemorySegment attributes() {
            MemorySegment attr = Arena.global().allocate(ATTRIBUTES, 16);
            posix("posix_spawnattr_init", attr.address());
            posix("posix_spawnattr_setflags", attr.address(), POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment signals = arena.allocate(SIGSET, 8);
                posix("posix_spawnattr_setsigmask", attr.address(), signals.address());
                signals.fill((byte) 0xff);
                posix("posix_spawnattr_setsigdefault", attr.address(), signals.address());
            }
            return attr;
        }

        private static boolean closesFrom() {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment actions = arena.allocate(FILE_ACTIONS, 8);
                posix("posix_spawn_file_actions_init", actions.address());
                try {
                    posix("posix_spawn_file_actions_addclosefrom_np", actions.address(), 3);
                    return true;
                } catch (UnsupportedOperationException e) {
                    return false;
                } finally {
                    posix("posix_spawn_file_actions_destroy", actions.address());
                }
            }
        }
    }

    /**
     * Starts a program from its open file, with no signal blocked or ignored, in this thread's working directory,
     * namespaces and cgroup.
     *
     * <p>{@code int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *, const
     * posix_spawnattr_t *, char *const argv[], char *const envp[])}, posix_spawn(3).
     *
     * <p>The child has the given descriptors under the given numbers, this process's standard ones where none is given
     * for 0 to 2, and no other: with a C library that can (glibc 2.34), also those that were opened elsewhere in this
     * process without close-on-exec are closed, for a descriptor of the host in a container is a way out
     * (CVE-2024-21626).
     *
     * @param executable  the program's file, open for reading or as a path; stays the caller's
     * @param argv        the arguments, the program's own name first
     * @param env         the whole environment, {@code NAME=value} each
     * @param descriptors the child's number (0 to 1023) to the descriptor it shall be; they stay the caller's
     * @return the child
     * @throws LinuxException if the program cannot be run: ENOEXEC, EACCES, or ENOENT if it names an interpreter that
     *     is missing, or {@code /proc} is
     */
    public static Child spawn(Fd executable, List<String> argv, List<String> env, Map<Integer, Fd> descriptors) {
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("a program has at least its own name as argument");
        }
        int top = Fd.STDERR;
        for (int target : descriptors.keySet()) {
            if (target < 0 || target > HIGHEST_TARGET) {
                throw new IllegalArgumentException(
                        "a child's descriptor is 0 to " + HIGHEST_TARGET + ", not " + target);
            }
            top = Math.max(top, target);
        }
        List<Fd> moved = new ArrayList<>(2);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment actions = arena.allocate(FILE_ACTIONS, 8);
            posix("posix_spawn_file_actions_init", actions.address());
            try {
                place(actions.address(), descriptors, top, moved);
                MemorySegment pid = arena.allocate(4, 4);
                Native.posix(
                        "posix_spawn",
                        executable.toString(),
                        pid.address(),
                        path(arena, executable, top, moved).address(),
                        actions.address(),
                        Prepared.ATTR.address(),
                        Native.strings(arena, argv).address(),
                        Native.strings(arena, env).address());
                return new Child(pid.get(ValueLayout.JAVA_INT, 0));
            } finally {
                posix("posix_spawn_file_actions_destroy", actions.address());
            }
        } finally {
            for (Fd fd : moved) {
                fd.close();
            }
        }
    }

    /**
     * Puts each descriptor at its number. A source whose number is another's target would be overwritten before its
     * turn, so such a one is first duplicated above all targets.
     */
    private static void place(long actions, Map<Integer, Fd> descriptors, int top, List<Fd> moved) {
        for (Map.Entry<Integer, Fd> entry : descriptors.entrySet()) {
            int target = entry.getKey();
            int source = entry.getValue().number();
            if (source != target && descriptors.containsKey(source)) {
                source = above(top, entry.getValue(), moved);
            }
            // Onto itself it is not left out: it takes close-on-exec away.
            posix("posix_spawn_file_actions_adddup2", actions, source, target);
        }
        if (Prepared.CLOSES_FROM) {
            for (int between = Fd.STDERR + 1; between < top; between++) {
                if (!descriptors.containsKey(between)) {
                    posix("posix_spawn_file_actions_addclose", actions, between);
                }
            }
            posix("posix_spawn_file_actions_addclosefrom_np", actions, top + 1L);
        }
    }

    /**
     * The path by which the child finds the program. As all its own descriptors are closed by then, it goes by this
     * process's, which are still there; if they cannot be closed, by its own, out of the targets' way.
     */
    private static MemorySegment path(Arena arena, Fd executable, int top, List<Fd> moved) {
        if (Prepared.CLOSES_FROM) {
            return Native.string(arena, "/proc/" + self(arena) + "/fd/" + executable.number());
        }
        int number = executable.number();
        return Native.string(arena, "/proc/self/fd/" + (number > top ? number : above(top, executable, moved)));
    }

    /** This process's id as the {@code /proc} of this thread has it, which may be another PID namespace's. */
    private static String self(Arena arena) {
        MemorySegment name = arena.allocate(16);
        long n = Native.raw(
                Syscall.READLINKAT,
                AT_FDCWD,
                Native.string(arena, "/proc/self").address(),
                name.address(),
                name.byteSize() - 1);
        Native.check(n, Syscall.READLINKAT, "/proc/self");
        return name.getString(0);
    }

    private static int above(int top, Fd fd, List<Fd> moved) {
        long n = Native.raw(Syscall.FCNTL, fd.number(), F_DUPFD_CLOEXEC, top + 1L);
        Fd copy = new Fd(Native.check(n, Syscall.FCNTL, fd), fd.toString());
        moved.add(copy);
        return copy.number();
    }

    private static void posix(String function, long a) {
        Native.posix(function, "", a, 0, 0, 0, 0, 0);
    }

    private static void posix(String function, long a, long b) {
        Native.posix(function, "", a, b, 0, 0, 0, 0);
    }

    private static void posix(String function, long a, long b, long c) {
        Native.posix(function, "", a, b, c, 0, 0, 0);
    }
}
