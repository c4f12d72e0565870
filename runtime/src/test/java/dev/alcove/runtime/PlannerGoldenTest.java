package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The printed program of each {@link Golden}, as it was when a person last read it. After a change that is meant:
 * {@code mvn -pl runtime -am test -Dtest=PlannerGoldenTest -Dalcove.golden=write}, and read the difference.
 */
class PlannerGoldenTest {
    private static final Path FOLDER = Path.of("src/test/resources/dev/alcove/runtime/golden");

    private static boolean writes() {
        return "write".equals(System.getProperty("alcove.golden"));
    }

    @ParameterizedTest
    @MethodSource("dev.alcove.runtime.Golden#all")
    void isAsItWas(Golden golden) throws IOException {
        Path file = FOLDER.resolve(golden.name() + ".txt");
        String text = golden.program().text();
        if (writes()) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, text);
        }
        assertThat(file).as("run once with -Dalcove.golden=write").exists();
        assertThat(text).isEqualTo(Files.readString(file));
    }

    @Test
    void noFileIsLeftOfAGoldenThatIsGone() throws IOException {
        Set<String> names = new TreeSet<>();
        Golden.all().forEach(g -> names.add(g.name() + ".txt"));
        Set<String> files = new TreeSet<>();
        try (var list = Files.list(FOLDER)) {
            list.forEach(f -> files.add(f.getFileName().toString()));
        }
        assertThat(files).isEqualTo(names);
    }
}
