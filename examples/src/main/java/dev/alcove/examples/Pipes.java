package dev.alcove.examples;

import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A filter in a container: text goes in through its standard input, and comes out through its standard output. */
public final class Pipes {
    private Pipes() {}

    /** Sorts three words. */
    public static void main(String[] arguments) throws IOException {
        // @start region="pipes"
        try (Container room = new ContainerBuilder("sort").start()) {
            try (OutputStream in = room.process().getOutputStream()) {
                in.write("pear\napple\nfig\n".getBytes(StandardCharsets.UTF_8));
            }
            System.out.print(new String(room.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            room.waitFor();
        }
        // @end
    }
}
