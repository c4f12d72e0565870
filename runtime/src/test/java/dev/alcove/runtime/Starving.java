package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Open;
import dev.alcove.linux.Rlimit;
import dev.alcove.linux.RlimitValue;
import dev.alcove.spec.Bytes;
import dev.alcove.spec.LinuxIdMapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A JVM that the test takes something from. Its arguments: {@code descriptors}, {@code handover}, {@code mapper} or
 * {@code groups} and an id, or {@code processes} and an id; it says a line for each start that it tried: the outcome, with the message's lines joined.
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
        switch (args[0]) {
            case "descriptors" -> descriptors(args[1], args[2].equals("cold"));
            case "handover" -> handover(args[1]);
            case "mapper" -> mapper(args[1]);
            case "groups" -> groups(args[1]);
            default -> processes(args[1]);
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
        limit();
        if (!cold) {
            attempt(id);
        }
        // Once refused, so that all that speaks of a refusal is there.
        System.out.println("first " + starved(id, cold ? 3 : 0));
        System.out.println("then " + attempt(id));
        // The second start leaves what the later ones are copied from.
        attempt(id);
        int before = open();
        for (int left = 0; left <= MOST; left++) {
            System.out.println(left + " " + starved(id, left));
        }
        System.out.println("then " + attempt(id));
        System.out.println("open " + (open() - before));
    }

    private static String starved(String id, int left) {
        return starved(left, () -> attempt(id));
    }

    private static String starved(int left, Supplier<String> action) {
        List<Fd> taken = new ArrayList<>();
        try {
            takeAll(taken);
            for (int i = 0; i < left; i++) {
                taken.removeLast().close();
            }
            return action.get();
        } finally {
            taken.forEach(Fd::close);
        }
    }

    private static void takeAll(List<Fd> taken) {
        for (Optional<Fd> one = one(); one.isPresent(); one = one()) {
            taken.add(one.get());
        }
    }

    /** The last descriptor is taken when the container is about to send one of its own. */
    private static void handover(String id) {
        limit();
        SeccompChoice asking = SeccompChoice.profile("{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": ["
                + "{\"names\": [\"sethostname\"], \"action\": \"SCMP_ACT_NOTIFY\"}]}");
        for (boolean early : new boolean[] {false, true}) {
            System.out.println(
                    sending(early, new ContainerBuilder("true").id(id).terminal(true)));
            System.out.println(sending(
                    early,
                    new ContainerBuilder("true")
                            .id(id)
                            .seccomp(asking)
                            .supervisor(listener -> System.out.print("listened "))));
        }
        System.out.println("open " + open());
        System.out.println(sending(true, new ContainerBuilder("true").id(id).terminal(true)));
        System.out.println("open " + open());
    }

    private static String sending(boolean early, ContainerBuilder builder) {
        List<Fd> taken = new ArrayList<>();
        if (early) {
            builder.prepare(pid -> takeAll(taken));
        }
        try {
            return attempt(builder);
        } finally {
            taken.forEach(Fd::close);
        }
    }

    /** The programs that map ids are run with ever more descriptors; there is nothing for them to map. */
    private static void mapper(String id) {
        List<LinuxIdMapping> ids = List.of(new LinuxIdMapping(0, 100_000, 1));
        ContainerSpec spec =
                new ContainerBuilder("true").id(id).idMappings(ids, ids).spec();
        Supplier<String> mapping = () -> {
            try {
                IdMapper.map(spec, (int) ProcessHandle.current().pid());
                return "mapped";
            } catch (RuntimeException e) {
                return String.valueOf(
                                Failure.here("start container '" + id + "'", e).getMessage())
                        .replace('\n', '|');
            }
        };
        System.out.println(mapping.get());
        limit();
        for (int left = 0; left <= MOST; left++) {
            System.out.println(starved(left, mapping));
        }
    }

    /** Some hierarchies, or all, are read-only here. */
    private static void groups(String id) {
        System.out.println(attempt(new ContainerBuilder("true").id(id).memory(Bytes.mebi(64))));
        System.out.println(attempt(new ContainerBuilder("true").id(id).pids(64)));
        System.out.println(attempt(new ContainerBuilder("true").id(id)));
    }

    private static void limit() {
        Rlimit.NOFILE.set(
                0, new RlimitValue(LIMIT, Rlimit.NOFILE.of(0).orElseThrow().hard()));
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
        return attempt(new ContainerBuilder("true").id(id));
    }

    private static String attempt(ContainerBuilder builder) {
        try (Container c = builder.start()) {
            return "ended " + c.waitFor();
        } catch (ContainerException e) {
            return String.valueOf(e.getMessage()).replace('\n', '|');
        } catch (RuntimeException | Error e) {
            return "unclear: " + e;
        }
    }
}
