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
        if (!Prepared.CLOSES_FROM) {
            return spawn(executable, argv, env, descriptors, false);
        }
        try {
            return spawn(executable, argv, env, descriptors, true);
        } catch (LinuxException e) {
            // A process that may not be dumped (prctl(2) PR_SET_DUMPABLE) hides its descriptors from its own children.
            if (e.errno() != Errno.EACCES) {
                throw e;
            }
            return spawn(executable, argv, env, descriptors, false);
        }
    }

    /**
     * Starts it.
     *
     * @param byParent whether the child finds the program as this process's descriptor, so that it can have closed all
     *     of its own by then; else as its own, whose lower neighbours are closed one by one
     */
    static Child spawn(
            Fd executable, List<String> argv, List<String> env, Map<Integer, Fd> descriptors, boolean byParent) {
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
                String path;
                if (byParent) {
                    path = "/proc/" + self(arena) + "/fd/" + executable.number();
                    closeOthers(actions.address(), descriptors, top + 1, top + 1);
                } else {
                    int own = above(top, executable, moved);
                    path = "/proc/self/fd/" + own;
                    closeOthers(actions.address(), descriptors, own, own + 1);
                }
                MemorySegment pid = arena.allocate(4, 4);
                Native.posix(
                        "posix_spawn",
                        executable.toString(),
                        pid.address(),
                        Native.string(arena, path).address(),
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
    }

    /** Closes what is not a target: singly below {@code until}, all from {@code from} on if the C library can. */
    private static void closeOthers(long actions, Map<Integer, Fd> descriptors, int until, int from) {
        for (int number = Fd.STDERR + 1; number < until; number++) {
            if (!descriptors.containsKey(number)) {
                posix("posix_spawn_file_actions_addclose", actions, number);
            }
        }
        if (Prepared.CLOSES_FROM) {
            posix("posix_spawn_file_actions_addclosefrom_np", actions, from);
        }
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
