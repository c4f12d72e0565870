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
 * The filter of a container. Compiling one is a pure function of the profile, the capabilities, the architecture and the
 * kernel's version, and the most expensive one of a start. So the common ones are there from the build
 * ({@link StandardFilters}), and the others are kept for the life of the JVM.
 */
final class SeccompFilters {
    private static final int MOST = 64;

    /** By the capabilities and the profile's text, in one string: a record's hash code is slow to begin with. */
    private static final ConcurrentMap<String, SeccompFilter> KEPT = new ConcurrentHashMap<>();

    private SeccompFilters() {}

    static Optional<SeccompFilter> of(SeccompChoice choice, Set<String> capabilities) {
        if (choice instanceof SeccompChoice.Unconfined) {
            return Optional.empty();
        }
        if (choice instanceof SeccompChoice.Compiled c) {
            return Optional.of(c.filter());
        }
        if (choice instanceof SeccompChoice.Standard) {
            Optional<SeccompFilter> built = StandardFilters.own().find(capabilities, Kernel.version());
            if (built.isPresent()) {
                return built;
            }
        }
        boolean standard = choice instanceof SeccompChoice.Standard;
        String json = choice instanceof SeccompChoice.Profile p ? p.json() : "";
        TreeSet<String> sorted = new TreeSet<>(capabilities);
        String key = (standard ? "standard " : "") + String.join(" ", sorted) + "\n" + json;
        SeccompFilter kept = KEPT.get(key);
        if (kept != null) {
            return Optional.of(kept);
        }
        SeccompFilter compiled = compile(
                standard ? SeccompProfile.standard() : SeccompProfile.parse(json.getBytes(StandardCharsets.UTF_8)),
                sorted);
        if (KEPT.size() < MOST) {
            KEPT.put(key, compiled);
        }
        return Optional.of(compiled);
    }

    private static SeccompFilter compile(SeccompProfile profile, Set<String> capabilities) {
        int version = Kernel.version();
        SeccompFilter filter = new SeccompCompiler(Arch.host(), SeccompCompiler.NewerCalls.ENOSYS)
                .compile(profile.policy(Arch.host(), capabilities, version / 1000, version % 1000));
        return filter.with(profile.flags());
    }
}
