package dev.alcove.it.tricks;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * Makes any system call: the arguments are its number and up to six arguments of its own, numbers or {@code s:TEXT} for
 * a pointer to that text, {@code z:BYTES} for one to so many zeros. Several calls are parted by {@code --}. Prints each
 * result, or the negated errno; ends with 1 if the last failed.
 */
public final class SystemCall {
    private SystemCall() {}

    /** Makes the calls. */
    public static void main(String[] arguments) throws Throwable {
        long result = 0;
        int from = 0;
        for (int i = 0; i <= arguments.length; i++) {
            if (i == arguments.length || arguments[i].equals("--")) {
                result = call(Arrays.copyOfRange(arguments, from, i));
                System.out.println(result);
                from = i + 1;
            }
        }
        System.exit(result < 0 ? 1 : 0);
    }

    private static long call(String... words) throws Throwable {
        Arena arena = Arena.global();
        long[] a = new long[7];
        for (int i = 0; i < words.length; i++) {
            a[i] = words[i].startsWith("s:")
                    ? arena.allocateFrom(words[i].substring(2)).address()
                    : words[i].startsWith("z:")
                            ? arena.allocate(Long.parseLong(words[i].substring(2)), 8)
                                    .address()
                            : Long.decode(words[i]);
        }
        return call(a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
    }

    /** One call; its result, or the error's number below zero. */
    public static long call(long number, long a, long b, long c, long d, long e, long f) throws Throwable {
        Linker linker = Linker.nativeLinker();
        MemoryLayout[] longs = new MemoryLayout[7];
        Arrays.fill(longs, ValueLayout.JAVA_LONG);
        MethodHandle syscall = linker.downcallHandle(
                linker.defaultLookup().find("syscall").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_LONG, longs),
                Linker.Option.captureCallState("errno"));
        MemorySegment errno = Arena.ofAuto().allocate(Linker.Option.captureStateLayout());
        long result = (long) syscall.invokeExact(errno, number, a, b, c, d, e, f);
        return result == -1 ? -errno.get(ValueLayout.JAVA_INT, 0) : result;
    }
}
