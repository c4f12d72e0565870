package dev.alcove.examples;

import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.spec.OciMount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** One directory of the host that the container may change, one that it may only read, and one in memory. */
public final class Volumes {
    private Volumes() {}

    /** Writes to all three, and shows which write came through. */
    public static void main(String[] arguments) throws Exception {
        Path data = Files.createTempDirectory("data");
        Path settings = Files.createTempDirectory("settings");
        Path result = data.resolve("result");
        String script = "echo done > /data/result; (echo x > /settings/x) 2>/dev/null || echo /settings: read-only;"
                + " echo x > /scratch/x && echo /scratch: written";
        // @start region="mounts"
        try (Container room = new ContainerBuilder("sh", "-c", script)
                .mount(OciMount.of("/data", "bind", data.toString(), List.of("rbind")))
                .mount(OciMount.of("/settings", "bind", settings.toString(), List.of("rbind", "rro")))
                .mount(OciMount.of("/scratch", "tmpfs", "tmpfs", List.of("size=16m", "mode=1777")))
                .inheritIO()
                .start()) {
            room.waitFor();
        }
        // @end
        System.out.print("/data/result: " + Files.readString(result));
        Files.delete(result);
        Files.delete(data);
        Files.delete(settings);
    }
}
