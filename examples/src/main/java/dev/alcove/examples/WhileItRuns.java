package dev.alcove.examples;

import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.spec.LinuxPids;

/** What can be done with a container while it runs: look at it, hold it, change its limits. Needs control groups. */
public final class WhileItRuns {
    private WhileItRuns() {}

    /** Says what its control groups tell. */
    public static void main(String[] arguments) throws Exception {
        // @start region="control"
        try (Container room = new ContainerBuilder("sleep", "60").pids(16).start()) {
            System.out.println("processes: " + room.stats().pids().orElseThrow().current());
            room.pause(); // nothing in it runs
            room.resume();
            room.update(limits -> limits.pids(new LinuxPids(8L)));
            System.out.println(
                    "at most: " + room.stats().pids().orElseThrow().limit().getAsLong());
            room.process().destroy();
            System.out.println("it ended with " + room.process().waitFor());
        }
        // @end
    }
}
