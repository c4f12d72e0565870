package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import dev.alcove.linux.SeccompArch;
import dev.alcove.linux.SeccompFlag;
import dev.alcove.linux.SeccompOutcome;
import dev.alcove.linux.SeccompPolicy;
import dev.alcove.linux.SeccompRule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A seccomp profile: a policy whose rules depend on the machine and on the container's capabilities, in the format that
 * docker publishes for {@code --security-opt seccomp=FILE}. A plain {@code linux.seccomp} object of the OCI runtime
 * specification is one too, without conditions.
 *
 * {@snippet class="dev.alcove.runtime.SnippetsTest" region="seccomp"}
 *
 * <p>It is read strictly: an unknown action, operator, architecture, flag, or property is refused with its place, since
 * a misspelt condition would let more pass than was meant. Unknown names of system calls are kept, and ignored by the
 * compiler. Architectures that Alcove does not run on are accepted and left out: the kernel never reports them here.
 *
 * @param defaultOutcome what is done with calls that no rule is about
 * @param architectures  the conventions it is about on every machine
 * @param byMachine      the further conventions of one machine's architecture
 * @param flags          how the filter is loaded
 * @param rules          the rules with their conditions, in order
 */
public record SeccompProfile(
        SeccompOutcome defaultOutcome,
        Set<SeccompArch> architectures,
        List<Machine> byMachine,
        Set<SeccompFlag> flags,
        List<Conditional> rules) {

    /** Copied. */
    public SeccompProfile {
        architectures = Set.copyOf(architectures);
        byMachine = List.copyOf(byMachine);
        flags = Set.copyOf(flags);
        rules = List.copyOf(rules);
    }

    /**
     * An entry of archMap.
     *
     * @param architecture    a machine's own convention
     * @param subarchitectures the others that its kernel serves
     */
    public record Machine(SeccompArch architecture, Set<SeccompArch> subarchitectures) {
        /** Copied. */
        public Machine {
            subarchitectures = Set.copyOf(subarchitectures);
        }
    }

    /**
     * A rule that holds under conditions.
     *
     * @param rule     the rule
     * @param includes what must be so
     * @param excludes what must not be so
     */
    public record Conditional(SeccompRule rule, Condition includes, Condition excludes) {}

    /**
     * A condition; of one without content nothing is asked.
     *
     * @param capabilities names such as CAP_SYS_ADMIN: to include a rule all of them, to exclude it one of them
     * @param arches       architectures as Go calls them (amd64, arm64): to include or exclude it, one of them
     * @param kernelMajor  the oldest kernel that fulfils it, 0 for any
     * @param kernelMinor  the second number of that kernel
     */
    public record Condition(List<String> capabilities, List<String> arches, int kernelMajor, int kernelMinor) {
        static final Condition NONE = new Condition(List.of(), List.of(), 0, 0);

        /** Copied. */
        public Condition {
            capabilities = List.copyOf(capabilities);
            arches = List.copyOf(arches);
        }

        private boolean includes(String goArch, Set<String> present, int major, int minor) {
            return present.containsAll(capabilities)
                    && (arches.isEmpty() || arches.contains(goArch))
                    && (kernelMajor == 0 || reached(major, minor));
        }

        private boolean excludes(String goArch, Set<String> present, int major, int minor) {
            for (String capability : capabilities) {
                if (present.contains(capability)) {
                    return true;
                }
            }
            return arches.contains(goArch) || (kernelMajor != 0 && reached(major, minor));
        }

        private boolean reached(int major, int minor) {
            return major > kernelMajor || (major == kernelMajor && minor >= kernelMinor);
        }
    }

    /** Docker's default, as our own file. */
    public static SeccompProfile standard() {
        try (InputStream in = SeccompProfile.class.getResourceAsStream("seccomp-default.json")) {
            if (in == null) {
                throw new IllegalStateException("the resource seccomp-default.json is missing from dev.alcove.runtime");
            }
            return parse(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a profile.
     *
     * @param json the text in UTF-8
     * @return the profile
     * @throws IllegalArgumentException if it is none; the message begins with the place:
     *     {@code syscalls[3].args[0].op: 'SCMP_CMP_EQUAL' is not …}
     */
    public static SeccompProfile parse(byte[] json) {
        return SeccompProfileReader.read(json);
    }

    /**
     * The policy for a container.
     *
     * @param machine      the architecture of the machine
     * @param capabilities the names of the capabilities in the container's bounding set: {@code CAP_NET_RAW}
     * @param kernelMajor  the first number of the kernel's release
     * @param kernelMinor  the second
     * @return the policy
     */
    public SeccompPolicy policy(Arch machine, Set<String> capabilities, int kernelMajor, int kernelMinor) {
        SeccompArch own = SeccompArch.of(machine);
        String goArch = switch (machine) {
            case X86_64 -> "amd64";
            case AARCH64 -> "arm64";
        };
        Set<SeccompArch> arches = new LinkedHashSet<>(architectures);
        @Nullable Machine entry = machine(own);
        if (entry != null) {
            arches.add(own);
            arches.addAll(entry.subarchitectures());
        }
        List<SeccompRule> kept = new ArrayList<>();
        for (Conditional one : rules) {
            if (one.includes().includes(goArch, capabilities, kernelMajor, kernelMinor)
                    && !one.excludes().excludes(goArch, capabilities, kernelMajor, kernelMinor)) {
                kept.add(one.rule());
            }
        }
        return new SeccompPolicy(defaultOutcome, arches, kept, flags);
    }

    private @Nullable Machine machine(SeccompArch own) {
        for (Machine entry : byMachine) {
            if (entry.architecture() == own) {
                return entry;
            }
        }
        return null;
    }
}
