package dev.alcove.spec;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who a process runs as, by number; {@code process.user}.
 *
 * @param uid user id inside the container
 * @param gid group id inside the container
 * @param umask its file mode creation mask; absent: unchanged
 * @param additionalGids supplementary group ids inside the container
 * @param username the name; only Windows uses it
 */
@Json
public record OciUser(long uid, long gid, @Nullable Long umask, List<Long> additionalGids, String username) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public OciUser {
        Fields.uint32("uid", uid);
        Fields.uint32("gid", gid);
        Fields.uint32("umask", umask);
        additionalGids = Fields.ids("additionalGids", additionalGids);
        username = Fields.text(username);
    }

    /** The user and group 0, which config.json stands for when it names none. */
    public static OciUser root() {
        return new OciUser(0, 0, null, List.of(), "");
    }
}
