package dev.alcove.examples;

import dev.alcove.runtime.Sandbox;
import dev.alcove.runtime.Verdict;
import dev.alcove.spec.Bytes;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Runs code that nobody vouches for, and says what became of it. */
public final class OtherPeoplesCode {
    private OtherPeoplesCode() {}

    /** Runs {@link Plugin}. */
    public static void main(String[] arguments) throws InterruptedException, URISyntaxException {
        Path classes = Path.of(OtherPeoplesCode.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        // @start region="sandbox"
        Verdict verdict = Sandbox.classPath(List.of(classes), "dev.alcove.examples.Plugin")
                .stdin("three short words\n")
                .memory(Bytes.mebi(128))
                .timeout(Duration.ofSeconds(10))
                .run();
        System.out.print(verdict.stdout().text());
        System.out.println(
                switch (verdict.ending()) {
                    case Verdict.Ending.Exited e -> "it ended with " + e.status();
                    case Verdict.Ending.Memory m ->
                        "it wanted more than " + m.limit().text();
                    case Verdict.Ending.Time t -> "it took longer than " + t.limit();
                    case Verdict.Ending.ForbiddenCall c -> "it must not " + c.call();
                    default -> "it ended badly: " + verdict.ending();
                });
        System.out.println("it tried: " + verdict.forbidden());
        // @end
    }
}
