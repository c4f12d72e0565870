package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import dev.alcove.linux.Open;
import java.nio.file.Path;
import java.util.List;

/** What becomes the standard input, output and error of a container that is not given pipes. */
final class Streams {
    private Streams() {}

    /** Those that were given, the caller's own, or nothing behind a terminal, which takes their place. */
    static List<Fd> inherited(StreamChoice streams, List<Fd> opened) {
        if (streams.terminal() && !streams.inherit()) {
            Fd nothing = Open.readWrite().at(Path.of("/dev/null"));
            opened.add(nothing);
            return List.of(nothing, nothing, nothing);
        }
        if (!streams.given().isEmpty()) {
            return streams.given();
        }
        return List.of(Fd.standard(0), Fd.standard(1), Fd.standard(2));
    }

    /** Nothing to read, and a log to write. */
    static List<Fd> detached(Path log, List<Fd> opened) {
        Fd nothing = Open.readWrite().at(Path.of("/dev/null"));
        opened.add(nothing);
        Fd file = Open.write().create(0600).append().at(log);
        opened.add(file);
        return List.of(nothing, file, file);
    }
}
