package dev.alcove.oci;

import dev.alcove.linux.CgroupUnavailableException;
import dev.alcove.linux.LinuxException;
import dev.alcove.runtime.ContainerException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Reads a command line, runs what it says, and logs what goes wrong. */
final class OciCommands {
    /** The program's name. */
    static final String NAME = "alcove-oci";
    /** The version of the runtime specification. */
    static final String SPEC_VERSION = "1.3.0";

    private static final int FAILED = 1;
    /** What exec ends with for an error of ours: runc's -1. The command's own statuses are 0 to 255 as well. */
    private static final int EXEC_FAILED = 255;

    private static final int NO_SUCH_COMMAND = 3;

    private OciCommands() {}

    /**
     * Runs a command line.
     *
     * @return the exit status: 0, or a container's process's own; 1 for an error of ours, 255 for one of exec
     */
    static int run(OciContext surroundings, List<String> words) {
        OciContext context = surroundings;
        int failed = FAILED;
        String prefix = "";
        try {
            OciArgumentParser.Parsed globals = OciArgumentParser.globals(words);
            if (globals.flags().on("version")) {
                context.out().print(version());
                return 0;
            }
            String name = globals.rest().isEmpty() ? "help" : globals.rest().getFirst();
            List<String> rest = globals.rest().isEmpty()
                    ? List.of()
                    : globals.rest().subList(1, globals.rest().size());
            if (globals.flags().on("help")) {
                name = "help";
                rest = List.of();
            }
            context = surroundings.with(
                    OciLog.open(globals.flags(), surroundings.directory(), surroundings.err(), surroundings.clock()));
            if (name.equals("help") || name.equals("h")) {
                return help(context, rest);
            }
            Optional<OciManual> manual = OciManuals.find(name);
            if (manual.isEmpty()) {
                return noSuchCommand(context, name);
            }
            OciArgumentParser.Parsed parsed = OciArgumentParser.command(manual.get(), rest);
            if (parsed.flags().on("help")) {
                context.out().print(OciHelp.command(manual.get()));
                return 0;
            }
            manual.get().checkCount(parsed.rest().size());
            failed = name.equals("exec") ? EXEC_FAILED : FAILED;
            prefix = prefix(name);
            return command(name).run(context, new OciArguments(globals.flags(), name, parsed.flags(), parsed.rest()));
        } catch (OciUsageException e) {
            return usage(context, e);
        } catch (RuntimeException e) {
            context.log().error(prefix + message(context, e));
            return failed;
        } finally {
            context.out().flush();
            context.err().flush();
        }
    }

    private static OciCommand command(String name) {
        return switch (name) {
            case "create" -> Lifecycle::create;
            case "run" -> Lifecycle::run;
            case "start" -> Lifecycle::start;
            case "kill" -> Lifecycle::kill;
            case "delete" -> Lifecycle::delete;
            case "pause" -> Lifecycle::pause;
            case "resume" -> Lifecycle::resume;
            case "checkpoint" -> Lifecycle::checkpoint;
            case "restore" -> Lifecycle::restore;
            case "exec" -> ExecCommand::run;
            case "state" -> ListCommand::state;
            case "list" -> ListCommand::list;
            case "ps" -> PsCommand::run;
            case "events" -> EventsCommand::run;
            case "update" -> UpdateCommand::run;
            case "features" -> FeaturesCommand::run;
            case "spec" -> SpecCommand::run;
            default -> throw new IllegalStateException("the table has " + name);
        };
    }

    private static int help(OciContext context, List<String> of) {
        if (of.isEmpty()) {
            context.out().print(OciHelp.program(version().strip()));
            return 0;
        }
        Optional<OciManual> manual = OciManuals.find(of.getFirst());
        if (manual.isEmpty()) {
            return noSuchCommand(context, of.getFirst());
        }
        context.out().print(OciHelp.command(manual.get()));
        return 0;
    }

    private static int noSuchCommand(OciContext context, String name) {
        context.log().error("No help topic for '" + name + "'\n");
        return NO_SUCH_COMMAND;
    }

    /** As runc: the help goes to standard output, the error to the log. */
    private static int usage(OciContext context, OciUsageException e) {
        String help = OciManuals.find(e.command())
                .map(OciHelp::command)
                .orElseGet(() -> OciHelp.program(version().strip()));
        context.out().print(e.heading() + "\n\n" + help);
        context.log().error(e.text());
        return FAILED;
    }

    private static String message(OciContext context, RuntimeException e) {
        String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        // The planner refuses a value by an IllegalArgumentException that begins with its name; Java's own have none.
        if (e instanceof ContainerException
                || (e instanceof IllegalArgumentException && !(e instanceof NumberFormatException))
                || e instanceof CgroupUnavailableException
                || e instanceof LinuxException
                || e instanceof UncheckedIOException
                || e instanceof OciLog.BadLogException) {
            return text;
        }
        if (context.log().isDebug()) {
            e.printStackTrace(context.err());
        }
        return "internal error: " + text + "\n  likely cause: a mistake in " + NAME
                + "\n  mend: run it again with --debug, and report what it prints";
    }

    /** runc names itself and the step where a container is made. */
    private static String prefix(String command) {
        return switch (command) {
            case "create", "run", "restore" -> NAME + " " + command + " failed: ";
            case "exec" -> "exec failed: ";
            default -> "";
        };
    }

    /** The version in runc's form, from which callers take the lines they know. */
    static String version() {
        return NAME + " version " + number() + "\nspec: " + SPEC_VERSION + "\n";
    }

    /** Written by the build. */
    static String number() {
        try (InputStream in = OciCommands.class.getResourceAsStream("version.txt")) {
            return in == null ? "unknown" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
