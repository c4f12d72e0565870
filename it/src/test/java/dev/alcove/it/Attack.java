package dev.alcove.it;

import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ExecBuilder;
import dev.alcove.runtime.Rootfs;
import dev.alcove.spec.OciMount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The ways out of {@code src/test/c/attack.c}, compiled once a test run, and containers to try them from. */
final class Attack {
    static final String INSIDE = "/attack";

    private Attack() {}

    private static final class Built {
        static final Path FILE = build();

        private static Path build() {
            Needs.programs("gcc libc6-dev", "gcc");
            Path source = Path.of("src/test/c/attack.c").toAbsolutePath();
            Path program = Path.of("target/attack").toAbsolutePath();
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

    static Path file() {
        return Built.FILE;
    }

    /** A container of the machine's own programs, with the attack in it. */
    static ContainerBuilder container(String... command) {
        return new ContainerBuilder(command)
                .mount(OciMount.of(INSIDE, "bind", file().toString(), List.of("bind", "ro")));
    }

    /** The attack in such a container: what it says. */
    static String tried(String... words) {
        return say(container(words(words)));
    }

    static String[] words(String... words) {
        List<String> command = new ArrayList<>(List.of(INSIDE));
        command.addAll(Arrays.asList(words));
        return command.toArray(String[]::new);
    }

    /** What a container says; it must end well. */
    static String say(ContainerBuilder builder) {
        Said said = Shell.run(builder);
        if (said.status() != 0) {
            throw new AssertionError("ended with " + said.status() + ": " + said.text());
        }
        return said.text();
    }

    /** What one more process of a container says, and how it ends. */
    static Said enter(ExecBuilder builder) {
        try (Container entered = builder.redirectErrorStream(true).start()) {
            entered.process().getOutputStream().close();
            String text = new String(entered.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Said(entered.waitFor(), text.stripTrailing());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A directory to be a root file system: the machine's programs are bound into it, the rest is the attacker's. */
    static Path root(Path at) throws IOException {
        Files.createDirectories(at.resolve("usr"));
        for (String name : List.of("bin", "sbin", "lib", "lib64")) {
            Path host = Path.of("/", name);
            if (Files.isSymbolicLink(host)) {
                Files.createSymbolicLink(at.resolve(name), Files.readSymbolicLink(host));
            }
        }
        Files.createDirectories(at.resolve("tmp"));
        return at;
    }

    /** A container in such a directory. */
    static ContainerBuilder in(Path root, String... command) {
        return container(command)
                .rootfs(Rootfs.directory(root))
                .mount(OciMount.of("/usr", "bind", "/usr", List.of("rbind", "ro")));
    }
}
