package dev.alcove.cli;

import dev.alcove.linux.Fd;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command has around it: all it may use of the process it runs in.
 *
 * @param environment the caller's environment
 * @param directory   the caller's working directory, absolute
 * @param out         where a command's own words go
 * @param err         where errors go
 * @param in          standard input, for containers
 * @param output      standard output, for containers
 * @param error       standard error, for containers
 * @param signals     signals sent to the command
 */
public record Shell(
        Map<String, String> environment,
        Path directory,
        PrintStream out,
        PrintStream err,
        Fd in,
        Fd output,
        Fd error,
        SignalSource signals) {
    /** An environment variable; empty if it is not set. */
    String variable(String name) {
        return environment.getOrDefault(name, "");
    }
}
