package dev.alcove.cli;

import dev.alcove.spec.DidYouMean;
import dev.alcove.spec.SpecException;
import java.util.List;
import java.util.Optional;

/** The command {@code alcove}: finds the command meant, and turns what goes wrong into a message and an exit status. */
public final class Alcove {
    private Alcove() {}

    /**
     * Runs a command.
     *
     * @param shell what it has around it
     * @param words its name and arguments
     * @return the exit status: the container's command's own, 125 for an error of ours, 126 if the command cannot be
     *     executed, 127 if it is not found, 128 and the number for a signal
     */
    public static int run(Shell shell, List<String> words) {
        try {
            int status = dispatch(shell, words);
            shell.out().flush();
            return status;
        } catch (RuntimeException e) {
            shell.out().flush();
            return Failures.report(shell, e);
        } finally {
            shell.err().flush();
        }
    }

    private static int dispatch(Shell shell, List<String> words) {
        String first = words.isEmpty() ? "help" : words.getFirst();
        List<String> rest = words.isEmpty() ? words : words.subList(1, words.size());
        switch (first) {
            case "--version", "-v" -> first = "version";
            case "--help", "-h" -> first = "help";
            default -> {
                if (first.startsWith("-")) {
                    throw new UsageException(
                            "",
                            "unknown flag " + SpecException.quote(first) + near(first, List.of("--help", "--version")));
                }
            }
        }
        Optional<Command> found = Commands.find(first);
        if (found.isEmpty()) {
            throw new UsageException(
                    "", SpecException.quote(first) + " is not a command of alcove" + near(first, Commands.NAMES));
        }
        Command command = found.get();
        if (!rest.isEmpty()) {
            Optional<Command> ofTwo = Commands.find(first + " " + rest.getFirst());
            if (ofTwo.isPresent()) {
                command = ofTwo.get();
                rest = rest.subList(1, rest.size());
            }
        }
        Manual manual = command.manual();
        if (wantsHelp(manual, rest)) {
            shell.out().print(HelpText.of(manual));
            return 0;
        }
        return command.run(shell, ArgumentParser.parse(manual.name(), manual.flags(), rest));
    }

    /** Whether {@code --help} stands among the flags, be the others as they may. */
    private static boolean wantsHelp(Manual manual, List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("--help")) {
                return true;
            }
            if (word.equals("--") || word.length() < 2 || word.charAt(0) != '-') {
                return false;
            }
            if (takesNext(manual.flags(), word)) {
                i++;
            }
        }
        return false;
    }

    private static boolean takesNext(FlagTable table, String word) {
        if (word.startsWith("--")) {
            Flag flag = table.named(word.substring(2));
            return flag != null && flag.takesValue();
        }
        Flag flag = table.lettered(word.charAt(word.length() - 1));
        return flag != null && flag.takesValue() && word.length() == 2;
    }

    private static String near(String word, List<String> words) {
        return DidYouMean.nearest(word, words)
                .map(w -> "; did you mean '" + w + "'?")
                .orElse("");
    }
}
