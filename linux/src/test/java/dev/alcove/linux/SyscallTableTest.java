package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SyscallTableTest {
    private final SyscallTable table = SyscallTable.standard();

    @ParameterizedTest
    @EnumSource(Syscall.class)
    void agreesWithTheCallsAlcoveMakes(Syscall call) {
        assertThat(table.number(call.kernelName(), SeccompArch.X86_64)).hasValue(call.number(Arch.X86_64));
        assertThat(table.number(call.kernelName(), SeccompArch.AARCH64)).hasValue(call.number(Arch.AARCH64));
    }

    @ParameterizedTest
    @CsvSource({
        "read, 0, 3, 1073741824, 63, 3",
        "rt_sigaction, 13, 174, 1073742336, 134, 174",
        "openat2, 437, 437, 1073742261, 437, 437",
        "socketcall, -1, 102, -1, -1, -1",
        "cacheflush, -1, -1, -1, -1, 983042",
        "cachestat, 451, 451, 1073742275, 451, 451",
        "file_setattr, 469, 469, 1073742293, 469, 469",
        "no_such_call, -1, -1, -1, -1, -1",
    })
    void knowsTheNumbersOfEveryConvention(String name, int x86_64, int x86, int x32, int aarch64, int arm) {
        Map<SeccompArch, Integer> expected = new EnumMap<>(Map.of(
                SeccompArch.X86_64,
                x86_64,
                SeccompArch.X86,
                x86,
                SeccompArch.X32,
                x32,
                SeccompArch.AARCH64,
                aarch64,
                SeccompArch.ARM,
                arm));
        expected.forEach((arch, number) ->
                assertThat(table.number(name, arch).orElse(-1)).as("%s", arch).isEqualTo(number));
    }

    @Test
    void givesEachNumberOneNameButForOneAlias() {
        for (SeccompArch arch : SeccompArch.values()) {
            Map<Integer, String> seen = new HashMap<>();
            for (String name : table.names()) {
                table.number(name, arch).ifPresent(number -> {
                    String other = seen.put(number, name);
                    // both names are in the headers of Arm
                    if (other != null && !name.equals("sync_file_range2")) {
                        throw new AssertionError(arch + " " + number + " is " + other + " and " + name);
                    }
                });
            }
            assertThat(seen).hasSizeGreaterThan(300);
        }
        assertThat(table.name(437, SeccompArch.X86_64)).hasValue("openat2");
        assertThat(table.name(437, SeccompArch.X32)).isEmpty();
        assertThat(table.name(-1, SeccompArch.X86)).isEmpty();
    }
}
