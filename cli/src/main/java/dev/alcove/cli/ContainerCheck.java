package dev.alcove.cli;

import dev.alcove.linux.Fd;
import dev.alcove.linux.Open;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import java.nio.file.Path;

/** The proof: a container with all defaults is started. */
final class ContainerCheck {
    private ContainerCheck() {}

    static Finding run(Shell shell) {
        String what = "a container";
        try (Fd nothing = Open.readWrite().at(Path.of("/dev/null"));
                Container container = new ContainerBuilder("true")
                        .redirect(nothing, nothing, nothing)
                        .start()) {
            int status = container.waitFor();
            return status == 0
                    ? Finding.ok(what, "ran")
                    : Finding.missing(what, "its command ended with " + status, "alcove run host true; echo $?");
        } catch (RuntimeException e) {
            if (!shell.variable("ALCOVE_DEBUG").isEmpty()) {
                e.printStackTrace(shell.err());
            }
            String message = Failures.message(e);
            return Finding.missing(what, part(message, ""), part(message, "\n  mend: "));
        }
    }

    /** The line of a message that begins so. */
    private static String part(String message, String start) {
        int at = message.indexOf(start);
        if (at < 0) {
            return "";
        }
        int from = at + start.length();
        int end = message.indexOf('\n', from);
        return message.substring(from, end < 0 ? message.length() : end);
    }
}
