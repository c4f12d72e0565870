package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Capability;
import dev.alcove.linux.SeccompCompiler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A step of Alcove's own build: compiles the standard seccomp profile into the files of {@link StandardFilters}. */
final class StandardFiltersBuild {
    /** The oldest kernel that Alcove runs on; no rule of the profile may ask for a newer one. */
    private static final int KERNEL = 5015;

    private static final int HEADER = 20;
    private static final int ENTRY = 12;

    private final SeccompProfile profile = SeccompProfile.standard();

    private StandardFiltersBuild() {}

    /**
     * Writes the files.
     *
     * @param arguments the folder for them
     */
    public static void main(String[] arguments) throws IOException {
        StandardFiltersBuild build = new StandardFiltersBuild();
        Path folder = Path.of(arguments[0]);
        Files.createDirectories(folder);
        for (Arch machine : Arch.values()) {
            Files.write(folder.resolve(StandardFilters.fileName(machine)), build.file(machine));
        }
    }

    private byte[] file(Arch machine) {
        Set<Capability> relevant = relevant();
        List<Long> masks = new ArrayList<>();
        List<byte[]> filters = new ArrayList<>();
        int size = HEADER;
        for (Set<Capability> set : common(relevant)) {
            byte[] filter = new SeccompCompiler(machine, SeccompCompiler.NewerCalls.ENOSYS)
                    .compile(profile.policy(machine, names(set), KERNEL / 1000, KERNEL % 1000))
                    .bytes();
            masks.add(Capability.mask(set));
            filters.add(filter);
            size += ENTRY + filter.length;
        }
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(StandardFilters.FORMAT)
                .putInt(KERNEL)
                .putLong(Capability.mask(relevant))
                .putInt(masks.size());
        for (int i = 0; i < masks.size(); i++) {
            out.putLong(masks.get(i)).putInt(filters.get(i).length).put(filters.get(i));
        }
        return out.array();
    }

    /** The capabilities on which a rule depends. */
    private Set<Capability> relevant() {
        Set<Capability> found = EnumSet.noneOf(Capability.class);
        for (SeccompProfile.Conditional rule : profile.rules()) {
            for (SeccompProfile.Condition condition : List.of(rule.includes(), rule.excludes())) {
                if (condition.kernelMajor() * 1000 + condition.kernelMinor() > KERNEL) {
                    throw new IllegalStateException("the standard profile has a rule for kernels from "
                            + condition.kernelMajor() + "." + condition.kernelMinor()
                            + ": filters compiled at build time would not have it");
                }
                for (String name : condition.capabilities()) {
                    found.add(Capability.named(name).orElseThrow());
                }
            }
        }
        return found;
    }

    /** No capability, the default ones, one more than those, and all of them; of each what is relevant. */
    private static Set<Set<Capability>> common(Set<Capability> relevant) {
        Set<Capability> standard = EnumSet.noneOf(Capability.class);
        for (Capability c : relevant) {
            if (Defaults.CAPABILITIES.contains(c.kernelName())) {
                standard.add(c);
            }
        }
        Set<Set<Capability>> sets = new LinkedHashSet<>();
        sets.add(standard);
        sets.add(EnumSet.noneOf(Capability.class));
        for (Capability c : relevant) {
            Set<Capability> more = EnumSet.copyOf(standard);
            more.add(c);
            sets.add(more);
        }
        sets.add(relevant);
        return sets;
    }

    private static Set<String> names(Set<Capability> set) {
        Set<String> names = new TreeSet<>();
        for (Capability c : set) {
            names.add(c.kernelName());
        }
        return names;
    }
}
