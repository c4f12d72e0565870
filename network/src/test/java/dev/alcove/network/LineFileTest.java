package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineFileTest {
    private static final String HEADING = "# what is above\n127.0.0.1\tlocalhost\n";

    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("lines");
    }

    private List<String> read() throws IOException {
        return LineFile.parse(Files.readString(file()));
    }

    @Test
    void linesComeAndGo() throws IOException {
        try (LineFile lines = LineFile.open(file(), HEADING)) {
            assertThat(lines.lines()).isEmpty();
            lines.add("10.0.0.2\tweb");
            lines.add("10.0.0.3\t" + "x".repeat(100));
            lines.add("10.0.0.4\tdb");
            assertThat(read()).hasSize(4).startsWith("127.0.0.1\tlocalhost", "10.0.0.2\tweb");
            lines.removeIf(line -> line.startsWith("10.0.0.3"));
            assertThat(lines.lines()).containsExactly("10.0.0.2\tweb", "10.0.0.4\tdb");
        }
        try (LineFile lines = LineFile.open(file(), HEADING)) {
            assertThat(lines.lines()).containsExactly("10.0.0.2\tweb", "10.0.0.4\tdb");
            lines.become(List.of("10.0.0.4\tdb", "10.0.0.5\tnew", "10.0.0.5\tnew"));
            assertThat(lines.lines()).containsExactlyInAnyOrder("10.0.0.4\tdb", "10.0.0.5\tnew");
        }
        String text = Files.readString(file());
        assertThat(text).startsWith(HEADING);
        assertThat(text.length() % 64).isZero();
        assertThat(Files.getPosixFilePermissions(file()).toString()).contains("OTHERS_READ");
    }

    @Test
    void whateverComesAndGoesIsInASlotOfItsOwn() throws IOException {
        Random random = new Random(7);
        Set<String> model = new HashSet<>();
        for (int i = 0; i < 3000; i++) {
            try (LineFile lines = LineFile.open(file(), HEADING)) {
                if (random.nextInt(10) < (i < 1500 ? 7 : 3)) {
                    String line = "10.0.0." + i + "\t" + "n".repeat(1 + random.nextInt(490));
                    lines.add(line);
                    model.add(line);
                } else if (!model.isEmpty()) {
                    String line = model.iterator().next();
                    lines.removeIf(line::equals);
                    model.remove(line);
                }
            }
            if (i % 100 == 0) {
                assertThat(new HashSet<>(read().subList(1, read().size()))).isEqualTo(model);
            }
        }
        String text = Files.readString(file());
        int at = text.indexOf('\n', HEADING.length()) + 1;
        while (at < text.length()) {
            int size = text.indexOf('\n', at) + 1 - at;
            assertThat(Integer.bitCount(size)).isEqualTo(1);
            assertThat(at % size).isZero();
            at += size;
        }
    }

    @Test
    void itGetsShorterAgain() throws IOException {
        try (LineFile lines = LineFile.open(file(), HEADING)) {
            List<String> many = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                many.add("10.0.0." + i + "\tn");
            }
            lines.become(many);
            assertThat(Files.size(file())).isGreaterThan(64_000);
            lines.become(many.subList(0, 3));
            assertThat(Files.size(file())).isLessThan(2048);
            assertThat(read()).hasSize(4);
        }
    }

    @Test
    void whatACrashLeftIsCutOff() throws IOException {
        try (LineFile lines = LineFile.open(file(), HEADING)) {
            lines.add("10.0.0.2\tweb");
            lines.add("10.0.0.3\tdb");
        }
        String whole = Files.readString(file());
        Files.writeString(file(), whole.substring(0, whole.length() - 20));
        try (LineFile lines = LineFile.open(file(), HEADING)) {
            assertThat(lines.lines()).containsExactly("10.0.0.2\tweb");
        }
        Files.writeString(file(), "nonsense\0");
        try (LineFile lines = LineFile.open(file(), HEADING)) {
            assertThat(lines.lines()).isEmpty();
            lines.add("10.0.0.3\tdb");
        }
        assertThat(read()).containsExactly("127.0.0.1\tlocalhost", "10.0.0.3\tdb");
    }

    @Test
    void aLineThatFitsNoSlotIsRefused() {
        try (LineFile lines = LineFile.open(file(), HEADING)) {
            lines.add("x".repeat(511));
            assertThatThrownBy(() -> lines.add("x".repeat(512))).isInstanceOf(IllegalArgumentException.class);
            assertThat(lines.lines()).hasSize(1);
        }
    }
}
