package dev.alcove.runtime;

import dev.alcove.linux.Child;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FdIo;
import dev.alcove.linux.Open;
import dev.alcove.linux.Pipe;
import dev.alcove.linux.Spawn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Another's program that does a thing for us: run to its end, without input. */
final class Tool {
    private Tool() {}

    /**
     * How it ended.
     *
     * @param status its exit status
     * @param text   what it said, on either output
     */
    record Said(int status, String text) {}

    /**
     * Runs it. Not by ProcessBuilder, which says in words alone why a program could not be started.
     *
     * @param command its name and arguments
     * @throws dev.alcove.linux.LinuxException if it cannot be run, such as for want of a descriptor or a process
     */
    static Said run(Path program, List<String> command, List<String> environment) {
        Child child;
        try (Pipe output = Pipe.open()) {
            try (Fd executable = Open.path().at(program);
                    Fd nothing = Open.read().at(Path.of("/dev/null"));
                    Fd writer = output.writer()) {
                child = Spawn.spawn(executable, command, environment, Map.of(0, nothing, 1, writer, 2, writer));
            }
            String text = new String(FdIo.input(output.reader()).readAllBytes(), StandardCharsets.UTF_8);
            return new Said(child.reap().status(), text.strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
