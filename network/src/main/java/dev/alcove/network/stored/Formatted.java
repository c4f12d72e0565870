package dev.alcove.network.stored;

import io.avaje.jsonb.Json;

/**
 * What every file has, of whatever format.
 *
 * @param format the format's number
 */
@Json
public record Formatted(int format) {
    /** The one that is written and read. */
    public static final int CURRENT = 1;
}
