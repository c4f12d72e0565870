package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.it.tricks.Greed;
import dev.alcove.it.tricks.Prying;
import dev.alcove.it.tricks.SystemCall;
import dev.alcove.linux.Arch;
import dev.alcove.linux.SeccompArch;
import dev.alcove.linux.SyscallTable;
import dev.alcove.runtime.Sandbox;
import dev.alcove.runtime.Verdict;
import dev.alcove.runtime.Verdict.Ending;
import dev.alcove.spec.Bytes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The tricks in sandboxes, and what is said of their verdicts. */
final class Tricks {
    static final Bytes MEMORY = Bytes.mebi(96);

    private Tricks() {}

    /** What is made once in a JVM and kept is made before anything is counted. */
    static void warm() throws InterruptedException {
        Needs.root();
        assertThat(pry("environment").run().clean()).isTrue();
    }

    static Path classes() {
        try {
            return Path.of(Greed.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static Sandbox sandbox(Class<?> trick, String... arguments) {
        return Sandbox.classPath(List.of(classes()), trick.getName())
                .arguments(arguments)
                .memory(MEMORY)
                .threads(64)
                .timeout(Duration.ofSeconds(30));
    }

    static Sandbox pry(String... arguments) {
        return sandbox(Prying.class, arguments);
    }

    /** Calls by name, each followed by its arguments; parted by {@code --}. */
    static Sandbox calls(String... words) {
        List<String> arguments = new ArrayList<>();
        boolean name = true;
        for (String word : words) {
            arguments.add(name ? Integer.toString(number(word)) : word);
            name = word.equals("--");
        }
        return sandbox(SystemCall.class, arguments.toArray(String[]::new)).nativeAccess(true);
    }

    static int number(String call) {
        return SyscallTable.standard().number(call, SeccompArch.of(Arch.host())).orElseThrow();
    }

    static void forbidden(Verdict verdict, String call) {
        assertThat(verdict.ending()).as(verdict.toString()).isEqualTo(new Ending.ForbiddenCall(call));
        assertThat(verdict.forbidden()).containsEntry(call, 1L);
        assertThat(verdict.stdout().text()).doesNotContain("got it");
    }

    static void failed(Verdict verdict, String because) {
        assertThat(verdict.ending()).as(verdict.toString()).isEqualTo(new Ending.Exited(1));
        assertThat(verdict.stderr().text()).contains(because);
        assertThat(verdict.stdout().text()).doesNotContain("got it");
    }
}
