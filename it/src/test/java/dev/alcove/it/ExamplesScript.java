package dev.alcove.it;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * A checkout in which examples/run finds that everything is built: it has no sources, and what is built is the class path
 * of this test. So the script runs as people run it, without a build inside a build.
 */
final class ExamplesScript {
    private ExamplesScript() {}

    /**
     * Makes one.
     *
     * @return its script
     */
    static Path in(Path folder, Path root) throws IOException {
        for (String name : new String[] {"init", "linux", "spec", "runtime", "examples"}) {
            Files.createDirectories(folder.resolve(name + "/src/main"));
            Files.createFile(folder.resolve(name + "/pom.xml"));
        }
        Files.createFile(folder.resolve("pom.xml"));
        Files.createDirectory(folder.resolve("tools"));
        Files.copy(root.resolve("tools/find-jdk.sh"), folder.resolve("tools/find-jdk.sh"));
        Path script = Files.copy(root.resolve("examples/run"), folder.resolve("examples/run"));
        Path lib = Files.createDirectories(folder.resolve("target/examples/lib"));
        StringBuilder path = new StringBuilder();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            path.append(Path.of(entry).toUri()).append(' ');
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, path.toString());
        new JarOutputStream(Files.newOutputStream(lib.resolve("all.jar")), manifest).close();
        Files.createFile(folder.resolve("target/examples/built"));
        return script;
    }
}
