package dev.alcove.examples;

import dev.alcove.linux.Signal;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerStore;
import dev.alcove.runtime.StoredContainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A container that lives on when the program that started it ends: it is recorded in a folder, in which any other program
 * finds it by its name.
 */
public final class Background {
    private Background() {}

    /** Starts one, finds it, runs one more process in it, ends it, and forgets it. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("containers");
        // @start region="background"
        ContainerStore store = ContainerStore.at(folder);
        ContainerBuilder builder = new ContainerBuilder("sleep", "60").hostname("web");
        try (ContainerStore.NewContainer record = store.create(builder, "web", "host", "", false, true);
                Container started = builder.start()) {
            System.out.println(record.container().name() + " runs: " + (started.pid() > 0));
        }
        // from here on, this could be another program
        StoredContainer web = store.find("web");
        try (Container process = web.exec(List.of("sh", "-c", "echo inside $(hostname)"))
                .inheritIO()
                .start()) {
            process.waitFor();
        }
        web.signal(Signal.KILL);
        System.out.println("it ended with " + web.waitFor());
        web.remove(false);
        // @end
        Files.delete(folder.resolve("containers"));
        Files.delete(folder.resolve("lock"));
        Files.delete(folder);
    }
}
