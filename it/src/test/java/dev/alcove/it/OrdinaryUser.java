package dev.alcove.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A JVM of an ordinary user: no capability, no group but its own, and unless a test says otherwise no entry in any of
 * the machine's files. Run by such a user, the tests just start another JVM.
 */
final class OrdinaryUser implements AutoCloseable {
    /** A number that no package takes and nobody is given by default. */
    static final long ID = 54_321;

    private final Process process;
    private final BufferedReader output;
    private final Path classes;

    private OrdinaryUser(Process process, Path classes) {
        this.process = process;
        this.output = process.inputReader(UTF_8);
        this.classes = classes;
    }

    /** The number of the user that {@link #run} runs as. */
    static long id() {
        if (Needs.isRoot()) {
            return ID;
        }
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a class's {@code main} as that user. */
    static OrdinaryUser run(Class<?> main, String... arguments) throws IOException {
        return run("", main, arguments);
    }

    /**
     * Runs it in a mount namespace of its own.
     *
     * @param mounts shell commands that are carried out there first, as root; empty for none and no mount namespace
     */
    static OrdinaryUser run(String mounts, Class<?> main, String... arguments) throws IOException {
        Path classes = Files.createTempDirectory(
                "alcove-it-classes-" + ProcessHandle.current().pid() + "-");
        try {
            Files.setPosixFilePermissions(classes, PosixFilePermissions.fromString("rwxr-xr-x"));
            List<String> java = new ArrayList<>();
            if (Needs.isRoot()) {
                Needs.programs("util-linux", "setpriv");
                java.addAll(List.of("setpriv", "--reuid=" + ID, "--regid=" + ID, "--clear-groups", "--inh-caps=-all"));
            }
            java.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-XX:-UsePerfData",
                    "-cp",
                    classPath(classes),
                    main.getName()));
            java.addAll(List.of(arguments));
            List<String> command = java;
            if (!mounts.isEmpty()) {
                String line = java.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
                command = List.of(
                        "unshare", "--mount", "--propagation", "private", "sh", "-ec", mounts + "\nexec " + line);
            }
            Process process = new ProcessBuilder(command)
                    .directory(new File("/"))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            return new OrdinaryUser(process, classes);
        } catch (IOException | RuntimeException | Error e) {
            remove(classes);
            throw e;
        }
    }

    /** This JVM's class path; what the user cannot read is copied to where it can. */
    static String classPath(Path to) throws IOException {
        List<String> readable = new ArrayList<>();
        int copies = 0;
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry).toAbsolutePath().normalize();
            if (entry.isEmpty() || !Files.exists(path)) {
                continue;
            }
            if (Needs.isRoot() && !openToAll(path)) {
                Path copy = to.resolve(copies++ + "-" + path.getFileName());
                copy(path, copy);
                path = copy;
            }
            readable.add(path.toString());
        }
        return String.join(File.pathSeparator, readable);
    }

    private static boolean openToAll(Path path) throws IOException {
        for (Path at = path; at.getParent() != null; at = at.getParent()) {
            boolean directory = Files.isDirectory(at);
            PosixFilePermission needed =
                    directory ? PosixFilePermission.OTHERS_EXECUTE : PosixFilePermission.OTHERS_READ;
            if (!Files.getPosixFilePermissions(at).contains(needed)) {
                return false;
            }
        }
        return true;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Path copy = to.resolve(from.relativize(path).toString());
                Files.copy(path, copy);
                Files.setPosixFilePermissions(
                        copy, PosixFilePermissions.fromString(Files.isDirectory(copy) ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
    }

    /** The next line it says. */
    String line() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new AssertionError("the user's process said no more");
        }
        return line;
    }

    /** Lets it go on: it waits for its input's end. */
    void go() throws IOException {
        process.getOutputStream().close();
    }

    /** All that it says until it ends; it must end well. */
    String rest() throws IOException {
        go();
        String rest = output.lines().collect(Collectors.joining("\n"));
        try {
            int status = process.waitFor();
            if (status != 0) {
                throw new AssertionError("the user's process ended with " + status + ": " + rest);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return rest;
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        output.close();
        remove(classes);
    }

    static void remove(Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, java.io.IOException failure) throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** In the user's JVM: waits until the test lets it go on. */
    static void await() throws IOException {
        new BufferedReader(new InputStreamReader(System.in, UTF_8)).transferTo(java.io.Writer.nullWriter());
    }
}
