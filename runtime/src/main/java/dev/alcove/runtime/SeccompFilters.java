package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.SeccompCompiler;
import dev.alcove.linux.SeccompFilter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Compiled filters. Compiling is a pure function of the profile, the capabilities, the architecture and the kernel's
 * version, and the most expensive one of a start, so its results are kept for the life of the JVM.
 */
final class SeccompFilters {
    private record Key(SeccompChoice choice, Set<String> capabilities) {}

    private static final int MOST = 64;
    private static final ConcurrentMap<Key, SeccompFilter> KEPT = new ConcurrentHashMap<>();

    private SeccompFilters() {}

    static Optional<SeccompFilter> of(SeccompChoice choice, Set<String> capabilities) {
        if (choice instanceof SeccompChoice.Unconfined) {
            return Optional.empty();
        }
        Key key = new Key(choice, Set.copyOf(capabilities));
        SeccompFilter kept = KEPT.get(key);
        if (kept != null) {
            return Optional.of(kept);
        }
        SeccompFilter compiled = compile(choice, capabilities);
        if (KEPT.size() < MOST) {
            KEPT.put(key, compiled);
        }
        return Optional.of(compiled);
    }

    private static SeccompFilter compile(SeccompChoice choice, Set<String> capabilities) {
        SeccompProfile profile = choice instanceof SeccompChoice.Profile p
                ? SeccompProfile.parse(p.json().getBytes(StandardCharsets.UTF_8))
                : SeccompProfile.standard();
        int version = Kernel.version();
        return new SeccompCompiler(Arch.host(), SeccompCompiler.NewerCalls.ENOSYS)
                .compile(profile.policy(Arch.host(), new TreeSet<>(capabilities), version / 1000, version % 1000));
    }
}
