package dev.alcove.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What of this machine a JVM needs to see, to run in a root of its own: its own directory, the loader, a handful of
 * libraries. Not /usr.
 */
final class JavaView {
    /** Where the JDK is inside. */
    static final String HOME = "/jdk";

    /** What a JDK and what it loads ask for beyond its own directory; those that are there. */
    private static final List<String> LIBRARIES = List.of(
            "libc.so.6",
            "libm.so.6",
            "libdl.so.2",
            "libpthread.so.0",
            "librt.so.1",
            "libz.so.1",
            "libgcc_s.so.1",
            "libstdc++.so.6",
            "libnss_files.so.2");

    private static final int PT_INTERP = 3;
    private static final int HEADER = 64;
    private static final int SEGMENT = 56;

    /** Where what is seen inside is outside, by the place inside. */
    private final Map<String, String> places;

    private JavaView(Map<String, String> places) {
        this.places = places;
    }

    /** Looked for once: it stays the same while this JVM runs from it. */
    private static final class Own {
        static final JavaView VIEW = read(Path.of(System.getProperty("java.home")), Path.of("/proc/self/maps"));
    }

    /** That of the JDK this program runs on. */
    static JavaView own() {
        return Own.VIEW;
    }

    /** By the place inside: the path outside. */
    Map<String, String> places() {
        return places;
    }

    /**
     * The view of a JDK.
     *
     * @param home its directory
     * @param maps a /proc/PID/maps of a process that runs on it, which tells where the C library is
     */
    static JavaView read(Path home, Path maps) {
        Map<String, String> places = new LinkedHashMap<>();
        try {
            Path real = home.toRealPath();
            places.put(HOME, real.toString());
            String loader = interpreter(real.resolve("bin/java"));
            if (!loader.isEmpty()) {
                places.put(loader, Path.of(loader).toRealPath().toString());
            }
            Path libraries = libraries(maps);
            for (String name : LIBRARIES) {
                Path library = libraries.resolve(name);
                if (Files.exists(library)) {
                    places.put(library.toString(), library.toRealPath().toString());
                }
            }
            for (String directory : List.of("conf", "lib", "lib/security")) {
                linked(real, real.resolve(directory), places);
            }
            // Without it file names could hold ASCII only. Newer C libraries have it built in.
            Path utf8 = Path.of("/usr/lib/locale/C.utf8");
            if (Files.isDirectory(utf8)) {
                places.put(utf8.toString(), utf8.toRealPath().toString());
            }
        } catch (IOException e) {
            throw new ContainerException(
                    ContainerException.Kind.UNSUPPORTED,
                    "cannot look at the JDK in " + home + ": " + e.getMessage()
                            + "\n  mend: run on a JDK whose directory this user can read",
                    e);
        }
        return new JavaView(places);
    }

    /** A distribution's JDK has settings elsewhere, behind links such as conf/security to /etc/java-25-openjdk. */
    private static void linked(Path home, Path directory, Map<String, String> places) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> entries = Files.walk(directory, directory.endsWith("conf") ? 3 : 1)) {
            for (Path link : (Iterable<Path>) entries.filter(Files::isSymbolicLink)::iterator) {
                Path target = Files.readSymbolicLink(link);
                if (target.isAbsolute() && Files.exists(target)) {
                    Path real = target.toRealPath();
                    if (!real.startsWith(home)) {
                        places.put(target.toString(), real.toString());
                    }
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Where the C library lies that a process has mapped: the others lie beside it, and the loader looks there. */
    private static Path libraries(Path maps) throws IOException {
        try (Stream<String> lines = Files.lines(maps)) {
            return lines.filter(line -> line.endsWith("/libc.so.6"))
                    .map(line -> Path.of(line.substring(line.indexOf('/'))))
                    .map(JavaView::parent)
                    .findFirst()
                    // musl: the loader is the C library
                    .orElse(Path.of("/lib"));
        }
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        return parent == null ? file : parent;
    }

    /** The loader that a program names, elf(5) PT_INTERP; empty if it names none. */
    static String interpreter(Path program) throws IOException {
        ByteBuffer elf;
        try (var in = Files.newInputStream(program)) {
            elf = ByteBuffer.wrap(in.readNBytes(4096)).order(ByteOrder.LITTLE_ENDIAN);
        }
        if (elf.limit() < HEADER || elf.getInt(0) != 0x464c457f) {
            throw new IOException(program + " is no ELF program");
        }
        int table = (int) elf.getLong(32);
        int count = elf.getShort(56);
        for (int i = 0; i < count && table + (i + 1) * SEGMENT <= elf.limit(); i++) {
            int at = table + i * SEGMENT;
            int from = (int) elf.getLong(at + 8);
            int size = (int) elf.getLong(at + 32);
            if (elf.getInt(at) == PT_INTERP && size > 1 && from + size <= elf.limit()) {
                return new String(elf.array(), from, size - 1, StandardCharsets.UTF_8);
            }
        }
        return "";
    }
}
