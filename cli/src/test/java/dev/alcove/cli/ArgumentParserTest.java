package dev.alcove.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** docker's ways to write flags. */
class ArgumentParserTest {
    private static Arguments parse(String... words) {
        return ArgumentParser.parse("run", RunFlags.table(), List.of(words));
    }

    @Test
    void nothing() {
        assertThat(parse()).isEqualTo(new Arguments("run", List.of(), java.util.Map.of(), List.of()));
    }

    @Test
    void clustersOfLetters() {
        Arguments a = parse("-itd", "host");
        assertThat(a.toggles()).containsExactlyInAnyOrder("interactive", "tty", "detach");
        assertThat(a.remaining()).containsExactly("host");
        assertThat(parse("-itv/a:/b", "host").all("volume")).containsExactly("/a:/b");
        assertThat(parse("-itv", "/a:/b", "host").all("volume")).containsExactly("/a:/b");
    }

    @ParameterizedTest
    @CsvSource({"--memory=64m", "--memory|64m", "-m64m", "-m=64m", "-m|64m"})
    void aValueInEachWay(String words) {
        List<String> list = new java.util.ArrayList<>(List.of(words.split("\\|")));
        list.add("host");
        Arguments a = ArgumentParser.parse("run", RunFlags.table(), list);
        assertThat(a.value("memory")).contains("64m");
        assertThat(a.remaining()).containsExactly("host");
    }

    @Test
    void gluedVariablesAndUsers() {
        assertThat(parse("-eA=b=c", "-e", "D", "--env", "E=").all("env")).containsExactly("A=b=c", "D", "E=");
        assertThat(parse("-username").value("user")).contains("sername");
    }

    @Test
    void theLastOfAValueCountsAndListsGrow() {
        Arguments a = parse("--name", "one", "--name=two", "-v", "/a:/b", "-v", "/c:/d");
        assertThat(a.value("name")).contains("two");
        assertThat(a.all("volume")).containsExactly("/a:/b", "/c:/d");
    }

    @Test
    void aValueMayLookLikeAFlag() {
        assertThat(parse("--memory-swap", "-1").value("memory-swap")).contains("-1");
        assertThat(parse("-e", "-v", "host").all("env")).containsExactly("-v");
        assertThat(parse("--entrypoint", "--rm", "host").value("entrypoint")).contains("--rm");
        assertThat(parse("--entrypoint", "").value("entrypoint")).contains("");
    }

    @Test
    void quotesStay() {
        assertThat(parse("-e", "A=\"b\"", "--name=\"x\"").all("env")).containsExactly("A=\"b\"");
        assertThat(parse("--name=\"x\"").value("name")).contains("\"x\"");
    }

    @Test
    void whatFollowsTheImageIsTheCommand() {
        Arguments a = parse("--rm", "host", "ls", "--color", "-it", "--", "--help");
        assertThat(a.remaining()).containsExactly("host", "ls", "--color", "-it", "--", "--help");
        assertThat(a.toggles()).containsExactly("rm");
        assertThat(parse("--rm", "--", "--odd", "-x").remaining()).containsExactly("--odd", "-x");
        assertThat(parse("--rm", "-", "x").remaining()).containsExactly("-", "x");
    }

    @Test
    void togglesTakeTrueAndFalse() {
        assertThat(parse("--rm=true", "--init=false").toggles()).containsExactly("rm");
        assertThat(parse("--rm", "--rm=false").toggles()).isEmpty();
        assertThat(parse("-t=true").toggles()).containsExactly("tty");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--memroy=5m | unknown flag '--memroy'; did you mean '--memory'?",
                "--zebra | unknown flag '--zebra'",
                "-itz | unknown flag '-z' in '-itz'",
                "-rm | unknown flag '-r' in '-rm'; did you mean '--rm'?",
                "-q | unknown flag '-q'",
                "--name | --name: needs a value",
                "-v | --volume: needs a value",
                "--rm=maybe | --rm: takes no value but true or false",
                "--mem=5m | unknown flag '--mem'",
            })
    void refusals(String word, String message) {
        assertThatThrownBy(() -> parse(word)).isInstanceOf(UsageException.class).hasMessageStartingWith(message);
    }
}
