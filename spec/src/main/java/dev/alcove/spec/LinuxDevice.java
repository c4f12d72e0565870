package dev.alcove.spec;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * A device node made inside, mknod(2); {@code linux.devices}.
 *
 * @param path absolute, inside
 * @param type {@code c} or {@code u} character, {@code b} block, {@code p} FIFO
 * @param major major number; not for a FIFO
 * @param minor minor number; not for a FIFO
 * @param fileMode permission bits; absent: the runtime chooses
 * @param uid owner inside; absent: 0
 * @param gid group inside; absent: 0
 */
@Json
public record LinuxDevice(
        String path,
        String type,
        @Nullable Long major,
        @Nullable Long minor,
        @Nullable Long fileMode,
        @Nullable Long uid,
        @Nullable Long gid) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxDevice {
        path = Fields.text(path);
        type = Fields.text(type);
        Fields.uint32("fileMode", fileMode);
        Fields.uint32("uid", uid);
        Fields.uint32("gid", gid);
    }
}
