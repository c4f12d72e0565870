package dev.alcove.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The library as a stranger has it: installed into a local Maven repository, used from there by a project of its own. The
 * repository is one of the test's, in which all but Alcove is the machine's own by links.
 */
class InstallTest {
    private static final Path TOP = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> INSTALLED = List.of("linux", "spec", "runtime");

    @TempDir
    Path folder;

    @BeforeEach
    void root() {
        Needs.root();
        Needs.programs("maven", "mvn");
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void aProjectOfItsOwnUsesIt() throws Exception {
        Path repository = repository();
        Path source = source();
        // The classes are those that this build has just made: they are packed and installed, not compiled again.
        maven(
                source,
                repository,
                "install",
                "-pl",
                ".,linux,spec,runtime",
                "-Dmaven.main.skip",
                "-Dmaven.test.skip",
                "-Dspotless.check.skip");
        assertThat(repository.resolve("dev/alcove/alcove-runtime")).isDirectory();

        Path project = folder.resolve("project");
        copy(TOP.resolve("examples/standalone"), project);
        maven(project, repository, "package");
        Path jar = project.resolve("target/uses-alcove-1.jar");

        Said ran = java(List.of("-jar", jar.toString()));
        assertThat(ran).isEqualTo(new Said(0, "pid 1 on standalone\nit ended with 0"));

        // The check that guards the API from the first release on: here the release is what was just installed.
        String[] compare = {
            "verify",
            "-pl",
            "runtime",
            "-Dapi.baseline=0.1.0-SNAPSHOT",
            "-Dmaven.main.skip",
            "-Dmaven.test.skip",
            "-Dspotless.check.skip"
        };
        maven(source, repository, compare);
        Files.delete(source.resolve("runtime/target/classes/dev/alcove/runtime/TextFile.class"));
        Said broken = run(source, command(repository, compare));
        assertThat(broken.status()).isNotZero();
        assertThat(broken.text()).contains("TextFile").containsIgnoringCase("incompatible");

        // What a missing flag means is said with the flag.
        Said refused = java(List.of("--illegal-native-access=deny", "-cp", jar.toString(), "com.example.App"));
        assertThat(refused.status()).isNotZero();
        assertThat(refused.text())
                .contains("Alcove calls the Linux kernel and needs native access")
                .contains("--enable-native-access=ALL-UNNAMED");
        Said allowed = java(List.of(
                "--illegal-native-access=deny",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                jar.toString(),
                "com.example.App"));
        assertThat(allowed).isEqualTo(ran);
    }

    private Path repository() throws IOException {
        Path mine = Files.createDirectories(folder.resolve("repository"));
        Path machines =
                Path.of(System.getProperty("maven.repo.local", System.getProperty("user.home") + "/.m2/repository"));
        Files.createDirectories(mine.resolve("dev"));
        try (Stream<Path> groups = Files.list(machines)) {
            for (Path group : groups.toList()) {
                if (!group.endsWith("dev")) {
                    Files.createSymbolicLink(mine.resolve(group.getFileName()), group);
                }
            }
        }
        return mine;
    }

    private Path source() throws IOException {
        Path copy = Files.createDirectories(folder.resolve("source"));
        Files.copy(TOP.resolve("pom.xml"), copy.resolve("pom.xml"));
        try (Stream<Path> entries = Files.list(TOP)) {
            for (Path entry : entries.toList()) {
                String name = entry.getFileName().toString();
                if (INSTALLED.contains(name) || name.equals("init")) {
                    copy(entry, copy.resolve(name));
                } else if (Files.exists(entry.resolve("pom.xml"))) {
                    Files.createDirectories(copy.resolve(name));
                    Files.copy(entry.resolve("pom.xml"), copy.resolve(name).resolve("pom.xml"));
                }
            }
        }
        return copy;
    }

    /** All of a folder but what tests and the packer leave in it. */
    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes a) throws IOException {
                String name = directory.getFileName().toString();
                if (name.equals("surefire-reports") || name.equals("test-classes") || name.equals("maven-archiver")) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(to.resolve(from.relativize(directory)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void maven(Path directory, Path repository, String... arguments) throws Exception {
        Said said = run(directory, command(repository, arguments));
        assertThat(said.status()).as(said.text()).isZero();
    }

    private static List<String> command(Path repository, String... arguments) {
        List<String> command = new ArrayList<>(List.of("mvn", "-q", "-B", "-Dmaven.repo.local=" + repository));
        command.addAll(List.of(arguments));
        return command;
    }

    private Said java(List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(arguments);
        return run(folder, command);
    }

    private Said run(Path directory, List<String> command) throws Exception {
        File out = folder.resolve("said").toFile();
        ProcessBuilder b = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out);
        b.environment().put("JAVA_HOME", System.getProperty("java.home"));
        b.environment().remove("MAVEN_OPTS");
        Process process = b.start();
        process.getOutputStream().close();
        int status = process.waitFor();
        return new Said(status, Files.readString(out.toPath(), UTF_8).stripTrailing());
    }
}
