package dev.alcove.oci;

import dev.alcove.linux.Flock;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerException.Kind;
import dev.alcove.runtime.Front;
import dev.alcove.runtime.FrontRequest;
import dev.alcove.runtime.Resident;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code resident}: the JVM that stays, for fronts that ask it instead of starting one each. */
final class ResidentCommand {
    /** Where the front says where the socket is to be, and what the callers are like that it is for. */
    private static final String PLACE = "ALCOVE_RESIDENT_SOCKET";

    private static final String KEY = "ALCOVE_RESIDENT_KEY";

    /** How long it stays without being asked, where no flag says it. */
    private static final String IDLE = "ALCOVE_RESIDENT_IDLE";

    private static final Duration USUALLY = Duration.ofMinutes(5);

    /**
     * What a resident JVM does for others. The rest is the caller's in more than its program: start, state, kill and
     * delete need no JVM at all where no hooks are run, ps and the checkpoints run programs, events stay.
     */
    private static final List<String> TAKEN = List.of("create", "run", "exec", "list", "pause", "resume", "update");

    private ResidentCommand() {}

    static int run(OciContext context, OciArguments arguments) {
        Map<String, String> environment = context.environment();
        String named = environment.getOrDefault(PLACE, "");
        Path folder = Path.of(named).getParent();
        if (named.isEmpty() || folder == null) {
            throw new ContainerException(
                    Kind.UNSUPPORTED,
                    "a resident JVM has no place for its socket"
                            + "\n  likely cause: flags stand before the command, ALCOVE_RESIDENT is 0, or the folder"
                            + " can be read or written by others than you"
                            + "\n  mend: set ALCOVE_RESIDENT to a folder that is yours alone (mode 0700)");
        }
        if (arguments.flags().on("stop")) {
            Resident.stop(folder);
            return 0;
        }
        Duration idle = idle(arguments.flags().text("idle").orElse(environment.getOrDefault(IDLE, "")));
        Path place = Path.of(named);
        if (!environment.containsKey(Front.VARIABLE)) {
            // The front that started it holds the lock for it, in a descriptor that stays open.
            Resident.serve(place, environment.getOrDefault(KEY, ""), idle, new Served());
            return 0;
        }
        try (Flock lock = Flock.tryExclusive(Path.of(named + ".lock")).orElse(null)) {
            if (lock == null) {
                throw new ContainerException(
                        Kind.CONFLICT,
                        "a resident JVM for this user is there already\n  mend: resident --stop ends it");
            }
            Resident.serve(place, environment.getOrDefault(KEY, ""), idle, new Served());
        }
        return 0;
    }

    private static Duration idle(String text) {
        if (text.isEmpty()) {
            return USUALLY;
        }
        try {
            Duration idle = GoValues.duration(text);
            return idle.isNegative() ? Duration.ZERO : idle;
        } catch (GoValues.BadValueException e) {
            throw new ContainerException(
                    Kind.INVALID, IDLE + ": '" + text + "' is not a duration; write 90s, 5m or 0s for ever");
        }
    }

    /** Commands for fronts. */
    private static final class Served implements Resident.Commands {
        @Override
        public boolean takes(List<String> words) {
            try {
                for (String word : words) {
                    if (meansTheCaller(word)) {
                        return false;
                    }
                }
                List<String> rest = OciArgumentParser.globals(words).rest();
                return !rest.isEmpty() && TAKEN.contains(rest.getFirst());
            } catch (OciUsageException e) {
                return false;
            }
        }

        /** A path that is another file for each process: a descriptor, by whatever name. */
        private static boolean meansTheCaller(String word) {
            return word.contains("/dev/std")
                    || word.contains("/dev/fd")
                    || word.contains("/proc/self")
                    || word.contains("/proc/thread-self")
                    || word.contains("/dev/tty");
        }

        @Override
        public int run(FrontRequest request) {
            PrintStream out = stream(request, false);
            PrintStream err = stream(request, true);
            int status = OciCommands.run(
                    Main.context(
                            request.environment(),
                            request.directory(),
                            request.in(),
                            out,
                            err,
                            () -> Optional.of(request.front())),
                    request.words());
            out.flush();
            err.flush();
            return status;
        }

        private static PrintStream stream(FrontRequest request, boolean error) {
            return new PrintStream(request.out(error), false, StandardCharsets.UTF_8);
        }
    }
}
