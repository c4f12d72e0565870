package dev.alcove.cli;

import dev.alcove.spec.DidYouMean;
import dev.alcove.spec.SpecException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;

/** Reads a command's arguments by its {@link FlagTable}: commons-cli's parser with docker's rules before and after it. */
final class ArgumentParser {
    private ArgumentParser() {}

    /**
     * Reads arguments.
     *
     * @param command the command's name, for refusals
     * @param table   its flags
     * @param words   what follows the command's name
     * @throws UsageException if there is no such flag, or a value is missing or not wanted
     */
    static Arguments parse(String command, FlagTable table, List<String> words) {
        Spelling spelling = Spelling.of(command, table, words);
        if (spelling.flags().isEmpty()) {
            return new Arguments(command, List.of(), Map.of(), spelling.remaining());
        }
        Options options = new Options();
        for (Flag flag : table.flags()) {
            Option option = new Option(null, flag.name(), flag.takesValue() || flag.optional(), "");
            option.setOptionalArg(flag.optional());
            options.addOption(option);
        }
        CommandLine line;
        try {
            line = DefaultParser.builder()
                    .setAllowPartialMatching(false)
                    .setStripLeadingAndTrailingQuotes(false)
                    .get()
                    .parse(options, spelling.flags().toArray(new String[0]));
        } catch (UnrecognizedOptionException e) {
            throw unknown(command, table, e.getOption());
        } catch (MissingArgumentException e) {
            throw new UsageException(command, "--" + e.getOption().getLongOpt() + ": needs a value");
        } catch (ParseException e) {
            throw new UsageException(command, String.valueOf(e.getMessage()));
        }
        List<String> toggles = new ArrayList<>();
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (Option option : line.getOptions()) {
            String name = option.getLongOpt();
            String[] given = option.hasArg() ? line.getOptionValues(name) : null;
            if (given != null) {
                values.put(name, Arrays.asList(given));
            }
            if (given == null || option.hasOptionalArg()) {
                toggles.add(name);
            }
        }
        return new Arguments(command, toggles, values, spelling.remaining());
    }

    private static UsageException unknown(String command, FlagTable table, String written) {
        int equals = written.indexOf('=');
        String name = equals < 0 ? written : written.substring(0, equals);
        if (table.named(name.substring(2)) != null) {
            return new UsageException(command, name + ": takes no value but true or false");
        }
        if (command.equals("run")) {
            NotYet.refuseFlag(name);
        }
        String hint = DidYouMean.nearest(name, table.spellings())
                .map(s -> "; did you mean '" + s + "'?")
                .orElse("");
        return new UsageException(command, "unknown flag " + SpecException.quote(name) + hint);
    }
}
