package dev.alcove.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("the command line's grammar")
class OciArgumentsTest {
    private static OciArgumentParser.Parsed parse(String command, String... words) {
        return OciArgumentParser.command(OciManuals.find(command).orElseThrow(), List.of(words));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--bundle /b", "--bundle=/b", "-bundle /b", "-bundle=/b", "-b /b", "-b=/b", "--b /b"})
    void aValueIsTheNextWordOrInTheSame(String written) {
        OciArgumentParser.Parsed parsed = parse("create", (written + " web").split(" "));
        assertThat(parsed.flags().text("bundle")).isEqualTo(Optional.of("/b"));
        assertThat(parsed.rest()).containsExactly("web");
    }

    @Test
    void aSwitchTakesAValueOnlyInTheSameWord() {
        assertThat(parse("delete", "--force", "web").flags().on("force")).isTrue();
        assertThat(parse("delete", "--force=false", "web").flags().on("force")).isFalse();
        assertThat(parse("delete", "-f=T", "web").flags().on("force")).isTrue();
        assertThat(parse("delete", "--force", "false").rest()).containsExactly("false");
        assertThat(parse("run", "-no-subreaper", "-detach", "web").flags().on("no-subreaper"))
                .isTrue();
    }

    @Test
    void theLastCountsAndListsGrow() {
        assertThat(parse("create", "-b", "/a", "--bundle", "/b", "web").flags().text("bundle"))
                .isEqualTo(Optional.of("/b"));
        FlagValues flags = parse(
                        "exec", "-e", "A=1", "--env=B=2=3", "-g", "5", "--additional-gids", "0x10", "web", "true")
                .flags();
        assertThat(flags.texts("env")).containsExactly("A=1", "B=2=3");
        assertThat(flags.numbers("additional-gids")).containsExactly(5L, 16L);
    }

    @Test
    void theProgramOfExecAndTheOptionsOfPsAreLeftAlone() {
        OciArgumentParser.Parsed exec = parse("exec", "-t", "web", "ls", "-t", "--env", "x");
        assertThat(exec.rest()).containsExactly("web", "ls", "-t", "--env", "x");
        assertThat(exec.flags().on("tty")).isTrue();
        assertThat(parse("exec", "web", "--", "ls").rest()).containsExactly("web", "--", "ls");
        assertThat(parse("exec", "--", "web", "-t").rest()).containsExactly("web", "-t");
        assertThat(parse("ps", "-f", "table", "web", "-f", "-o", "pid").rest())
                .containsExactly("web", "-f", "-o", "pid");
    }

    @Test
    void elsewhereFlagsMayFollowTheId() {
        OciArgumentParser.Parsed kill = parse("kill", "web", "--all", "KILL");
        assertThat(kill.rest()).containsExactly("web", "KILL");
        assertThat(kill.flags().on("all")).isTrue();
        assertThat(parse("delete", "web", "-f").flags().on("force")).isTrue();
        assertThat(parse("create", "web", "--bundle", "/b").flags().text("bundle"))
                .isEqualTo(Optional.of("/b"));
        assertThat(parse("kill", "web", "-9").rest()).containsExactly("web", "-9");
        assertThat(parse("kill", "web", "--", "-a").rest()).containsExactly("web", "-a");
    }

    @Test
    void whatStandsBeforeTheCommandIsGlobal() {
        OciArgumentParser.Parsed parsed = OciArgumentParser.globals(List.of(
                "--root",
                "/r",
                "-log=/l",
                "--log-format",
                "json",
                "--systemd-cgroup",
                "--rootless=true",
                "create",
                "-b",
                "/b"));
        assertThat(parsed.rest()).containsExactly("create", "-b", "/b");
        assertThat(parsed.flags().text("log")).isEqualTo(Optional.of("/l"));
        assertThat(parsed.flags().on("systemd-cgroup")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            start  | --nope web             | flag provided but not defined: -nope
            start  | -nope=1 web            | flag provided but not defined: -nope
            exec   | --user                 | flag needs an argument: -user
            exec   | -u                     | flag needs an argument: -u
            list   | --=x                   | bad flag syntax: --=x
            list   | ---x                   | bad flag syntax: ---x
            kill   | -a=x web               | invalid boolean value "x" for -a: parse error
            create | --preserve-fds x web   | invalid value "x" for flag -preserve-fds: parse error
            create | --preserve-fds 9223372036854775808 web | invalid value "9223372036854775808" for flag -preserve-fds: value out of range
            exec   | -g a web               | invalid value "a" for flag -g: strconv.ParseInt: parsing "a": invalid syntax
            events | --interval x web       | invalid value "x" for flag -interval: parse error
            events | --interval 5 web       | invalid value "5" for flag -interval: parse error
            start  | --help=x               | invalid boolean value "x" for -help: parse error
            """)
    void whatIsNoFlagIsRefusedInGosWords(String command, String words, String message) {
        assertThatThrownBy(() -> parse(command, words.split(" ")))
                .isInstanceOf(OciUsageException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({
        "5, 5",
        "-5, -5",
        "+5, 5",
        "0x1F, 31",
        "0b101, 5",
        "0o17, 15",
        "017, 15",
        "1_000, 1000",
        "0x_ff, 255",
        "0, 0"
    })
    void numbersAreReadAsInGo(String text, long value) {
        assertThat(GoValues.integer(text)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "x", "1_", "_1", "1__0", "0x", "08", "0z1", "1e3", "1.0", " 1", "0x_", "٣"})
    void whatIsNoNumberInGoIsNoneHere(String text) {
        assertThatThrownBy(() -> GoValues.integer(text)).isInstanceOf(GoValues.BadValueException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "5s, 5000000000",
        "1m30s, 90000000000",
        "1.5h, 5400000000000",
        "-2ms, -2000000",
        "0, 0",
        ".5s, 500000000",
        "3us, 3000"
    })
    void timesAreReadAsInGo(String text, long nanos) {
        assertThat(GoValues.duration(text)).isEqualTo(Duration.ofNanos(nanos));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "5x", ".s", "1.2.3s", "5s3", "9999999999h"})
    void whatIsNoTimeInGoIsNoneHere(String text) {
        assertThatThrownBy(() -> GoValues.duration(text)).isInstanceOf(GoValues.BadValueException.class);
    }

    static List<String> commands() {
        return OciManuals.NAMES.stream().filter(name -> !name.equals("help")).toList();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void theHelpAndTheParserKnowTheSameFlags(String name) {
        OciManual manual = OciManuals.find(name).orElseThrow();
        String help = OciHelp.command(manual);
        for (OciFlag flag : manual.flags()) {
            assertThat(help).contains("--" + flag.name());
            String value =
                    flag.kind() == OciFlag.Kind.SWITCH ? "true" : flag.kind() == OciFlag.Kind.DURATION ? "1s" : "7";
            assertThat(parse(name, "--" + flag.name() + "=" + value).flags().has(flag.name()))
                    .isTrue();
        }
        assertThat(help.lines()).allSatisfy(line -> assertThat(line).isEqualTo(line.stripTrailing()));
    }
}
