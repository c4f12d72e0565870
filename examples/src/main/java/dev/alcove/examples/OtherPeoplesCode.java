package dev.alcove.examples;

import dev.alcove.runtime.Sandbox;
import dev.alcove.runtime.Verdict;
import dev.alcove.spec.Bytes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Runs code that nobody vouches for, and says what became of it. */
public final class OtherPeoplesCode {
    private OtherPeoplesCode() {}

    /**
     * Runs a class of a directory or jar.
     *
     * @param arguments the directory or jar, the class, and what it is to be given
     */
    public static void main(String[] arguments) throws InterruptedException {
        Path plugin = Path.of(arguments[0]);
        // @start region="sandbox"
        Verdict verdict = Sandbox.classPath(List.of(plugin), arguments[1])
                .arguments(arguments[2])
                .memory(Bytes.mebi(128))
                .timeout(Duration.ofSeconds(10))
                .run();
        switch (verdict.ending()) {
            case Verdict.Ending.Exited e -> System.out.println("ended with " + e.status());
            case Verdict.Ending.Memory m ->
                System.out.println("wanted more than " + m.limit().text());
            case Verdict.Ending.Time t ->
                System.out.println("took longer than " + t.limit().toSeconds() + " s");
            case Verdict.Ending.ForbiddenCall c -> System.out.println("is not allowed to " + c.call());
            default -> System.out.println("ended: " + verdict.ending());
        }
        System.out.print(verdict.stdout().text());
        // @end
        if (arguments.length > 3) {
            System.out.println(verdict);
        }
    }
}
