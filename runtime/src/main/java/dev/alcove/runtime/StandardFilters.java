package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Capability;
import dev.alcove.linux.SeccompFilter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The filters of the standard profile, as they were compiled when Alcove was built: reading and compiling the profile is
 * the costliest piece of a cold start. There is one for each set of capabilities that people commonly give; for the
 * others, and for older kernels, there is none here, and {@link SeccompFilters} compiles it.
 *
 * <p>The file of an architecture, all numbers little-endian:
 * <pre>
 *     int   version of this format
 *     int   kernel            the filters are right from this version on, as major * 1000 + minor
 *     long  relevant          mask of the capabilities on which the profile's rules depend
 *     int   count             of what follows
 *       long  capabilities    those of the relevant ones that the container has
 *       int   length          in bytes
 *       byte  instructions[length]
 * </pre>
 */
final class StandardFilters {
    static final int FORMAT = 1;

    private final int kernel;
    private final Set<Capability> relevant;
    private final long[] capabilities;
    private final byte[][] instructions;

    private StandardFilters(ByteBuffer in) {
        if (in.getInt() != FORMAT) {
            throw new IllegalStateException("the filters of the standard seccomp profile are of another build");
        }
        this.kernel = in.getInt();
        this.relevant = Capability.ofMask(in.getLong());
        int count = in.getInt();
        this.capabilities = new long[count];
        this.instructions = new byte[count][];
        for (int i = 0; i < count; i++) {
            capabilities[i] = in.getLong();
            instructions[i] = new byte[in.getInt()];
            in.get(instructions[i]);
        }
    }

    /** Read when the first container asks for one. */
    private static final class Own {
        static final StandardFilters FILTERS = read(Arch.host());
    }

    /** Those for the architecture of this machine. */
    static StandardFilters own() {
        return Own.FILTERS;
    }

    static StandardFilters read(Arch machine) {
        String name = fileName(machine);
        try (InputStream in = StandardFilters.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing from dev.alcove.runtime");
            }
            return new StandardFilters(ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String fileName(Arch machine) {
        return "seccomp-default-" + machine.machine();
    }

    /**
     * The filter for a container.
     *
     * @param present  the names of the capabilities in its bounding set
     * @param kernel   the running kernel's version
     * @return the filter, or empty if it must be compiled
     */
    Optional<SeccompFilter> find(Set<String> present, int kernel) {
        if (kernel < this.kernel) {
            return Optional.empty();
        }
        Set<Capability> has = EnumSet.noneOf(Capability.class);
        for (Capability c : relevant) {
            if (present.contains(c.kernelName())) {
                has.add(c);
            }
        }
        long mask = Capability.mask(has);
        for (int i = 0; i < capabilities.length; i++) {
            if (capabilities[i] == mask) {
                return Optional.of(SeccompFilter.of(instructions[i]));
            }
        }
        return Optional.empty();
    }

    /** How many there are. */
    int size() {
        return capabilities.length;
    }
}
