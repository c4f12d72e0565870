package dev.alcove.spec;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which system calls may be made, seccomp(2); {@code linux.seccomp}.
 *
 * @param defaultAction for a call that no rule names, as {@code SCMP_ACT_ERRNO}
 * @param defaultErrnoRet the error it gives; absent: EPERM
 * @param architectures as {@code SCMP_ARCH_X86_64}; empty: the machine's own
 * @param flags as {@code SECCOMP_FILTER_FLAG_LOG}
 * @param listenerPath the socket that gets the notification descriptor
 * @param listenerMetadata what is sent along
 * @param syscalls the rules
 */
@Json
public record LinuxSeccomp(
        String defaultAction,
        @Nullable Long defaultErrnoRet,
        List<String> architectures,
        List<String> flags,
        String listenerPath,
        String listenerMetadata,
        List<LinuxSyscall> syscalls) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxSeccomp {
        defaultAction = Fields.text(defaultAction);
        Fields.uint32("defaultErrnoRet", defaultErrnoRet);
        architectures = Fields.list("architectures", architectures);
        flags = Fields.list("flags", flags);
        listenerPath = Fields.text(listenerPath);
        listenerMetadata = Fields.text(listenerMetadata);
        syscalls = Fields.list("syscalls", syscalls);
    }
}
