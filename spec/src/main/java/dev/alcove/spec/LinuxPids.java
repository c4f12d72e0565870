package dev.alcove.spec;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * Number of processes; {@code linux.resources.pids}.
 *
 * @param limit at most so many; -1 is no limit
 */
@Json
public record LinuxPids(@Nullable Long limit) {}
