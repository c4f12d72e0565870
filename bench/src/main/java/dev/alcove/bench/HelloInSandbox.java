package dev.alcove.bench;

import dev.alcove.runtime.Sandbox;
import dev.alcove.runtime.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@link Hello} in a sandbox, from a warm JVM: from a new sandbox to its verdict. */
final class HelloInSandbox implements Contender {
    private final String name;
    private final Path classes;

    HelloInSandbox(String name, Path classes) {
        this.name = name;
        this.classes = classes;
    }

    /** The same without a sandbox. */
    static List<String> plain(Path classes) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classes.toString(),
                Hello.class.getName());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int perRound() {
        return 3;
    }

    @Override
    public List<Sample> run(int count) {
        List<Sample> samples = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long used = Cpu.used();
            long began = System.nanoTime();
            Verdict verdict = verdict();
            long wall = System.nanoTime() - began;
            samples.add(new Sample(wall, Cpu.used() - used));
            if (!verdict.clean() || !verdict.stdout().text().equals("hello\n")) {
                throw new IllegalStateException(name + ": " + verdict);
            }
        }
        return samples;
    }

    private Verdict verdict() {
        try {
            return Sandbox.classPath(List.of(classes), Hello.class.getName()).run();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {}
}
