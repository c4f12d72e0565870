package dev.alcove.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.spec.NamespaceKind;
import dev.alcove.spec.NamespaceMode;
import dev.alcove.spec.SpecException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The help: pages compared with what is kept; {@code -Dalcove.golden=write} keeps anew. */
class HelpTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run",
                "exec",
                "ps",
                "kill",
                "wait",
                "rm",
                "network",
                "network create",
                "network inspect",
                "network rm",
                "network connect",
                "network disconnect",
                "network prune",
                "network dns",
                "ns",
                "ns show",
                "ns diff",
                "ns pin",
                "ns unpin",
                "enter",
                "unshare",
                "explain",
                "check",
                "completion",
                "version",
                "help"
            })
    void pages(String command) throws IOException {
        Alcoves.Outcome outcome = new Alcoves(folder).run((command + " --help").split(" ", -1));
        assertThat(outcome.status()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).isEqualTo(golden("help-" + command.replace(' ', '-') + ".txt", outcome.out()));
    }

    @Test
    void theListOfCommands() throws IOException {
        Alcoves alcoves = new Alcoves(folder);
        String text = alcoves.run().out();
        assertThat(text).isEqualTo(golden("help.txt", text));
        assertThat(alcoves.run("--help").out()).isEqualTo(text);
        assertThat(alcoves.run("-h").out()).isEqualTo(text);
        assertThat(alcoves.run("help").out()).isEqualTo(text);
        assertThat(alcoves.run("help", "ns", "show").out())
                .isEqualTo(alcoves.run("ns", "show", "--help").out());
        assertThat(alcoves.run("ns", "ls", "--help").out())
                .isEqualTo(alcoves.run("ns", "--help").out());
        assertThat(alcoves.run("help", "run").out())
                .isEqualTo(alcoves.run("run", "--help").out());
    }

    private static String golden(String name, String now) throws IOException {
        if ("write".equals(System.getProperty("alcove.golden"))) {
            Path file = Path.of("src/test/resources/dev/alcove/cli", name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, now);
        }
        try (InputStream in = HelpTest.class.getResourceAsStream(name)) {
            return in == null ? "no page " + name + " is kept" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void everyLineFitsAndEveryFlagIsExplained() {
        for (Manual manual : Completion.manuals()) {
            for (String line : HelpText.of(manual).lines().toList()) {
                assertThat(line.length()).as("%s: %s", manual.name(), line).isLessThanOrEqualTo(100);
            }
            Set<Character> letters = new HashSet<>();
            Set<String> names = new HashSet<>();
            for (Flag flag : manual.flags().flags()) {
                assertThat(flag.help()).as(flag.name()).endsWith(".");
                assertThat(names.add(flag.name())).as(flag.name()).isTrue();
                assertThat(!flag.hasLetter() || letters.add(flag.letter()))
                        .as(flag.name())
                        .isTrue();
            }
        }
    }

    /** What the help offers for a room is what is taken, and all of it. */
    @ParameterizedTest
    @EnumSource(NamespaceKind.class)
    void aRoomsFlagSaysAllThatItTakes(NamespaceKind kind) {
        Flag flag = Objects.requireNonNull(RunFlags.table().named(kind.flag().substring(2)));
        List<String> offered = new ArrayList<>(List.of(flag.placeholder().split("\\|", -1)));
        if (kind == NamespaceKind.NETWORK) {
            // Besides rooms it takes networks, and programs.
            for (String other : List.of("bridge", "pasta", "slirp4netns", "NETWORK")) {
                assertThat(offered.remove(other)).as(other).isTrue();
            }
        }
        List<String> taken = new ArrayList<>();
        try {
            NamespaceMode.parse(kind, "0");
        } catch (SpecException e) {
            String message = String.valueOf(e.getMessage());
            taken.addAll(
                    List.of(message.substring(message.indexOf("one of ") + 7).split(", ", -1)));
        }
        assertThat(offered).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(taken);
        for (String mode : offered) {
            NamespaceMode.parse(kind, mode.replace("PATH", "/proc/1/ns/net").replace("NAME", "web"));
        }
    }

    @Test
    void helpStandsAnywhereAmongTheFlags() {
        Alcoves alcoves = new Alcoves(folder);
        assertThat(alcoves.run("run", "--rm", "--name", "x", "--help").status()).isZero();
        // Here it is a value.
        assertThat(alcoves.run("run", "--name", "--help").err()).contains("--name: '--help' is not a container name");
    }

    @Test
    void version() {
        assertThat(new Alcoves(folder).run("--version").out()).startsWith("alcove ");
        assertThat(new Alcoves(folder).run("version").out())
                .doesNotContain("unknown")
                .doesNotContain("$");
    }
}
