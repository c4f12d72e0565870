package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.spec.ConfigFaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nothing of config.json is silently ignored: each property of the Linux part of the specification stands here, with
 * what shows that it acts or is refused. What is tested by a file is a printed program of the planner.
 */
final class OciPropertiesTest {
    /** A property, or all that begin alike; the first row that fits counts. */
    record Row(String property, String does, String test) {
        boolean covers(String path) {
            return property.endsWith("…")
                    ? path.startsWith(property.substring(0, property.length() - 1))
                    : path.equals(property);
        }

        @Override
        public String toString() {
            return property;
        }
    }

    private static final String TABLE = """
            ociVersion                               | acts    | it/OciConfigTest.annotationsAreInItsState
            annotations.*                            | acts    | it/OciConfigTest.annotationsAreInItsState
            root.path                                | acts    | it/OciTest.isMadeAndWaitsRunsEndsAndGoes
            root.readonly                            | acts    | it/OciConfigTest.mountsWithTheirOptionsAndARelativePlace
            hostname                                 | acts    | it/OciConfigTest.namesParametersHiddenPathsDevicesAndClocks
            domainname                               | acts    | it/OciConfigTest.namesParametersHiddenPathsDevicesAndClocks
            process.terminal                         | acts    | it/OciPreparationTest.aTerminalOfItsSize
            process.consoleSize.…                    | acts    | it/OciPreparationTest.aTerminalOfItsSize
            process.user.username                    | ignored | only Windows has it, config.md "User"
            process.user.…                           | acts    | it/OciConfigTest.whoItIsAndWhatItMay
            process.args[]                           | acts    | it/OciTest.aCommandThatIsNotThereIsRefusedByCreate
            process.env[]                            | acts    | it/OciConfigTest.whoItIsAndWhatItMay
            process.cwd                              | acts    | it/OciConfigTest.whoItIsAndWhatItMay
            process.capabilities.…                   | acts    | it/OciConfigTest.whoItIsAndWhatItMay
            process.rlimits[].…                      | acts    | it/OciConfigTest.whoItIsAndWhatItMay
            process.noNewPrivileges                  | acts    | it/OciConfigTest.whoItIsAndWhatItMay
            process.oomScoreAdj                      | acts    | it/OciConfigTest.whoItIsAndWhatItMay
            process.apparmorProfile                  | depends | it/OciRefusalsTest.whatTheKernelDoesNotHave
            process.selinuxLabel                     | depends | it/OciRefusalsTest.whatTheKernelDoesNotHave
            process.scheduler.policy                 | acts    | it/OciConfigTest.theKernelRunsItAsIsAskedFor
            process.scheduler.nice                   | acts    | it/OciConfigTest.theKernelRunsItAsIsAskedFor
            process.scheduler.flags[]                | acts    | golden/scheduling
            process.scheduler.priority               | acts    | it/OciResourcesTest.anIdleGroupAndOneWithRealTime
            process.scheduler.…                      | acts    | golden/deadline
            process.ioPriority.…                     | acts    | it/OciConfigTest.theKernelRunsItAsIsAskedFor
            process.execCPUAffinity.…                | acts    | it/OciConfigTest.oneMoreProcessRunsOnItsProcessorsAndInTheSameDomain
            mounts[].destination                     | acts    | it/OciConfigTest.mountsWithTheirOptionsAndARelativePlace
            mounts[].type                            | acts    | it/OciConfigTest.mountsWithTheirOptionsAndARelativePlace
            mounts[].source                          | acts    | it/OciConfigTest.mountsWithTheirOptionsAndARelativePlace
            mounts[].options[]                       | acts    | it/OciConfigTest.aTmpfsThatBeginsWithWhatIsThere
            mounts[].uidMappings[].…                 | acts    | it/OciConfigTest.mountsThatTranslateOwners
            mounts[].gidMappings[].…                 | acts    | it/OciConfigTest.mountsThatTranslateOwners
            hooks.…                                  | acts    | it/OciTest.hooksRunAtTheirPointInTheirNamespaces
            linux.uidMappings[].…                    | acts    | it/OciConfigTest.mountsThatTranslateOwners
            linux.gidMappings[].…                    | acts    | it/OciConfigTest.mountsThatTranslateOwners
            linux.sysctl.*                           | acts    | it/OciConfigTest.namesParametersHiddenPathsDevicesAndClocks
            linux.cgroupsPath                        | acts    | it/OciResourcesTest.aGroupByItsPathAndOneBelowForExec
            linux.namespaces[].…                     | acts    | it/OciConfigTest.everyKindOfNamespaceIsJoinedByItsPath
            linux.devices[].…                        | acts    | it/OciConfigTest.namesParametersHiddenPathsDevicesAndClocks
            linux.netDevices.*.name                  | acts    | it/OciPreparationTest.interfacesMoveInWithTheirAddresses
            linux.seccomp.defaultAction              | acts    | it/OciPreparationTest.actionsOperatorsAndErrorsAct
            linux.seccomp.defaultErrnoRet            | acts    | runtime/SeccompProfileTest.aPlainSpecificationObjectIsAProfile
            linux.seccomp.architectures[]            | acts    | runtime/SeccompProfileTest.aPlainSpecificationObjectIsAProfile
            linux.seccomp.flags[]                    | acts    | golden/seccomp-flags
            linux.seccomp.listenerPath               | acts    | it/OciPreparationTest.whoeverListensIsAskedAndTold
            linux.seccomp.listenerMetadata           | acts    | it/OciPreparationTest.whoeverListensIsAskedAndTold
            linux.seccomp.syscalls[].args[].…        | acts    | linux/SeccompAgainstLibseccompTest.everyOperatorOnEveryConvention
            linux.seccomp.syscalls[].…               | acts    | it/OciPreparationTest.actionsOperatorsAndErrorsAct
            linux.rootfsPropagation                  | acts    | runtime/RootPropagationTest
            linux.maskedPaths[]                      | acts    | it/OciConfigTest.namesParametersHiddenPathsDevicesAndClocks
            linux.readonlyPaths[]                    | acts    | it/OciConfigTest.namesParametersHiddenPathsDevicesAndClocks
            linux.mountLabel                         | depends | it/OciRefusalsTest.whatTheKernelDoesNotHave
            linux.intelRdt.…                         | depends | golden/resctrl
            linux.memoryPolicy.…                     | acts    | it/OciConfigTest.theKernelRunsItAsIsAskedFor
            linux.personality.domain                 | acts    | it/OciConfigTest.theKernelRunsItAsIsAskedFor
            linux.personality.flags[]                | refused | it/OciRefusalsTest.whatTheKernelDoesNotHave
            linux.timeOffsets.*.…                    | acts    | it/OciConfigTest.namesParametersHiddenPathsDevicesAndClocks
            linux.resources.memory.kernel            | refused | it/OciResourcesTest.whatTheMachineLacksIsRefusedByItsPath
            linux.resources.memory.…                 | acts    | it/OciResourcesTest.memoryProcessorsAndProcesses
            linux.resources.cpu.idle                 | acts    | it/OciResourcesTest.anIdleGroupAndOneWithRealTime
            linux.resources.cpu.realtimeRuntime      | acts    | it/OciResourcesTest.anIdleGroupAndOneWithRealTime
            linux.resources.cpu.realtimePeriod       | acts    | it/OciResourcesTest.anIdleGroupAndOneWithRealTime
            linux.resources.cpu.…                    | acts    | it/OciResourcesTest.memoryProcessorsAndProcesses
            linux.resources.pids.limit               | acts    | it/OciResourcesTest.memoryProcessorsAndProcesses
            linux.resources.devices[].…              | acts    | it/OciResourcesTest.devicesThatMayBeUsed
            linux.resources.blockIO.leafWeight       | refused | it/OciResourcesTest.whatTheMachineLacksIsRefusedByItsPath
            linux.resources.blockIO.weightDevice[].leafWeight | refused | runtime/PlannerRefusalsTest.isRefusedByName
            linux.resources.blockIO.weight           | depends | it/OciResourcesTest.whatTheMachineLacksIsRefusedByItsPath
            linux.resources.blockIO.weightDevice[].… | depends | golden/rare-limits-v2
            linux.resources.blockIO.…                | acts    | it/OciResourcesTest.blockDevices
            linux.resources.hugepageLimits[].…       | depends | it/OciResourcesTest.whatTheMachineLacksIsRefusedByItsPath
            linux.resources.network.…                | depends | it/OciResourcesTest.whatTheMachineLacksIsRefusedByItsPath
            linux.resources.rdma.*.…                 | depends | it/OciResourcesTest.whatTheMachineLacksIsRefusedByItsPath
            linux.resources.unified.*                | depends | it/OciResourcesTest.whatTheMachineLacksIsRefusedByItsPath
            """;

    static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (String line : TABLE.lines().toList()) {
            String[] cells = line.split("\\|", -1);
            rows.add(new Row(cells[0].strip(), cells[1].strip(), cells[2].strip()));
        }
        return rows;
    }

    static Stream<String> properties() {
        return ConfigFaults.properties().stream();
    }

    @ParameterizedTest
    @MethodSource("properties")
    void isInTheTable(String property) {
        assertThat(rows()).as("acts, depends on the machine, or is refused").anyMatch(row -> row.covers(property));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void hasWhatShowsIt(Row row) throws IOException {
        assertThat(properties()).anyMatch(row::covers);
        assertThat(row.does()).isIn("acts", "depends", "refused", "ignored");
        if (row.does().equals("ignored")) {
            return;
        }
        int slash = row.test().indexOf('/');
        String where = row.test().substring(0, slash);
        String name = row.test().substring(slash + 1);
        if (where.equals("golden")) {
            assertThat(Path.of("../runtime/src/test/resources/dev/alcove/runtime/golden", name + ".txt"))
                    .exists();
            return;
        }
        int dot = name.indexOf('.');
        String type = dot < 0 ? name : name.substring(0, dot);
        Path file = Path.of("..", where, "src/test/java/dev/alcove", where, type + ".java");
        assertThat(file).exists();
        assertThat(Files.readString(file)).contains(dot < 0 ? "@" : "void " + name.substring(dot + 1) + "(");
    }

    @Test
    void noPropertyIsOnlyIgnoredButWindowsOwn() {
        assertThat(rows().stream().filter(row -> row.does().equals("ignored")))
                .extracting(Row::property)
                .containsExactly("process.user.username");
    }
}
