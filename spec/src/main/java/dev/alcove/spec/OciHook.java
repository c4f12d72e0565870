package dev.alcove.spec;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One command of {@link OciHooks}; it gets the container's {@link OciState} on standard input.
 *
 * @param path the program, absolute
 * @param args its arguments, the program's name first
 * @param env its whole environment
 * @param timeout seconds it may run, more than 0; absent: without end
 */
@Json
public record OciHook(
        String path,
        List<String> args,
        List<String> env,
        @Nullable Integer timeout) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public OciHook {
        path = Fields.text(path);
        args = Fields.list("args", args);
        env = Fields.list("env", env);
    }
}
