package dev.alcove.cli;

import java.util.List;

/**
 * What a command's help says.
 *
 * @param name        the command's name
 * @param usage       how it is called, without {@code alcove}
 * @param summary     one line for the list of commands
 * @param description paragraphs between empty lines
 * @param examples    a few lines worth copying
 * @param flags       its flags
 */
record Manual(
        String name, List<String> usage, String summary, String description, List<Example> examples, FlagTable flags) {}
