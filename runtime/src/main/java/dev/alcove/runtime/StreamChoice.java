package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a process gets as standard input, output and error.
 *
 * @param log      the file of a detached one's output; it goes before all others
 * @param given    three descriptors; or none
 * @param terminal a terminal, which takes the place of all three but the caller's own
 * @param in       as {@link ProcessBuilder#redirectInput()}
 * @param out      as {@link ProcessBuilder#redirectOutput()}
 * @param err      as {@link ProcessBuilder#redirectError()}
 * @param merged   whether errors go where the output goes
 */
record StreamChoice(
        Optional<Path> log, List<Fd> given, boolean terminal, Redirect in, Redirect out, Redirect err, boolean merged) {
    /** Pipes, as ProcessBuilder has them. */
    static final StreamChoice PIPES =
            new StreamChoice(Optional.empty(), List.of(), false, Redirect.PIPE, Redirect.PIPE, Redirect.PIPE, false);

    /** Whether opening them opens files by name. */
    boolean namesFiles() {
        return in.file() != null || out.file() != null || err.file() != null;
    }

    StreamChoice withLog(Path file) {
        return new StreamChoice(Optional.of(file), given, terminal, in, out, err, merged);
    }

    StreamChoice withGiven(Fd first, Fd second, Fd third) {
        return new StreamChoice(log, List.of(first, second, third), terminal, in, out, err, merged);
    }

    StreamChoice withTerminal(boolean on) {
        return new StreamChoice(log, given, on, in, out, err, merged);
    }

    /** Standard input from a file, a pipe, or the caller's own. */
    StreamChoice withIn(Redirect redirect) {
        if (redirect.type() == Redirect.Type.WRITE || redirect.type() == Redirect.Type.APPEND) {
            throw new IllegalArgumentException("redirectInput(" + redirect + "): nothing can be read from it");
        }
        return new StreamChoice(log, given, terminal, redirect, out, err, merged);
    }

    StreamChoice withOut(Redirect redirect) {
        return new StreamChoice(log, given, terminal, in, writable("redirectOutput", redirect), err, merged);
    }

    StreamChoice withErr(Redirect redirect) {
        return new StreamChoice(log, given, terminal, in, out, writable("redirectError", redirect), merged);
    }

    StreamChoice withMerged(boolean on) {
        return new StreamChoice(log, given, terminal, in, out, err, on);
    }

    private static Redirect writable(String method, Redirect redirect) {
        if (redirect.type() == Redirect.Type.READ) {
            throw new IllegalArgumentException(method + "(" + redirect + "): nothing can be written to it");
        }
        return redirect;
    }

    /** Whether a terminal would take the place of what was chosen besides; the caller's own three do no harm. */
    boolean hiddenByTerminal() {
        boolean own = in.equals(Redirect.INHERIT) && out.equals(Redirect.INHERIT) && err.equals(Redirect.INHERIT);
        return terminal && log.isEmpty() && (merged || !given.isEmpty() || (redirected() && !own));
    }

    /** Whether any of the three is not a pipe, as they are at first. */
    boolean redirected() {
        return merged || !in.equals(Redirect.PIPE) || !out.equals(Redirect.PIPE) || !err.equals(Redirect.PIPE);
    }
}
