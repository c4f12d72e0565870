package dev.alcove.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the installed runc and ours with the same words, and compares status, streams and log. */
@DisplayName("beside runc")
class AgainstRuncTest {
    private static final List<Path> PLACES = List.of(Path.of("/usr/sbin/runc"), Path.of("/usr/bin/runc"));

    @TempDir
    Path folder;

    private OciCalls oci;
    private Path runc;

    @BeforeEach
    void find() {
        runc = PLACES.stream().filter(Files::isExecutable).findFirst().orElse(Path.of(""));
        assumeTrue(Files.isExecutable(runc), "skipped: runc is not installed (Debian: runc)");
        oci = new OciCalls(folder);
    }

    private OciCalls.Outcome runc(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(runc.toString()));
        command.addAll(Arrays.asList(words));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("TZ", "UTC");
        int status = builder.start().waitFor();
        return new OciCalls.Outcome(status, Files.readString(out), Files.readString(err));
    }

    private String[] withRoot(String words) {
        return ("--root " + folder.resolve("root") + " " + words).split(" ");
    }

    /** Without the time and the name, which differ. */
    private static String same(String text) {
        return text.replaceAll("20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ", "TIME")
                // runc says what it was called as.
                .replaceAll("/usr/s?bin/runc", "runc")
                .replace(OciCommands.NAME, "runc");
    }

    /** The message as it is in the log; ours may go on after it with an explanation. */
    private static String message(String err) {
        int at = err.indexOf(" msg=") + " msg=".length();
        String text = same(err.substring(at)).strip();
        return text.endsWith("\"") ? text.substring(0, text.length() - 1) : text;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nope",
                "--nope",
                "---x",
                "help nope",
                "start",
                "start a b",
                "start nope",
                "start -nope a",
                "start --",
                "start --help=x",
                "state",
                "state nope",
                "state a/b",
                "state ..",
                "kill",
                "kill a b c",
                "kill nope",
                "kill nope FOO",
                "kill nope -9",
                "kill -a=1 nope",
                "kill -a=x nope",
                "kill nope --all",
                "delete",
                "delete nope",
                "delete nope --force",
                "delete --force nope",
                "delete --force=false nope",
                "create",
                "create ../x",
                "create -b /nonexistent x",
                "create --preserve-fds x a",
                "create --preserve-fds 9999999999999999999999 a",
                "run",
                "exec",
                "exec nope",
                "exec nope true",
                "exec nope -t --zzz",
                "exec --zzz nope",
                "exec --user",
                "exec -g a nope true",
                "exec --tty=maybe nope y",
                "list",
                "list -q",
                "list -f json",
                "list -f xml",
                "list -f",
                "list --=x",
                "list x",
                "ps",
                "ps nope",
                "ps -f xml nope",
                "pause nope",
                "resume",
                "resume nope",
                "update",
                "update nope",
                "update --pids-limit x nope",
                "update --memory x nope",
                "events",
                "events --stats nope",
                "events --interval x nope",
                "spec x",
                "features x",
                "--log-format xml list",
                "--log-format json start nope",
                "--log /nonexistent/log list",
                "--log . list",
                "--root"
            })
    void theSameWordsEndTheSameWay(String words) throws IOException, InterruptedException {
        String[] all = words.equals("--root") ? new String[] {words} : withRoot(words);
        OciCalls.Outcome theirs = runc(all);
        OciCalls.Outcome ours = oci.run(all);
        assertThat(ours.status()).as("exit status").isEqualTo(theirs.status());
        if (theirs.err().isEmpty()) {
            assertThat(ours).isEqualTo(theirs);
        } else {
            String expected = message(theirs.err())
                    // Without a bundle runc looks for config.json before it looks at the id.
                    .replace(
                            "JSON specification file config.json not found",
                            words.contains("..")
                                    ? "invalid container ID format"
                                    : "JSON specification file config.json not found");
            assertThat(message(ours.err())).startsWith(expected);
            assertThat(ours.out().lines().findFirst())
                    .isEqualTo(theirs.out().lines().findFirst());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "json"})
    void theLogIsTheSame(String format) throws IOException, InterruptedException {
        for (String words : List.of("start nope", "start", "delete nope", "exec nope true", "list -f xml")) {
            OciCalls.Outcome theirs = runc(withRoot("--log theirs --log-format " + format + " " + words));
            OciCalls.Outcome ours = oci.run(withRoot("--log ours --log-format " + format + " " + words));
            if (!words.startsWith("list")) {
                assertThat(same(ours.err())).as(words).isEqualTo(same(theirs.err()));
            }
        }
        List<String> theirs =
                same(Files.readString(folder.resolve("theirs"))).lines().toList();
        List<String> ours =
                same(Files.readString(folder.resolve("ours"))).lines().toList();
        assertThat(ours.subList(0, 4)).isEqualTo(theirs.subList(0, 4));
        assertThat(ours.get(4)).contains("invalid format option");
    }

    @Test
    void theVersionHasTheLinesCallersRead() throws IOException, InterruptedException {
        List<String> theirs = runc("--version").out().lines().toList();
        List<String> ours = oci.run("--version").out().lines().toList();
        assertThat(theirs.getFirst()).matches("runc version \\S+");
        assertThat(ours.getFirst()).matches("alcove-oci version \\S+");
        assertThat(theirs).anyMatch(line -> line.matches("spec: \\S+"));
        assertThat(ours).containsOnlyOnce("spec: 1.3.0");
    }

    @Test
    void theStarterHasWhatTheirsHas() throws IOException, InterruptedException {
        for (List<String> flags : List.of(List.<String>of(), List.of("--rootless"))) {
            Files.createDirectories(folder.resolve("theirs"));
            Files.createDirectories(folder.resolve("ours"));
            List<String> words = new ArrayList<>(List.of("spec"));
            words.addAll(flags);
            words.addAll(List.of("-b", folder.resolve("theirs").toString()));
            assertThat(runc(words.toArray(String[]::new)).status()).isZero();
            words.set(words.size() - 1, folder.resolve("ours").toString());
            oci.caller = new OciContext.Caller(uid("uid"), uid("gid"));
            assertThat(oci.run(words.toArray(String[]::new)).status()).isZero();
            List<String> theirs = lines("theirs");
            List<String> ours = lines("ours");
            theirs.removeAll(ours);
            // Ambient capabilities without inheritable ones cannot be; newer ones of theirs have none either.
            assertThat(theirs)
                    .allMatch(line -> line.contains("ociVersion")
                            || line.equals("\"hostname\": \"runc\"")
                            || line.equals("\"ambient\": ["));
            Files.delete(folder.resolve("theirs/config.json"));
            Files.delete(folder.resolve("ours/config.json"));
        }
    }

    private static long uid(String what) throws IOException {
        return ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:" + what)).longValue();
    }

    private List<String> lines(String bundle) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(bundle).resolve("config.json"))) {
            lines.add(line.strip().replaceAll(",$", ""));
        }
        return lines;
    }

    @Test
    void featuresAreNamedAsTheirsAre() throws IOException, InterruptedException {
        OciCalls.Outcome theirs = runc("features");
        assumeTrue(theirs.status() == 0, "skipped: this runc has no features");
        Map<String, List<String>> known = lists(theirs.out());
        Map<String, List<String>> ours = lists(oci.run("features").out());
        assertThat(ours.keySet()).containsAll(known.keySet());
        for (String list : List.of("capabilities", "actions", "operators", "hooks")) {
            assertThat(ours.get(list)).as(list).isEqualTo(known.get(list));
        }
        assertThat(ours.get("namespaces")).containsAll(known.get("namespaces")).contains("time");
        // What they take and the new mount interface cannot set, or file systems take as their own.
        List<String> options = new ArrayList<>(known.get("mountOptions"));
        options.removeAll(ours.get("mountOptions"));
        assertThat(options)
                .isSubsetOf(
                        "acl", "noacl", "iversion", "noiversion", "silent", "loud", "remount", "tmpcopyup", "rbind");
    }

    /** The lists of texts by their names; enough of a reader for a document in this layout. */
    private static Map<String, List<String>> lists(String json) {
        Map<String, List<String>> lists = new TreeMap<>();
        List<String> open = null;
        for (String line : new String(json.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
                .lines()
                .toList()) {
            String text = line.strip();
            if (text.endsWith("\": [")) {
                open = new ArrayList<>();
                lists.put(text.substring(1, text.indexOf("\":")), open);
            } else if (text.startsWith("]")) {
                open = null;
            } else if (open != null) {
                open.add(text.replace("\"", "").replace(",", ""));
            }
        }
        return lists;
    }
}
