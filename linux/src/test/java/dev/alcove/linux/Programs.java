package dev.alcove.linux;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Starts the machine's own small programs and reads what they say. */
final class Programs {
    private static final int AT_FDCWD = -100;
    static final int O_RDONLY = 0;
    static final int O_CLOEXEC = 0x80000;

    private Programs() {}

    /** What a program said on its standard output and error together, and how it ended. */
    record Outcome(String output, Child.Exit exit) {}

    static Fd open(Path path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            long n = Native.raw(
                    Syscall.OPENAT, AT_FDCWD, Native.path(arena, path).address(), flags);
            return new Fd(Native.check(n, Syscall.OPENAT, path), path.toString());
        }
    }

    static Fd open(String path) {
        return open(Path.of(path), O_RDONLY | O_CLOEXEC);
    }

    static Outcome shell(String script, Map<Integer, Fd> descriptors) {
        return run("/bin/sh", List.of("sh", "-c", script), List.of("PATH=/usr/bin:/bin"), descriptors);
    }

    static Outcome run(String program, List<String> argv, List<String> env, Map<Integer, Fd> descriptors) {
        try (Fd executable = open(program)) {
            return run(executable, argv, env, descriptors);
        }
    }

    static Outcome run(Fd executable, List<String> argv, List<String> env, Map<Integer, Fd> descriptors) {
        return run(descriptors, all -> Spawn.spawn(executable, argv, env, all));
    }

    static Outcome run(Map<Integer, Fd> descriptors, Function<Map<Integer, Fd>, Child> start) {
        try (UnixSocket.Pair pair = UnixSocket.pair();
                Fd in = open("/dev/null")) {
            Map<Integer, Fd> all = new HashMap<>(descriptors);
            all.put(0, in);
            all.put(1, pair.right().fd());
            all.put(2, pair.right().fd());
            Child child = start.apply(all);
            pair.right().close();
            String output = readAll(pair.left().fd());
            return new Outcome(output, child.reap());
        }
    }

    static String readAll(Fd fd) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        int n = FdIo.read(fd, buffer, 0, buffer.length);
        while (n != FdIo.END) {
            all.write(buffer, 0, n);
            n = FdIo.read(fd, buffer, 0, buffer.length);
        }
        return all.toString(StandardCharsets.UTF_8);
    }
}
