package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The documentation of the API is complete and whole, as {@code docs/javadoc} finds it; and that finds what is not. */
class JavadocTest {
    @TempDir
    Path folder;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void ofEveryPublishedModule() throws Exception {
        Said said = javadoc(DocumentsTest.ROOT.resolve("docs/javadoc"));
        assertThat(said).isEqualTo(new Said(0, ""));
        assertThat(DocumentsTest.ROOT.resolve(
                        "target/javadoc/runtime/dev.alcove.runtime/dev/alcove/runtime/ContainerBuilder.html"))
                .exists();
    }

    @Test
    void whatIsWrongIsFound() throws Exception {
        String whole = """
                /** Of a class. */
                public class Some {
                    private Some() {}

                    /** The number that is one more: a result of which the sentence tells all. */
                    public static int next(int number) {
                        return number + 1;
                    }
                }
                """;
        module(whole);
        assertThat(linux()).isEqualTo(new Said(0, ""));

        module(whole.replace("/** Of a class. */", ""));
        assertThat(linux().text()).contains("warning: no comment", "public class Some {");
        module(whole.replace("private Some", "protected Some"));
        assertThat(linux().text()).contains("warning: no comment", "protected Some() {}");
        module(whole.replace("class. */", "class, see {@link Nowhere}. */"));
        assertThat(linux().text()).contains("error: reference not found");
        module(whole.replace("class. */", "class: {@snippet class=Missing region=none} */"));
        Said said = linux();
        assertThat(said.text()).contains("error: file not found");
        assertThat(said.status()).isNotZero();
    }

    /** A module of one class, where the script stands beside it as it does here. */
    private void module(String source) throws IOException {
        Path sources = Files.createDirectories(folder.resolve("linux/src/main/java/some"));
        Files.writeString(
                sources.getParent().resolve("module-info.java"),
                "/** A module. */\nmodule some {\n    exports some;\n}\n");
        Files.writeString(sources.resolve("package-info.java"), "/** A package. */\npackage some;\n");
        Files.writeString(sources.resolve("Some.java"), "package some;\n\n" + source);
        Path script = Files.createDirectories(folder.resolve("docs")).resolve("javadoc");
        if (!Files.exists(script)) {
            Files.copy(DocumentsTest.ROOT.resolve("docs/javadoc"), script);
        }
    }

    private Said linux() throws Exception {
        return javadoc(folder.resolve("docs/javadoc"), "linux");
    }

    private Said javadoc(Path script, String... modules) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", script.toString()));
        command.addAll(List.of(modules));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("LC_ALL", "C.UTF-8");
        String local = System.getProperty("maven.repo.local", "");
        if (!local.isEmpty()) {
            builder.environment().put("MAVEN_REPOSITORY", local);
        }
        Process process = builder.start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), text.stripTrailing());
    }
}
