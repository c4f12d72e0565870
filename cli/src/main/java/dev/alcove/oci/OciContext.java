package dev.alcove.oci;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Function;

/**
 * What a command has around it: all it may use of the process it runs in.
 *
 * @param environment the caller's environment
 * @param directory   the caller's working directory, absolute
 * @param in          standard input
 * @param out         standard output
 * @param err         standard error
 * @param clock       the time
 * @param caller      who called, by effective ids
 * @param log         the log that the global flags ask for
 * @param runtimes    makes the runtime that the global flags ask for
 */
record OciContext(
        Map<String, String> environment,
        Path directory,
        InputStream in,
        PrintStream out,
        PrintStream err,
        InstantSource clock,
        Caller caller,
        OciLog log,
        Function<RuntimeOptions, OciRuntime> runtimes) {

    /**
     * Whoever called.
     *
     * @param uid    the effective user
     * @param gid    the effective group
     * @param inside whether in a user namespace that somebody made, not in the machine's first
     */
    record Caller(long uid, long gid, boolean inside) {
        /** In the machine's first user namespace. */
        Caller(long uid, long gid) {
            this(uid, gid, false);
        }
    }

    OciContext with(OciLog newLog) {
        return new OciContext(environment, directory, in, out, err, clock, caller, newLog, runtimes);
    }

    /** The runtime that the global flags ask for. */
    OciRuntime runtime(OciArguments arguments) {
        return runtimes.apply(RuntimeOptions.of(arguments.globals(), environment, directory, caller));
    }
}
