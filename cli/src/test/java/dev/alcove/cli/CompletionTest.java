package dev.alcove.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts for shells, tried in the shells that are there. */
class CompletionTest {
    @TempDir
    Path folder;

    private Path script(String shell) throws IOException {
        Alcoves.Outcome outcome = new Alcoves(folder).run("completion", shell);
        assertThat(outcome.status()).isZero();
        return Files.writeString(folder.resolve("script." + shell), outcome.out());
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out.strip();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "fish"})
    void everyCommandAndFlagIsInIt(String shell) throws Exception {
        String text = Files.readString(script(shell));
        for (Manual manual : Completion.manuals()) {
            String name = manual.name();
            // fish puts the two words of "ns show" into a condition.
            assertThat(text).contains(shell.equals("fish") ? name.substring(name.indexOf(' ') + 1) : name);
            for (Flag flag : manual.flags().flags()) {
                assertThat(text).contains((shell.equals("fish") ? "-l " : "--") + flag.name());
            }
        }
        Path program = Path.of("/usr/bin", shell);
        assumeTrue(Files.isExecutable(program), shell + " is not installed: its script was not read by it");
        run(program.toString(), "-n", script(shell).toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "alcove ru | run",
                "alcove run --network-a | --network-alias",
                "alcove run --network '' | bridge none private host pasta slirp4netns container: ns:",
                "alcove run --network = '' | bridge none private host pasta slirp4netns container: ns:",
                "alcove network cr | create",
                "alcove network create --sub | --subnet",
                "alcove network create -d mac | macvlan",
                "alcove explain '' | run",
                "alcove explain run --memory-s | --memory-swap",
                "alcove run ho | host",
                "alcove completion z | zsh",
                "alcove ps --no | --no-trunc",
                "alcove ns sh | show",
                "alcove ns --tr | --tree",
                "alcove ns -t ne | net",
                "alcove ns show --js | --json",
                "alcove ns pin us | user",
                "alcove unshare --propagation sl | slave",
                "alcove enter --preserve | --preserve-credentials",
            })
    void bash(String words, String expected) throws Exception {
        List<String> list = List.of(words.split(" "));
        String program = ". " + script("bash") + "; COMP_WORDS=(" + words + "); COMP_CWORD=" + (list.size() - 1)
                + "; _alcove; echo \"${COMPREPLY[*]}\"";
        assertThat(run("bash", "--norc", "-c", program)).isEqualTo(expected);
    }

    @Test
    void anotherShell() {
        Alcoves.Outcome outcome = new Alcoves(folder).run("completion", "bsh");
        assertThat(outcome.status()).isEqualTo(125);
        assertThat(outcome.err())
                .isEqualTo("alcove: completion: 'bsh' is not a shell known here; did you mean 'bash'?\n");
    }
}
