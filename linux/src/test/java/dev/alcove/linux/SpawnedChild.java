package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * A child that nobody but the test reaps: the JDK's own processes are waited for by a thread of the JDK.
 *
 * @param pid its number
 */
record SpawnedChild(int pid) implements AutoCloseable {
    /** Runs a shell script, with posix_spawn(3). */
    static SpawnedChild shell(String script) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pid = arena.allocate(8, 8);
            MemorySegment path = Native.string(arena, "/bin/sh");
            MemorySegment argv = Native.strings(arena, List.of("sh", "-c", script));
            MemorySegment envp = Native.strings(arena, List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin"));
            Native.posix("posix_spawn", "/bin/sh", pid.address(), path.address(), 0, 0, argv.address(), envp.address());
            return new SpawnedChild(pid.get(ValueLayout.JAVA_INT, 0));
        }
    }

    Pidfd open() {
        return Pidfd.open(pid).orElseThrow();
    }

    /** Ends and reaps it, if the test has not. */
    @Override
    public void close() {
        Pidfd.open(pid).ifPresent(process -> {
            try (process) {
                process.send(Signal.KILL);
                process.reap();
            }
        });
    }
}
