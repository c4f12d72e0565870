package dev.alcove.it;

import dev.alcove.spec.OciMount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The small static program of {@code src/test/c/inside.c}, compiled once a test run, that looks from inside. */
final class Payload {
    /** Where containers with a root of their own see it, when {@link #mount()} is among their mounts. */
    static final String INSIDE = "/inside";

    private Payload() {}

    private static final class Built {
        static final Path FILE = build();

        private static Path build() {
            Needs.programs("gcc libc6-dev", "gcc");
            Path source = Path.of("src/test/c/inside.c").toAbsolutePath();
            Path program = Path.of("target/inside").toAbsolutePath();
            try {
                Files.createDirectories(program.getParent());
                boolean fresh = Files.exists(program)
                        && Files.getLastModifiedTime(program).compareTo(Files.getLastModifiedTime(source)) > 0;
                if (!fresh) {
                    Shell.run("gcc", "-O1", "-static", "-Wall", "-o", program.toString(), source.toString());
                }
                return program;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The program on this machine. */
    static Path file() {
        return Built.FILE;
    }

    /** The program as {@link #INSIDE}. */
    static OciMount mount() {
        return OciMount.of(INSIDE, "bind", file().toString(), List.of("bind", "ro"));
    }
}
