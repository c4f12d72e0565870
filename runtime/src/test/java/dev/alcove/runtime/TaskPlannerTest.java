package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.LinuxTimeOffset;
import dev.alcove.spec.OciLinux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The programs of {@link EnterBuilder} and {@link UnshareBuilder}, compared with kept ones; -Dalcove.golden=write keeps anew. */
class TaskPlannerTest {
    private static final Path FOLDER = Path.of("src/test/resources/dev/alcove/runtime/golden-task");
    private static final HostFacts ROOT = Machines.root(Machines.v1());

    private static ContainerSpec spec(OciLinux linux) {
        Task task = new Task(List.of("id", "-u"));
        task.directory = "/srv";
        task.environment.put("PATH", "/usr/bin:/bin");
        return task.spec(linux);
    }

    private static ContainerSpec spec() {
        return spec(OciLinux.builder().build());
    }

    private static void isAsItWas(String name, Program program) throws IOException {
        Path file = FOLDER.resolve(name + ".txt");
        String text = program.text();
        if ("write".equals(System.getProperty("alcove.golden"))) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, text);
        }
        assertThat(file).as("run once with -Dalcove.golden=write").exists();
        assertThat(text).isEqualTo(Files.readString(file));
        assertThat(ProgramEncoder.encode(program)).isNotEmpty();
    }

    private static Entering entering(Set<NamespaceKind> ofTarget, Map<NamespaceKind, String> files, boolean fork) {
        return new Entering(
                ofTarget,
                files,
                !ofTarget.isEmpty(),
                Optional.empty(),
                OptionalInt.empty(),
                List.of(),
                Optional.empty(),
                new Entering.Places(Optional.of("/proc/7/root"), Optional.of("/proc/7/cwd"), Optional.empty()),
                new Becoming(Optional.empty(), Optional.empty(), false),
                false,
                fork,
                Optional.empty());
    }

    @Test
    void enterAllAsRoot() throws IOException {
        isAsItWas(
                "enter-root",
                EnterPlanner.plan(
                        spec(),
                        ROOT,
                        entering(
                                EnumSet.of(NamespaceKind.MOUNT, NamespaceKind.USER, NamespaceKind.PID),
                                Map.of(NamespaceKind.NET, "/run/netns/blue"),
                                true)));
    }

    @Test
    void enterAsAnOrdinaryUserWithoutFork() throws IOException {
        isAsItWas(
                "enter-user",
                EnterPlanner.plan(
                        spec(),
                        Machines.user(),
                        entering(
                                EnumSet.of(NamespaceKind.UTS, NamespaceKind.PID),
                                Map.of(NamespaceKind.USER, "/run/user/1000/me"),
                                false)));
    }

    /** What nsenter(1) takes of the target beside its namespaces, and the capabilities kept. */
    @Test
    void enterWithAllThatATargetHas() throws IOException {
        isAsItWas(
                "enter-more",
                EnterPlanner.plan(
                        spec(),
                        ROOT,
                        new Entering(
                                EnumSet.of(NamespaceKind.UTS, NamespaceKind.USER, NamespaceKind.NET),
                                Map.of(),
                                true,
                                Optional.of("/proc/7/ns/uts"),
                                OptionalInt.of(5),
                                List.of("/sys/fs/cgroup/memory/a/tasks", "/sys/fs/cgroup/pids/a/tasks"),
                                Optional.of("system_u:system_r:httpd_t:s0"),
                                new Entering.Places(Optional.empty(), Optional.empty(), Optional.of("/srv")),
                                new Becoming(Optional.of(33L), Optional.of(33L), true),
                                false,
                                true,
                                Optional.empty())));
    }

    /** A list of program formats: filled below the old root, mounted in the new one's /proc. */
    @Test
    void unshareWithProgramFormats() throws IOException {
        isAsItWas(
                "unshare-formats",
                UnsharePlanner.plan(
                        spec(),
                        ROOT,
                        new Unsharing(
                                EnumSet.of(NamespaceKind.MOUNT, NamespaceKind.USER),
                                Map.of(),
                                false,
                                Optional.empty(),
                                Optional.of("/proc"),
                                Optional.of(new Unsharing.Formats(
                                        "/proc/sys/fs/binfmt_misc",
                                        List.of(":hi:E::hi::/bin/cat:", ":ho:E::ho::/bin/ls:F"))),
                                "private",
                                Optional.of("/srv/root"),
                                Optional.empty(),
                                new Becoming(Optional.empty(), Optional.empty(), true),
                                9)));
    }

    private static Unsharing unsharing(Set<NamespaceKind> made, Map<NamespaceKind, String> pins, boolean fork) {
        return new Unsharing(
                made,
                pins,
                fork,
                made.contains(NamespaceKind.USER) ? Optional.of("deny") : Optional.empty(),
                Optional.of("/proc"),
                Optional.empty(),
                "private",
                Optional.of("/srv/root"),
                Optional.of("/tmp"),
                new Becoming(Optional.of(7L), Optional.of(8L), false),
                15);
    }

    @Test
    void unshareAllAsRoot() throws IOException {
        OciLinux linux = OciLinux.builder()
                .timeOffsets(Map.of("boottime", new LinuxTimeOffset(60, 0)))
                .build();
        Set<NamespaceKind> made = EnumSet.allOf(NamespaceKind.class);
        made.remove(NamespaceKind.USER);
        isAsItWas(
                "unshare-root",
                UnsharePlanner.plan(
                        spec(linux), ROOT, unsharing(made, Map.of(NamespaceKind.NET, "/run/netns/blue"), true)));
    }

    @Test
    void unshareAsAnOrdinaryUser() throws IOException {
        OciLinux linux = OciLinux.builder()
                .uidMappings(List.of(new LinuxIdMapping(0, 1000, 1)))
                .gidMappings(List.of(new LinuxIdMapping(0, 1000, 1)))
                .timeOffsets(Map.of("boottime", new LinuxTimeOffset(60, 0)))
                .build();
        isAsItWas(
                "unshare-user",
                UnsharePlanner.plan(
                        spec(linux), Machines.user(), unsharing(EnumSet.allOf(NamespaceKind.class), Map.of(), false)));
    }

    @Test
    void userNamespaceLastForRootAndFirstForOthers() {
        Entering all = entering(
                EnumSet.of(NamespaceKind.UTS), Map.of(NamespaceKind.USER, "/u", NamespaceKind.NET, "/n"), true);
        String root = EnterPlanner.plan(spec(), ROOT, all).text();
        assertThat(root.indexOf("CLONE_NEWUSER)")).isGreaterThan(root.indexOf("CLONE_NEWUTS)"));
        String user = EnterPlanner.plan(spec(), Machines.user(), all).text();
        assertThat(user.indexOf("CLONE_NEWUSER)")).isLessThan(user.indexOf("CLONE_NEWUTS)"));
        assertThat(user.indexOf("CLONE_NEWUTS)")).isLessThan(user.indexOf("CLONE_NEWNET)"));
    }
}
