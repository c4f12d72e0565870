package dev.alcove.examples;

import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.Exit;
import dev.alcove.spec.Bytes;
import java.time.Duration;

/** How much a container may take: memory, processes, time. */
public final class Limits {
    private Limits() {}

    /** Runs a command that starts too many processes, then one that takes too long. */
    public static void main(String[] arguments) {
        String many = "i=0; while [ $i -lt 40 ]; do sleep 5 & i=$((i+1)); done";
        // @start region="limits"
        try (Container room = new ContainerBuilder("sh", "-c", many)
                .memory(Bytes.mebi(64))
                .pids(16)
                .start()) {
            System.out.println("40 processes where 16 are allowed: " + (room.waitFor() == 0 ? "started" : "refused"));
        }
        try (Container room = new ContainerBuilder("sleep", "60")
                .timeout(Duration.ofMillis(200))
                .start()) {
            Exit exit = room.end();
            System.out.println("timed out: " + exit.timedOut() + ", status " + exit.status());
        }
        // @end
    }
}
