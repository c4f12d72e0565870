package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.MountAttribute;
import dev.alcove.spec.LinuxDevice;
import dev.alcove.spec.LinuxNamespace;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciRoot;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.SpecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What criu is asked for, as texts that are kept; -Dalcove.golden=write writes them. */
class CriuPlanTest {
    private static final Path FOLDER = Path.of("src/test/resources/dev/alcove/runtime/golden-criu");

    private static OciCheckpoint wanted(boolean everything) {
        boolean on = everything;
        return new OciCheckpoint(
                "criu",
                Path.of("/images"),
                Optional.of(Path.of("/work")),
                on ? "../before" : "",
                on,
                false,
                on,
                on,
                on,
                on,
                on,
                on,
                on,
                on,
                -1,
                on ? "10.0.0.7:4000" : "",
                on ? "strict" : "",
                on ? List.of("network") : List.of(),
                on ? "apparmor:other" : "",
                on ? "system_u:object_r:other_t:s0" : "");
    }

    private static OciSpec config(List<LinuxNamespace> namespaces) {
        return OciSpec.builder()
                .mounts(List.of(
                        OciMount.of("/proc", "proc", "proc", List.of()),
                        OciMount.of("/run", "tmpfs", "tmpfs", List.of()),
                        OciMount.of("/etc/hosts", "bind", "/srv/hosts", List.of("rbind", "ro")),
                        OciMount.of("/data", "none", "/srv/data", List.of("bind"))))
                .linux(OciLinux.builder()
                        .namespaces(namespaces)
                        .maskedPaths(List.of("/proc/kcore", "/sys/firmware"))
                        .devices(List.of(new LinuxDevice("/dev/fuse", "c", 10L, 229L, 0666L, 0L, 0L)))
                        .build())
                .build();
    }

    private static final List<LinuxNamespace> OWN =
            List.of(new LinuxNamespace("pid", ""), new LinuxNamespace("network", ""), new LinuxNamespace("mount", ""));
    private static final List<LinuxNamespace> JOINED = List.of(
            new LinuxNamespace("network", "/run/netns/pod"),
            new LinuxNamespace("ipc", "/proc/7/ns/ipc"),
            new LinuxNamespace("pid", "/proc/7/ns/pid"),
            new LinuxNamespace("mount", ""));

    private static CriuPlan.Facts facts(boolean restore) {
        return new CriuPlan.Facts(
                20,
                21,
                "/bundle/rootfs",
                restore ? 0 : 4711,
                restore ? Optional.empty() : Optional.of("/sys/fs/cgroup/alcove-c"),
                List.of("/proc/kcore"),
                Map.of("/run/netns/pod", 4026532001L, "/proc/7/ns/ipc", 4026532002L, "/proc/7/ns/pid", 4026532003L),
                restore ? Map.of("", "/alcove-c") : Map.of(),
                restore ? List.of("/dev/null", "pipe:[12]", "pipe:[13]") : List.of(),
                Map.of());
    }

    private static void golden(String name, CriuMessage message) throws IOException {
        Path file = FOLDER.resolve(name + ".txt");
        if ("write".equals(System.getProperty("alcove.golden"))) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, message.toString());
        }
        assertThat(file).as("run once with -Dalcove.golden=write").exists();
        assertThat(message).hasToString(Files.readString(file));
        assertThat(message.encode()).isNotEmpty();
    }

    @Test
    void requestsAreAsTheyWere() throws IOException {
        golden("dump", CriuPlan.dump(config(OWN), wanted(false), facts(false)));
        golden("dump-everything", CriuPlan.dump(config(JOINED), wanted(true), facts(false)));
        golden("restore", CriuPlan.restore(config(OWN), wanted(false), facts(true)));
        golden("restore-everything", CriuPlan.restore(config(JOINED), wanted(true), facts(true)));
        OciCheckpoint w = wanted(false);
        OciCheckpoint before = new OciCheckpoint(
                w.program(),
                w.images(),
                w.work(),
                "",
                false,
                true,
                false,
                false,
                false,
                false,
                false,
                false,
                false,
                false,
                -1,
                "",
                "",
                List.of(),
                "",
                "");
        golden("pre-dump", CriuPlan.dump(config(OWN), before, facts(false)));
    }

    @Test
    void anAnnotationNamesAnotherFileOfSettings() {
        OciSpec none = config(OWN).toBuilder()
                .annotations(Map.of("org.criu.config", ""))
                .build();
        assertThat(CriuPlan.dump(none, wanted(false), facts(false)).toString()).doesNotContain("config_file");
        OciSpec own = config(OWN).toBuilder()
                .annotations(Map.of("org.criu.config", "/etc/own"))
                .build();
        assertThat(CriuPlan.dump(own, wanted(false), facts(false)).toString()).contains("config_file: \"/etc/own\"");
    }

    @Test
    void namespacesAreGivenInTheOrderOfTheirNumbers() {
        assertThat(CriuPlan.given(config(JOINED))).containsExactly("/run/netns/pod", "/proc/7/ns/pid");
        assertThatThrownBy(() -> CriuPlan.restore(
                        config(List.of(new LinuxNamespace("cgroup", "/proc/7/ns/cgroup"))), wanted(false), facts(true)))
                .isInstanceOf(SpecException.class)
                .hasMessageContaining("linux.namespaces: 'cgroup' is joined by path");
    }

    @Test
    void whatCannotBeAskedForIsRefused() {
        CriuPlan.check(wanted(true));
        refused("--manage-cgroups-mode: 'some'", w(w -> w, "some", List.of(), ""));
        refused("--empty-ns: namespace \"pid\" is not supported", w(w -> w, "", List.of("pid"), ""));
        for (String server : List.of("here", ":1", "h:0", "h:65536", "h:x")) {
            refused("--page-server: '" + server + "'", w(w -> w, "", List.of(), server));
        }
        refused("--parent-path: '/before' must be relative", w(w -> "/before", "", List.of(), ""));
    }

    private static OciCheckpoint w(
            java.util.function.UnaryOperator<String> parent, String mode, List<String> empty, String server) {
        OciCheckpoint w = wanted(false);
        return new OciCheckpoint(
                w.program(),
                w.images(),
                w.work(),
                parent.apply(""),
                false,
                false,
                false,
                false,
                false,
                false,
                false,
                false,
                false,
                false,
                -1,
                server,
                mode,
                empty,
                "",
                "");
    }

    private static void refused(String why, OciCheckpoint wanted) {
        assertThatThrownBy(() -> CriuPlan.check(wanted))
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining(why);
    }

    @Test
    void whatCriuForgetsIsKnownFromTheConfiguration() {
        OciSpec readOnly =
                config(OWN).toBuilder().root(new OciRoot("rootfs", true)).build();
        Set<MountAttribute> hidden = Set.of(MountAttribute.READ_ONLY, MountAttribute.NOSUID, MountAttribute.NOEXEC);
        assertThat(RestoredProtection.of(readOnly))
                .containsExactly(
                        new RestoredProtection("/", Set.of(MountAttribute.READ_ONLY), false),
                        new RestoredProtection("/etc/hosts", Set.of(MountAttribute.READ_ONLY), false),
                        new RestoredProtection("/proc/kcore", hidden, false),
                        new RestoredProtection("/sys/firmware", hidden, false));
        assertThat(RestoredProtection.of(OciSpec.builder().build())).isEmpty();
    }
}
