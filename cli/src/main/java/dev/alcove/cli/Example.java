package dev.alcove.cli;

/**
 * An example in a command's help.
 *
 * @param line what is typed
 * @param what what it does
 */
record Example(String line, String what) {}
