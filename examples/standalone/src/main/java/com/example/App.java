package com.example;

import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import java.nio.charset.StandardCharsets;

/** A container from a program of one's own: {@code mvn package && java -jar target/uses-alcove-1.jar}. */
public final class App {
    private App() {}

    public static void main(String[] arguments) throws Exception {
        try (Container room = new ContainerBuilder("sh", "-c", "echo pid $$ on $(hostname)")
                .hostname("standalone")
                .start()) {
            System.out.print(new String(room.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            System.out.println("it ended with " + room.process().waitFor());
        }
    }
}
