package dev.alcove.it;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;

/**
 * The JVM behind {@code alcove-oci} as an installation starts it, with the classes that the usual commands need kept in an
 * AOT cache: a caller such as dockerd executes its runtime four times for one container. The cache is made once a test run,
 * of the classes that these tests run with.
 */
final class OciQuick {
    private static final List<String> OPTIONS = List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-Xlog:disable",
            "-Xlog:all=error:stderr",
            "--enable-native-access=ALL-UNNAMED");

    private OciQuick() {}

    /** Made when the first test asks for it. */
    private static final class Made {
        static final List<String> WORDS = make();
    }

    /** Lets the program in this folder start its JVM so. */
    static void start(Path folder) throws IOException {
        Files.writeString(folder.resolve("alcove-oci.jvm"), String.join("\0", Made.WORDS) + "\0");
    }

    private static List<String> make() {
        try {
            Path folder = Files.createDirectories(Path.of("target", "oci-quick"))
                    .toAbsolutePath()
                    .toRealPath();
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            String classes = jars(folder);
            Path cache = folder.resolve("alcove.aot");
            Files.deleteIfExists(cache);
            List<String> training = new ArrayList<>(List.of(java, "-XX:AOTCacheOutput=" + cache));
            training.addAll(OPTIONS);
            training.addAll(List.of("-cp", classes, "dev.alcove.cli.Training"));
            ProcessBuilder builder = new ProcessBuilder(training)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("training.log").toFile());
            builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
            Process process = builder.start();
            process.getOutputStream().close();
            process.waitFor();
            List<String> words = new ArrayList<>(List.of(java));
            if (Files.exists(cache)) {
                words.add("-XX:AOTCache=" + cache);
            }
            words.addAll(OPTIONS);
            words.addAll(List.of("-cp", classes, "dev.alcove.oci.Main"));
            return List.copyOf(words);
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The class path of these tests without the tests; a cache cannot be made of folders. */
    private static String jars(Path folder) throws IOException {
        List<String> jars = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            if (entry.isEmpty() || entry.contains("test-classes") || !Files.exists(path)) {
                continue;
            }
            if (Files.isDirectory(path)) {
                Path jar = folder.resolve(jars.size() + ".jar");
                jar("--create", "--no-compress", "--file", jar.toString(), "-C", entry, ".");
                jars.add(jar.toString());
            } else {
                jars.add(path.toAbsolutePath().toString());
            }
        }
        return String.join(File.pathSeparator, jars);
    }

    private static void jar(String... arguments) {
        StringWriter said = new StringWriter();
        PrintWriter to = new PrintWriter(said);
        if (ToolProvider.findFirst("jar").orElseThrow().run(to, to, arguments) != 0) {
            throw new AssertionError(said);
        }
    }
}
