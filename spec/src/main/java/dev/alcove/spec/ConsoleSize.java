package dev.alcove.spec;

import io.avaje.jsonb.Json;

/**
 * A terminal's size in characters; {@code process.consoleSize}.
 *
 * @param height rows
 * @param width columns
 */
@Json
public record ConsoleSize(long height, long width) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public ConsoleSize {
        Fields.uint32("height", height);
        Fields.uint32("width", width);
    }
}
