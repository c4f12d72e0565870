package dev.alcove.examples;

import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.spec.OciMount;
import java.util.List;

/** A container that can change nothing but its own {@code /tmp}, which is memory and gone at the end. */
public final class ReadOnlyRoot {
    private ReadOnlyRoot() {}

    /** Tries to write to the root and to /tmp. */
    public static void main(String[] arguments) {
        String script = "(echo x > /srv/x) 2>/dev/null || echo /srv: read-only; echo x > /tmp/x && echo /tmp: written";
        try (Container room = new ContainerBuilder("sh", "-c", script)
                .readOnly(true)
                .mount(OciMount.of("/tmp", "tmpfs", "tmpfs", List.of("nosuid", "nodev", "mode=1777")))
                .noNewPrivileges(true)
                .inheritIO()
                .start()) {
            room.waitFor();
        }
    }
}
