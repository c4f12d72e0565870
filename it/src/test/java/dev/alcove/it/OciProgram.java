package dev.alcove.it;

import dev.alcove.linux.Arch;
import dev.alcove.spec.OciJson;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciRoot;
import dev.alcove.spec.OciSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** The program alcove-oci as callers execute it: the native front, with a JVM of these tests' classes behind it. */
final class OciProgram {
    private static final Path BUSYBOX = Path.of("/bin/busybox");

    private final Path folder;
    private final Path program;
    private final Path root;

    /** Puts the program into a folder. */
    OciProgram(Path folder) throws IOException {
        this(folder, System.getProperty("java.class.path"));
    }

    /** The same, with these tests' classes somewhere else: for a caller who cannot read where they are. */
    OciProgram(Path folder, String classPath) throws IOException {
        this.folder = folder;
        this.program = folder.resolve("alcove-oci");
        this.root = folder.resolve("root");
        String name = "/dev/alcove/runtime/front-" + Arch.host().machine();
        try (InputStream front = dev.alcove.runtime.Front.class.getResourceAsStream(name)) {
            Needs.that(front != null, "needs " + name + ": a C compiler for this processor");
            Files.write(program, front.readAllBytes());
        }
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> words = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                "dev.alcove.oci.Main");
        Files.writeString(folder.resolve("alcove-oci.jvm"), String.join("\0", words) + "\0");
    }

    /** Where it is. */
    Path path() {
        return program;
    }

    /** The folder of its states. */
    Path root() {
        return root;
    }

    /** A bundle whose root file system is busybox's, and whose program is a shell with this script. */
    Path bundle(String name, String script, UnaryOperator<OciSpec> change) throws IOException {
        Path bundle = Files.createDirectories(folder.resolve(name));
        rootfs(bundle.resolve("rootfs"));
        Said said = run("spec", "--bundle", bundle.toString());
        if (said.status() != 0) {
            throw new AssertionError(said.text());
        }
        Path config = bundle.resolve("config.json");
        OciSpec spec = OciJson.read(Files.readAllBytes(config), OciSpec.class);
        OciProcess process = spec.process();
        if (process == null) {
            throw new AssertionError("spec writes no process");
        }
        spec = spec.toBuilder()
                .root(new OciRoot("rootfs", false))
                .process(process.toBuilder()
                        .terminal(false)
                        .args(List.of("sh", "-c", script))
                        .build())
                .build();
        Files.writeString(config, OciJson.pretty(change.apply(spec)));
        return bundle;
    }

    static void rootfs(Path rootfs) throws IOException {
        Path bin = Files.createDirectories(rootfs.resolve("bin"));
        Files.copy(BUSYBOX, bin.resolve("busybox"));
        for (String applet : List.of("sh", "echo", "sleep", "cat", "id", "ls", "true", "kill", "touch")) {
            Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
        }
    }

    /** Runs a command to its end: both of its outputs, and its status. */
    Said run(String... arguments) {
        return begin(arguments).finish();
    }

    /** Starts a command whose output goes to a file: a container that it makes holds its output open. */
    Running begin(String... arguments) {
        try {
            Path out = Files.createTempFile(folder, "said", "");
            return new Running(builder(arguments).redirectOutput(out.toFile()).start(), out);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Starts a command. */
    Process start(String... arguments) {
        try {
            return builder(arguments).start();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private ProcessBuilder builder(String... arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString(), "--root", root.toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true);
    }

    /** A command that runs. */
    record Running(Process process, Path out) {
        /** Waits for its end. */
        Said finish() {
            try {
                process.getOutputStream().close();
                if (!process.waitFor(60, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError("it did not end: " + Files.readString(out));
                }
                return new Said(process.exitValue(), Files.readString(out).stripTrailing());
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** What stays of containers below its root. */
    List<String> left() throws IOException {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (var folders = Files.list(root)) {
            return folders.map(f -> f.getFileName().toString()).toList();
        }
    }
}
