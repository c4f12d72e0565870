package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Open;
import dev.alcove.linux.Rlimit;
import dev.alcove.linux.RlimitValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A JVM that the test takes something from. Its arguments: {@code descriptors} and an id, or {@code processes} and an id;
 * it says a line for each start that it tried: the outcome, with the message's lines joined.
 */
final class Starving {
    static final int MOST = 20;

    private static final int LIMIT = 150;

    private Starving() {}

    public static void main(String[] args) throws IOException, ReflectiveOperationException {
        // What is read from a class path of directories needs a descriptor each time.
        for (String name : System.getProperty("java.class.path").split(":", -1)) {
            load(Path.of(name));
        }
        if (args[0].equals("descriptors")) {
            descriptors(args[1], args[2].equals("cold"));
        } else {
            processes(args[1]);
        }
    }

    private static void load(Path root) throws IOException, ReflectiveOperationException {
        if (!Files.isDirectory(root.resolve("dev/alcove"))) {
            return;
        }
        try (Stream<Path> all = Files.walk(root)) {
            for (Path file : (Iterable<Path>) all::iterator) {
                String name = root.relativize(file).toString();
                if (name.endsWith(".class") && !name.endsWith("-info.class") && !name.contains("Test")) {
                    Class.forName(
                            name.substring(0, name.length() - 6).replace('/', '.'),
                            false,
                            Starving.class.getClassLoader());
                }
            }
        }
    }

    private static void descriptors(String id, boolean cold) {
        long hard = Rlimit.NOFILE.of(0).orElseThrow().hard();
        Rlimit.NOFILE.set(0, new RlimitValue(LIMIT, hard));
        if (!cold) {
            attempt(id);
        }
        // Once refused, so that all that speaks of a refusal is there.
        System.out.println("first " + starved(id, cold ? 3 : 0));
        System.out.println("then " + attempt(id));
        int before = open();
        for (int left = 0; left <= MOST; left++) {
            System.out.println(left + " " + starved(id, left));
        }
        System.out.println("then " + attempt(id));
        System.out.println("open " + (open() - before));
    }

    private static String starved(String id, int left) {
        List<Fd> taken = new ArrayList<>();
        try {
            while (true) {
                Optional<Fd> one = one();
                if (one.isEmpty()) {
                    break;
                }
                taken.add(one.get());
            }
            for (int i = 0; i < left; i++) {
                taken.removeLast().close();
            }
            return attempt(id);
        } finally {
            taken.forEach(Fd::close);
        }
    }

    private static Optional<Fd> one() {
        try {
            return Optional.of(Open.path().at(Path.of("/")));
        } catch (LinuxException e) {
            return Optional.empty();
        }
    }

    private static int open() {
        String[] names = Path.of("/proc/self/fd").toFile().list();
        return names == null ? -1 : names.length;
    }

    private static void processes(String id) throws IOException {
        attempt(id);
        System.out.println("ready");
        while (System.in.read() >= 0) {
            System.out.println(attempt(id));
        }
    }

    private static String attempt(String id) {
        try (Container c = new ContainerBuilder("true").id(id).start()) {
            return "ended " + c.waitFor();
        } catch (ContainerException e) {
            return String.valueOf(e.getMessage()).replace('\n', '|');
        } catch (RuntimeException | Error e) {
            return "unclear: " + e;
        }
    }
}
