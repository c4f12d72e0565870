package dev.alcove.spec;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * One rule on which devices may be used; {@code linux.resources.devices}.
 *
 * @param allow whether it allows or denies
 * @param type {@code a} all, {@code c} character, {@code b} block; empty: all
 * @param major major number; absent: all
 * @param minor minor number; absent: all
 * @param access of {@code rwm}: read, write, mknod
 */
@Json
public record LinuxDeviceCgroup(
        Boolean allow,
        String type,
        @Nullable Long major,
        @Nullable Long minor,
        String access) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxDeviceCgroup {
        allow = Fields.flag(allow);
        type = Fields.text(type);
        access = Fields.text(access);
    }
}
