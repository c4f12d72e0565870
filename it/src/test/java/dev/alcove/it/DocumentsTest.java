package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the documents show is what happens.
 * <ul>
 *   <li>A block {@code ```java Name} holds the class Name of the examples, {@code ```java Name#region} what stands between
 *       {@code @start region="region"} and {@code @end} in it. Every java block must name one.
 *   <li>A block {@code ```console} is a session: lines that begin with {@code $} are run by a shell, what follows is what
 *       they print. An ellipsis stands for any text, on a line of its own for any number of lines. Their status is 0,
 *       unless what they print shows a message of alcove's. {@code ```console podman} is one that a test of podman's runs, {@code ```console
 *       network} one of {@link NetworkDocumentTest}'s.
 *   <li>A link to a file of the repository leads to one.
 *   <li>A page in Chinese, {@code NAME.zh.md}, has the sessions of {@code NAME.md}, every one of them as it is there.
 * </ul>
 */
class DocumentsTest {
    static final Path ROOT = root();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)(#[^)]*)?\\)");

    private record Block(String place, String info, List<String> lines) {}

    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.exists(here.resolve("README.md")) || !Files.exists(here.resolve("init"))) {
            here = here.getParent();
        }
        return here;
    }

    private static List<Path> documents() throws IOException {
        List<Path> all = new ArrayList<>();
        for (String name : List.of("README.md", "ARCHITECTURE.md", "SECURITY.md", "CONTRIBUTING.md")) {
            if (Files.exists(ROOT.resolve(name))) {
                all.add(ROOT.resolve(name));
            }
        }
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            docs.filter(f -> f.toString().endsWith(".md")).sorted().forEach(all::add);
        }
        return all;
    }

    private static List<Block> blocks(String language) throws IOException {
        List<Block> found = new ArrayList<>();
        for (Path document : documents()) {
            List<String> lines = Files.readAllLines(document);
            for (int i = 0; i < lines.size(); i++) {
                if (!lines.get(i).startsWith("```")) {
                    continue;
                }
                int begin = i++;
                while (!lines.get(i).equals("```")) {
                    i++;
                }
                String info = lines.get(begin).substring(3).strip();
                if (info.equals(language) || info.startsWith(language + " ")) {
                    String place = ROOT.relativize(document) + ":" + (begin + 1);
                    found.add(new Block(place, info, lines.subList(begin + 1, i)));
                }
            }
        }
        return found;
    }

    @TestFactory
    Stream<DynamicTest> javaIsFromTheExamples() throws IOException {
        return blocks("java").stream().map(b -> DynamicTest.dynamicTest(b.place(), () -> sameAsSource(b)));
    }

    private static void sameAsSource(Block block) throws IOException {
        assertThat(block.info())
                .as("a java block names an example, such as FirstContainer#container")
                .contains(" ");
        String[] name = block.info().substring("java ".length()).split("#", -1);
        Path source = ROOT.resolve("examples/src/main/java/dev/alcove/examples/" + name[0] + ".java");
        List<String> lines = Files.readAllLines(source);
        if (name.length > 1) {
            int from = 0;
            while (!lines.get(from++).contains("@start region=\"" + name[1] + "\"")) {
                assertThat(from).as("a region " + name[1]).isLessThan(lines.size());
            }
            int to = from;
            while (!lines.get(to).contains("// @end")) {
                to++;
            }
            lines = lines.subList(from, to);
        }
        String wanted = String.join("\n", lines).stripIndent();
        assertThat(String.join("\n", block.lines())).isEqualTo(wanted);
    }

    @TestFactory
    Stream<DynamicTest> linksLeadSomewhere() throws IOException {
        return documents().stream()
                .map(d -> DynamicTest.dynamicTest(
                        ROOT.relativize(d).toString(),
                        () -> assertThat(Files.readString(d))
                                .satisfies(text -> LINK.matcher(text)
                                        .results()
                                        .map(m -> m.group(1))
                                        .filter(target -> !target.contains("://") && !target.startsWith("mailto:"))
                                        .forEach(target -> assertThat(d.resolveSibling(target))
                                                .exists()))));
    }

    @TestFactory
    Stream<DynamicTest> sessionsGoAsShown(@TempDir Path place) throws IOException {
        String needed = missing();
        if (!needed.isEmpty()) {
            System.out.println("skipped: the documents' sessions need " + needed);
        }
        Path examples = ExamplesScript.in(place.resolve("checkout"), ROOT);
        return blocks("console").stream()
                .filter(b -> b.info().equals("console"))
                .map(b -> DynamicTest.dynamicTest(b.place(), () -> {
                    Assumptions.assumeTrue(needed.isEmpty(), "needs " + needed);
                    Path own = Files.createTempDirectory(place, "session");
                    Path run = Files.createDirectory(own.resolve("examples")).resolve("run");
                    Files.writeString(run, "#!/bin/sh\nexec '" + examples + "' \"$@\"\n");
                    assertThat(run.toFile().setExecutable(true)).isTrue();
                    session(b, own);
                }));
    }

    @TestFactory
    Stream<DynamicTest> bothLanguagesHaveTheSameSessions() throws IOException {
        return documents().stream()
                .filter(d -> d.toString().endsWith(".zh.md"))
                .map(d -> DynamicTest.dynamicTest(ROOT.relativize(d).toString(), () -> {
                    String other = ROOT.relativize(d).toString().replace(".zh.md", ".md");
                    assertThat(sessions(ROOT.relativize(d).toString())).isEqualTo(sessions(other));
                }));
    }

    private static List<List<String>> sessions(String document) throws IOException {
        return blocks("console").stream()
                .filter(b -> b.place().startsWith(document + ":"))
                .map(Block::lines)
                .toList();
    }

    private static String missing() {
        if (!Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN)) {
            return "root";
        }
        return DocumentsTest.class.getResource("/dev/alcove/cli/Main.class") == null ? "the command line" : "";
    }

    /** Runs the sessions of a document that are marked so, each command by what is given. */
    static void follow(String document, String info, Function<String, Said> runner) throws Exception {
        List<Block> sessions = blocks("console").stream()
                .filter(b -> b.place().startsWith(document + ":"))
                .filter(b -> b.info().equals(info))
                .toList();
        assertThat(sessions).as("sessions of " + document).isNotEmpty();
        for (Block b : sessions) {
            follow(b, command -> {
                Said said = runner.apply(command);
                return new Outcome(said.status(), said.text().isEmpty() ? "" : said.text() + "\n");
            });
        }
    }

    private static void session(Block block, Path place) throws Exception {
        Path alcove = place.resolve("alcove");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Files.writeString(
                alcove,
                "#!/bin/sh\nexec '" + java + "' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xlog:disable"
                        + " -Xlog:all=error:stderr --enable-native-access=ALL-UNNAMED -cp '"
                        + System.getProperty("java.class.path") + "' dev.alcove.cli.Main \"$@\"\n");
        assertThat(alcove.toFile().setExecutable(true)).isTrue();
        follow(block, command -> run(command, place));
    }

    /** Runs a command. */
    private interface Runner {
        Outcome run(String command) throws Exception;
    }

    private static void follow(Block block, Runner runner) throws Exception {
        List<String> lines = block.lines();
        assertThat(lines.getFirst()).as("a session begins with a command").startsWith("$ ");
        for (int i = 0; i < lines.size(); ) {
            String command = lines.get(i).substring(2);
            StringBuilder expected = new StringBuilder();
            for (i++; i < lines.size() && !lines.get(i).startsWith("$ "); i++) {
                expected.append(pattern(lines.get(i)));
            }
            String shown = block.place() + ": " + command;
            Outcome outcome = runner.run(command);
            assertThat(outcome.text()).as(shown).matches(Pattern.compile(expected.toString(), Pattern.DOTALL));
            if (!expected.toString().contains("alcove: ")) {
                assertThat(outcome.status()).as(shown + ": " + outcome.text()).isZero();
            }
        }
    }

    /** A line without its comment; an ellipsis matches anything. */
    private static String pattern(String line) {
        if (line.equals("…")) {
            return "(?:[^\n]*\n)*?";
        }
        StringBuilder b = new StringBuilder();
        for (String part : line.split("…", -1)) {
            b.append(b.isEmpty() ? "" : "[^\n]*").append(Pattern.quote(part));
        }
        return b.append("\n").toString();
    }

    private record Outcome(int status, String text) {}

    private static Outcome run(String command, Path place) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command);
        builder.directory(place.toFile()).redirectErrorStream(true);
        builder.environment().put("ALCOVE_ROOT", place.resolve("state").toString());
        builder.environment().put("ALCOVE_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().merge("PATH", place.toString(), (old, own) -> own + ":" + old);
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("ended: " + command).isTrue();
        return new Outcome(process.exitValue(), out);
    }
}
