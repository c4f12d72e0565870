package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * init's decoder and loop under the address and undefined behaviour sanitizers, with real programs that were changed.
 * Longer, with other seeds: {@code -Dalcove.fuzz=5000000 -Dalcove.fuzz.seed=7}. With clang there, libFuzzer runs as well.
 */
class FuzzTest {
    private static final Path INIT = Path.of("../init");

    @TempDir
    Path folder;

    private List<String> corpus() throws IOException {
        Path corpus = Files.createDirectories(folder.resolve("corpus"));
        List<String> files = new ArrayList<>();
        for (Golden g : Golden.all()) {
            if (g.facts().arch() == dev.alcove.linux.Arch.X86_64) {
                Path file = corpus.resolve(g.name());
                Files.write(file, ProgramEncoder.encode(g.program()));
                files.add(file.toString());
            }
        }
        return files;
    }

    private Path build(String compiler, String... options) throws Exception {
        Path fuzz = folder.resolve("fuzz-" + compiler);
        List<String> command = new ArrayList<>(List.of(compiler, "-std=gnu11", "-Wall", "-Wextra", "-g", "-O1"));
        command.addAll(List.of(options));
        command.addAll(List.of(
                "-fno-sanitize-recover=all",
                "-I",
                INIT.resolve("target").toString(),
                INIT.resolve("fuzz.c").toString(),
                "-o",
                fuzz.toString()));
        Result r = run(command);
        if (r.status() != 0) {
            InitRun.skip(
                    compiler + " cannot build it: " + r.said().lines().limit(3).toList());
        }
        return fuzz;
    }

    record Result(int status, String said) {}

    private static Result run(List<String> command) throws Exception {
        Process p;
        try {
            p = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return new Result(127, command.getFirst() + " is not there");
        }
        p.getOutputStream().close();
        String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(p.waitFor(), said);
    }

    @Test
    void survivesAnyProgram() throws Exception {
        Path fuzz = build("gcc", "-fsanitize=address,undefined");
        List<String> command = new ArrayList<>(List.of(
                fuzz.toString(),
                "-n",
                System.getProperty("alcove.fuzz", "40000"),
                "-s",
                System.getProperty("alcove.fuzz.seed", "1")));
        command.addAll(corpus());
        Result r = run(command);
        assertThat(r.status()).as(r.said()).isZero();
        String[] words = r.said().split("\\s+", -1);
        assertThat(Integer.parseInt(words[2]))
                .as("many were sound enough to run: " + r.said())
                .isGreaterThan(1000);
    }

    @Test
    void survivesLibFuzzer() throws Exception {
        Path fuzz = build("clang", "-fsanitize=fuzzer,address,undefined", "-DLIBFUZZER");
        corpus();
        Result r = run(List.of(
                fuzz.toString(),
                "-runs=" + System.getProperty("alcove.fuzz", "20000"),
                "-seed=1",
                "-max_len=65536",
                "-artifact_prefix=" + folder + "/",
                folder.resolve("corpus").toString()));
        assertThat(r.status()).as(r.said()).isZero();
    }
}
