package dev.alcove.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("the log")
class OciLogTest {
    private static final String TIME = "2026-01-02T03:04:05Z";

    @TempDir
    Path folder;

    private OciCalls oci;

    @BeforeEach
    void calls() {
        oci = new OciCalls(folder);
    }

    @Test
    void withoutAFileItIsStandardError() {
        assertThat(oci.run("start", "web"))
                .isEqualTo(new OciCalls.Outcome(
                        1, "", "time=\"" + TIME + "\" level=error msg=\"container does not exist\"\n"));
        assertThat(oci.run("--log-format", "json", "start", "web").err())
                .isEqualTo("{\"level\":\"error\",\"msg\":\"container does not exist\",\"time\":\"" + TIME + "\"}\n");
    }

    @Test
    void withAFileTheBareMessageStillGoesToStandardError() throws IOException {
        OciCalls.Outcome outcome = oci.run("--log", "log", "start", "web");
        assertThat(outcome.err()).isEqualTo("container does not exist\n");
        assertThat(folder.resolve("log"))
                .hasContent("time=\"" + TIME + "\" level=error msg=\"container does not exist\"");
        oci.run("--log", "log", "--log-format=json", "start", "web");
        assertThat(Files.readAllLines(folder.resolve("log")))
                .containsExactly(
                        "time=\"" + TIME + "\" level=error msg=\"container does not exist\"",
                        "{\"level\":\"error\",\"msg\":\"container does not exist\",\"time\":\"" + TIME + "\"}");
    }

    @Test
    void aFileIsMadeEvenIfThereIsNothingToSay() {
        assertThat(oci.run("--log", "log", "list").status()).isZero();
        assertThat(folder.resolve("log")).isEmptyFile();
    }

    @Test
    void aFileThatCannotBeOpenedIsAnError() throws IOException {
        assertThat(oci.run("--log", "/nonexistent/log", "list"))
                .isEqualTo(new OciCalls.Outcome(
                        1,
                        "",
                        "time=\"" + TIME
                                + "\" level=error msg=\"open /nonexistent/log: no such file or directory\"\n"));
        Files.createDirectory(folder.resolve("directory"));
        assertThat(oci.run("--log", "directory", "list").err()).contains("open directory: is a directory");
        assertThat(oci.run("--log-format", "xml", "list").err()).contains("msg=\"invalid log-format: xml\"");
    }

    @Test
    void severalLinesAndOddSignsStayOneLine() throws IOException {
        Files.createDirectory(folder.resolve("bundle"));
        String odd = "a\nb\"c\\d\té\u0001";
        oci.run("--log", "text", "exec", "-u", odd, "web", "true");
        oci.container("web", 7, "running");
        oci.run("--log", "log", "--log-format", "json", "kill", "web", odd);
        assertThat(Files.readAllLines(folder.resolve("log")))
                .singleElement()
                .asString()
                .contains("unknown signal \\\"a\\\\nb");
        oci.run("--log", "text", "kill", "web", odd);
        assertThat(Files.readAllLines(folder.resolve("text"))).hasSize(2);
    }

    @Test
    void timesHaveTheDigitsTheyNeed() {
        assertThat(Timestamps.nanos(Instant.parse("2026-11-22T07:43:21.446938613Z")))
                .isEqualTo("2026-11-22T07:43:21.446938613Z");
        assertThat(Timestamps.nanos(Instant.parse("2026-11-22T07:43:21.000500Z")))
                .isEqualTo("2026-11-22T07:43:21.0005Z");
        assertThat(Timestamps.nanos(Instant.parse("0999-01-02T00:00:00Z"))).isEqualTo("0999-01-02T00:00:00Z");
    }
}
