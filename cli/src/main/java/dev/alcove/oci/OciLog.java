package dev.alcove.oci;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Log messages as logrus writes them, since that is what callers read: one line each, as text
 *
 * {@snippet lang = text :
 * time="2026-01-02T03:04:05Z" level=error msg="container does not exist"
 * }
 *
 * or as JSON. They go to the end of a file, or to standard error. An error is written to standard error in any case: with
 * a log file as the bare message, without one in the log's form. That is what runc does.
 */
final class OciLog {
    private static final String PLAIN = "-._/@^+";

    private final Where where;
    private final boolean json;
    private final boolean debug;
    private final PrintStream err;
    private final InstantSource clock;

    /** Where the lines go. */
    private sealed interface Where {
        /** Standard error. */
        record Standard() implements Where {}

        /** The end of a file. */
        record End(Path file) implements Where {}
    }

    private OciLog(Where where, boolean json, boolean debug, PrintStream err, InstantSource clock) {
        this.where = where;
        this.json = json;
        this.debug = debug;
        this.err = err;
        this.clock = clock;
    }

    /** One to standard error, as text: what there is before the flags are known. */
    static OciLog standard(PrintStream err, InstantSource clock) {
        return new OciLog(new Where.Standard(), false, false, err, clock);
    }

    /** The log could not be opened, or has a form that there is not. */
    static final class BadLogException extends RuntimeException {
        private static final long serialVersionUID = 1;

        BadLogException(String message) {
            super(message);
        }
    }

    /**
     * The log that the global flags ask for. A file is made if it is not there.
     *
     * @param directory what a relative name is relative to
     * @throws BadLogException if the file cannot be written, or the format is none
     */
    static OciLog open(FlagValues globals, Path directory, PrintStream err, InstantSource clock) {
        String format = globals.text("log-format").orElse("text");
        if (!format.equals("text") && !format.equals("json")) {
            throw new BadLogException("invalid log-format: " + format);
        }
        String name = globals.text("log").orElse("");
        Where where = new Where.Standard();
        if (!name.isEmpty() && !name.equals("/dev/stderr")) {
            where = new Where.End(directory.resolve(name));
            append(directory.resolve(name), name, new byte[0]);
        }
        return new OciLog(where, format.equals("json"), globals.on("debug"), err, clock);
    }

    /** The last of these is what a caller shows of a failure. */
    void error(String message) {
        write("error", message);
        if (where instanceof Where.End) {
            err.print(message + "\n");
        }
        err.flush();
    }

    void warning(String message) {
        write("warning", message);
    }

    /** Written only with {@code --debug}. */
    void debug(String message) {
        if (debug) {
            write("debug", message);
        }
    }

    boolean isDebug() {
        return debug;
    }

    private void write(String level, String message) {
        String time = Timestamps.seconds(Instant.ofEpochMilli(clock.millis()));
        String line = (json ? json(level, message, time) : text(level, message, time)) + "\n";
        if (where instanceof Where.End end) {
            try {
                append(end.file(), end.file().toString(), line.getBytes(StandardCharsets.UTF_8));
            } catch (BadLogException e) {
                // It could be opened a moment ago: the disk is full, say. The message must not be lost.
                err.print("failed to write to log: " + e.getMessage() + "\n");
            }
        } else {
            err.print(line);
            err.flush();
        }
    }

    private static void append(Path file, String name, byte[] bytes) {
        // One write a line, at the end of the file: a caller's other processes write to the same file.
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            if (bytes.length > 0) {
                out.write(bytes);
            }
        } catch (IOException e) {
            throw new BadLogException("open " + name + ": " + reason(e));
        }
    }

    /** The kernel's words, which Java keeps only for the errors it has no class for. */
    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        String text = String.valueOf(e.getMessage());
        int colon = text.lastIndexOf(": ");
        String reason = colon < 0 ? text : text.substring(colon + 2);
        return reason.isEmpty() ? reason : Character.toLowerCase(reason.charAt(0)) + reason.substring(1);
    }

    private static String json(String level, String message, String time) {
        return new JsonText("")
                .begin('{')
                .name("level")
                .value(level)
                .name("msg")
                .value(message)
                .name("time")
                .value(time)
                .end('}')
                .toString();
    }

    private static String text(String level, String message, String time) {
        return "time=\"" + time + "\" level=" + level + " msg="
                + (isPlain(message) ? message : GoValues.quote(message));
    }

    private static boolean isPlain(String message) {
        for (int i = 0; i < message.length(); i++) {
            char c = message.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letter && PLAIN.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }
}
