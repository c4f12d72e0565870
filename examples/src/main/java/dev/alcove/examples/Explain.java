package dev.alcove.examples;

import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.Program;

/** What a container would be, without running it: the list of system calls, each with its reason. */
public final class Explain {
    private Explain() {}

    /** Prints the steps that have to do with the host name. */
    public static void main(String[] arguments) {
        // @start region="explain"
        Program program = new ContainerBuilder("id").hostname("container").explain();
        program.text().lines().filter(line -> line.contains("sethostname")).forEach(System.out::println);
        // @end
    }
}
