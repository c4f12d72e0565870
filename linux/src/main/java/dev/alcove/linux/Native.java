package dev.alcove.linux;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The one gate to native code: every function is called as {@code long f(long, long, long, long, long, long, long)}
 * with errno captured, pointers as addresses. One shape, because linking a shape costs tens of milliseconds of a cold
 * start and calling it about a hundred nanoseconds. It is linked at the first call, so a command that makes no system
 * call links nothing.
 */
final class Native {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final AddressLayout PTR = ValueLayout.ADDRESS;

    private Native() {}

    /** Linked when first used, and by nothing else. */
    private static final class Gate {
        static final Linker LINKER = Linker.nativeLinker();
        static final SymbolLookup LIBC = LINKER.defaultLookup();
        static final MethodHandle HANDLE = link();
        /** Where the functions are that were asked for: the C library does not move. */
        static final Map<String, MemorySegment> SYMBOLS = new ConcurrentHashMap<>();

        static final MemorySegment SYSCALL = symbol("syscall");
        static final Arch ARCH = Arch.host();
        /** Errno of the calling thread alone: the memory is never shared between threads. */
        static final ThreadLocal<MemorySegment> ERRNO =
                ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

        private static MethodHandle link() {
            MemoryLayout[] longs = new MemoryLayout[7];
            java.util.Arrays.fill(longs, ValueLayout.JAVA_LONG);
            try {
                return LINKER.downcallHandle(
                        FunctionDescriptor.of(ValueLayout.JAVA_LONG, longs), Linker.Option.captureCallState("errno"));
            } catch (IllegalCallerException e) {
                throw new IllegalStateException(
                        "Alcove calls the Linux kernel and needs native access: start Java with "
                                + "--enable-native-access=dev.alcove.linux (on the module path) or "
                                + "--enable-native-access=ALL-UNNAMED (on the class path)",
                        e);
            }
        }

        static MemorySegment symbol(String name) {
            MemorySegment known = SYMBOLS.get(name);
            if (known == null) {
                known = LIBC.find(name)
                        .orElseThrow(() -> new UnsupportedOperationException("the C library has no function " + name));
                SYMBOLS.put(name, known);
            }
            return known;
        }
    }

    /**
     * A raw system call.
     *
     * @return the result, or the negated error number (-4095 to -1), as the kernel itself returns it
     */
    static long raw(Syscall call, long a, long b, long c, long d, long e, long f) {
        return invoke(Gate.SYSCALL, call.number(Gate.ARCH), a, b, c, d, e, f);
    }

    static long raw(Syscall call) {
        return raw(call, 0, 0, 0, 0, 0, 0);
    }

    static long raw(Syscall call, long a) {
        return raw(call, a, 0, 0, 0, 0, 0);
    }

    static long raw(Syscall call, long a, long b) {
        return raw(call, a, b, 0, 0, 0, 0);
    }

    static long raw(Syscall call, long a, long b, long c) {
        return raw(call, a, b, c, 0, 0, 0);
    }

    static long raw(Syscall call, long a, long b, long c, long d) {
        return raw(call, a, b, c, d, 0, 0);
    }

    static long raw(Syscall call, long a, long b, long c, long d, long e) {
        return raw(call, a, b, c, d, e, 0);
    }

    /**
     * The result of a call that is expected to succeed.
     *
     * @param result a result of {@link #raw}
     * @param call   the call, for the exception
     * @param object what it was called on
     * @return the result, never negative
     * @throws LinuxException if the result is an error
     */
    static long check(long result, Syscall call, @Nullable Object object) {
        if (result < 0 && result >= -4095) {
            throw new LinuxException(
                    call.kernelName(), Errno.of((int) -result), object == null ? "" : object.toString());
        }
        return result;
    }

    /** Whether a raw result is this error. */
    static boolean is(long result, Errno errno) {
        return result == -errno.number();
    }

    /**
     * A function of the C library whose result is the error number itself, such as the posix_spawn family.
     *
     * @throws LinuxException if the result is not zero
     */
    static void posix(String function, String object, long a, long b, long c, long d, long e, long f) {
        long result = (int) invoke(Gate.symbol(function), a, b, c, d, e, f, 0);
        if (result != 0) {
            throw new LinuxException(function, Errno.of((int) result), object);
        }
    }

    private static long invoke(MemorySegment target, long a, long b, long c, long d, long e, long f, long g) {
        MemorySegment errno = Gate.ERRNO.get();
        long result;
        try {
            result = (long) Gate.HANDLE.invokeExact(target, errno, a, b, c, d, e, f, g);
        } catch (RuntimeException | Error x) {
            throw x;
        } catch (Throwable x) {
            throw new IllegalStateException(x);
        }
        return result == -1 ? -errno.get(INT, 0) : result;
    }

    /** A NUL-terminated string in UTF-8. */
    static MemorySegment string(Arena arena, String s) {
        if (s.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a string for the kernel cannot hold a NUL character: " + s);
        }
        return arena.allocateFrom(s, StandardCharsets.UTF_8);
    }

    /** A path as a NUL-terminated string. */
    static MemorySegment path(Arena arena, Path path) {
        return string(arena, path.toString());
    }

    static MemorySegment bytes(Arena arena, byte[] bytes) {
        MemorySegment segment = arena.allocate(Math.max(1, bytes.length), 8);
        MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return segment;
    }

    /** An array of pointers to strings, ended by a null pointer, as execve(2) takes. */
    static MemorySegment strings(Arena arena, java.util.List<String> strings) {
        MemorySegment array = arena.allocate(PTR, strings.size() + 1L);
        for (int i = 0; i < strings.size(); i++) {
            array.setAtIndex(PTR, i, string(arena, strings.get(i)));
        }
        array.setAtIndex(PTR, strings.size(), MemorySegment.NULL);
        return array;
    }
}
