package dev.alcove.runtime;

import dev.alcove.spec.LinuxIntelRdt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** New shares of cache and memory bandwidth for a container that runs, the kernel's Documentation/filesystems/resctrl.rst. */
final class ResctrlUpdate {
    private static final LinuxIntelRdt NONE = new LinuxIntelRdt("", List.of(), "", "", false, false, false);

    private ResctrlUpdate() {}

    /** What a container has that was made without any: a class of its own, as its id names it. */
    static LinuxIntelRdt ofItsOwn() {
        return NONE;
    }

    /**
     * Refuses what this machine cannot do.
     *
     * @param l3 the L3 line; may be empty
     * @throws ContainerException UNSUPPORTED, naming the flag
     */
    static void check(String l3) {
        if (!Files.exists(Path.of(ResctrlPart.ROOT, "schemata"))) {
            throw new ContainerException(
                    ContainerException.Kind.UNSUPPORTED,
                    (l3.isEmpty() ? "--mem-bw-schema" : "--l3-cache-schema")
                            + ": this machine cannot share cache and memory bandwidth out: " + ResctrlPart.ROOT
                            + " is not there\n  mend: leave it out, or mount -t resctrl resctrl " + ResctrlPart.ROOT
                            + " where the processor and the kernel have it");
        }
    }

    /**
     * Writes the lines into the container's class, which is made first if it is not there.
     *
     * @param processes the container's, for a class that is new
     * @throws ContainerException if the kernel refuses them, with its own reason
     */
    static void apply(LinuxIntelRdt rdt, String id, List<String> lines, List<Long> processes) {
        Path directory = Path.of(ResctrlPart.directory(rdt, id));
        try {
            boolean made = !Files.exists(directory);
            if (made) {
                Files.createDirectory(directory);
            }
            boolean done = false;
            try {
                write(directory.resolve("schemata"), String.join("\n", lines) + "\n");
                for (long pid : made ? processes : List.<Long>of()) {
                    // One number a write, and each thread is moved by itself.
                    for (String thread : threads(pid)) {
                        write(directory.resolve("tasks"), thread);
                    }
                }
                done = true;
            } finally {
                if (made && !done) {
                    Files.deleteIfExists(directory);
                }
            }
        } catch (IOException e) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    "cannot change the shares of cache and memory bandwidth in " + directory + ": " + reason(e),
                    e);
        }
    }

    private static List<String> threads(long pid) throws IOException {
        List<String> threads = new ArrayList<>();
        Path all = Path.of("/proc/" + pid + "/task");
        if (Files.isDirectory(all)) {
            try (Stream<Path> found = Files.list(all)) {
                found.forEach(thread -> threads.add(String.valueOf(thread.getFileName())));
            }
        }
        return threads;
    }

    private static void write(Path file, String text) throws IOException {
        Files.write(file, text.getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE);
    }

    /** The kernel's words about the last write, which are more than its error's number. */
    private static String reason(IOException e) {
        try {
            String last = Files.readString(Path.of(ResctrlPart.ROOT, "info", "last_cmd_status"))
                    .strip();
            return last.isEmpty() || last.equals("ok") ? String.valueOf(e.getMessage()) : last;
        } catch (IOException other) {
            return String.valueOf(e.getMessage());
        }
    }
}
