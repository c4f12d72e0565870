package dev.alcove.spec;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One rule of a seccomp policy.
 *
 * @param names the calls
 * @param action as {@code SCMP_ACT_ALLOW}
 * @param errnoRet the error SCMP_ACT_ERRNO gives; absent: EPERM
 * @param args conditions on arguments, which all must hold
 */
@Json
public record LinuxSyscall(
        List<String> names, String action, @Nullable Long errnoRet, List<LinuxSeccompArg> args) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxSyscall {
        names = Fields.list("names", names);
        action = Fields.text(action);
        Fields.uint32("errnoRet", errnoRet);
        args = Fields.list("args", args);
    }
}
