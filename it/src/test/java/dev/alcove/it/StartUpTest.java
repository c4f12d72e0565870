package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a cold start loads. The time of a start depends on the machine and on what else it does; the classes that the
 * JVM's cache does not have depend on neither, and they are what the time is made of. Most of them are made at run time:
 * by the linker of native calls, by pattern switches, by lambdas that no training has seen.
 */
class StartUpTest {
    /** As the script alcove has them: a cache is only good for the options it was made with. */
    private static final List<String> OPTIONS = List.of(
            "-Xlog:disable",
            "-Xlog:all=error:stderr",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "--enable-native-access=dev.alcove.linux");

    @TempDir
    static Path folder;

    private static Path cache = Path.of("");

    private record Ended(int status, String output) {}

    @BeforeAll
    static void train() throws Exception {
        Path jars = Path.of("..", "cli", "target", "dist");
        Needs.that(Files.isDirectory(jars), "the jars of the command are made by mvn package");
        Path lib = Files.createDirectory(folder.resolve("lib"));
        try (Stream<Path> all = Files.list(jars)) {
            for (Path jar : all.toList()) {
                Files.copy(jar, lib.resolve(jar.getFileName()));
            }
        }
        cache = folder.resolve("alcove.aot");
        Ended trained = java("-XX:AOTCacheOutput=" + cache, "Training");
        assertThat(trained.status()).as(trained.output()).isZero();
        assertThat(cache).isNotEmptyFile();
    }

    private static Ended java(String option, String main, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add(option);
        command.addAll(OPTIONS);
        if (!main.equals("Training")) {
            command.add("-Xlog:class+load:file=" + folder.resolve("classes"));
        }
        command.addAll(List.of("-p", folder.resolve("lib").toString(), "-m", "dev.alcove.cli/dev.alcove.cli." + main));
        command.addAll(List.of(arguments));
        Path output = folder.resolve("output");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        builder.environment().put("ALCOVE_ROOT", folder.resolve("state").toString());
        Process process = builder.start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("it ends").isTrue();
        } finally {
            process.destroyForcibly().waitFor();
        }
        return new Ended(process.exitValue(), Files.readString(output));
    }

    /** The classes of a command that did not come from the cache. */
    private static List<String> loaded(String... arguments) throws Exception {
        Ended ended = java("-XX:AOTCache=" + cache, "Main", arguments);
        assertThat(ended.status()).as(ended.output()).isZero();
        List<String> others = new ArrayList<>();
        int kept = 0;
        for (String line : Files.readAllLines(folder.resolve("classes"))) {
            if (line.contains("source: shared objects file")) {
                kept++;
            } else if (line.contains(" source: ")) {
                others.add(line.substring(line.indexOf(']') + 1).strip());
            }
        }
        assertThat(kept).as("classes from the cache").isGreaterThan(400);
        return others;
    }

    private static void atMost(int most, String... arguments) throws Exception {
        List<String> others = loaded(arguments);
        assertThat(others.size()).as(String.join("\n", others)).isLessThanOrEqualTo(most);
    }

    @Test
    void helpMakesAlmostNoClass() throws Exception {
        atMost(10, "--help");
    }

    @Test
    void networkMakesFewClasses() throws Exception {
        atMost(60, "network", "ls");
    }

    /** Networks cost nothing where there are none. */
    @Test
    void aRunWithoutANetworkHasNoClassOfNetworks() throws Exception {
        Needs.root();
        loaded("run", "--network", "none", "host", "true");
        assertThat(Files.readAllLines(folder.resolve("classes")))
                .noneMatch(line -> line.contains(" dev.alcove.network."));
    }

    @Test
    void psMakesFewClasses() throws Exception {
        atMost(60, "ps");
    }

    @Test
    void nsMakesFewClasses() throws Exception {
        atMost(80, "ns");
    }

    @Test
    void explainMakesFewClasses() throws Exception {
        atMost(80, "explain", "run", "host", "true");
    }

    @Test
    void runMakesFewClasses() throws Exception {
        Needs.root();
        atMost(100, "run", "host", "true");
    }
}
