package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Capability;
import dev.alcove.linux.SeccompCompiler;
import dev.alcove.linux.SeccompFilter;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StandardFiltersTest {
    private static final Set<String> DEFAULT = Set.copyOf(Defaults.CAPABILITIES);

    private static byte[] compiled(Arch machine, Set<String> capabilities, int kernel) {
        return new SeccompCompiler(machine, SeccompCompiler.NewerCalls.ENOSYS)
                .compile(SeccompProfile.standard()
                        .policy(machine, new TreeSet<>(capabilities), kernel / 1000, kernel % 1000))
                .bytes();
    }

    private static Set<String> defaultAnd(Capability more) {
        Set<String> set = new HashSet<>(DEFAULT);
        set.add(more.kernelName());
        return set;
    }

    @ParameterizedTest
    @EnumSource
    void eachIsWhatTheCompilerMakesOfTheProfile(Arch machine) {
        StandardFilters filters = StandardFilters.read(machine);
        for (Capability more : Capability.values()) {
            Set<String> set = defaultAnd(more);
            Optional<SeccompFilter> found = filters.find(set, 6001);
            assertThat(found).as(more.kernelName()).isPresent();
            assertThat(found.get().bytes()).as(more.kernelName()).isEqualTo(compiled(machine, set, 6001));
        }
        assertThat(filters.find(Set.of(), 6001).orElseThrow().bytes()).isEqualTo(compiled(machine, Set.of(), 6001));
    }

    @Test
    void oneMoreCapabilityChangesTheFilterOnlyWhereTheProfileAsksForIt() {
        byte[] standard =
                StandardFilters.own().find(DEFAULT, 6001).orElseThrow().bytes();
        assertThat(StandardFilters.own()
                        .find(defaultAnd(Capability.NET_ADMIN), 6001)
                        .orElseThrow()
                        .bytes())
                .isEqualTo(standard);
        assertThat(StandardFilters.own()
                        .find(defaultAnd(Capability.SYS_ADMIN), 6001)
                        .orElseThrow()
                        .bytes())
                .isNotEqualTo(standard);
    }

    @Test
    void anUncommonSetIsCompiled() {
        Set<String> two = defaultAnd(Capability.SYS_ADMIN);
        two.add(Capability.SYSLOG.kernelName());
        assertThat(StandardFilters.own().find(two, 6001)).isEmpty();
        assertThat(SeccompFilters.of(SeccompChoice.standard(), two)
                        .orElseThrow()
                        .bytes())
                .isEqualTo(compiled(Arch.host(), two, 6001));
    }

    @Test
    void anOlderKernelGetsNoneOfThem() {
        assertThat(StandardFilters.own().find(DEFAULT, 5014)).isEmpty();
        assertThat(StandardFilters.own().find(DEFAULT, 5015)).isPresent();
    }

    @Test
    void aProfileOfTheCallersIsTheCallers() {
        byte[] own = SeccompFilters.of(
                        SeccompChoice.profile("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[]}"), DEFAULT)
                .orElseThrow()
                .bytes();
        assertThat(own)
                .isNotEqualTo(SeccompFilters.of(SeccompChoice.standard(), DEFAULT)
                        .orElseThrow()
                        .bytes());
    }
}
