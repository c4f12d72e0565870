package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.spec.LinuxIntelRdt;
import dev.alcove.spec.LinuxMemoryPolicy;
import dev.alcove.spec.LinuxPersonality;
import dev.alcove.spec.LinuxScheduler;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Properties that this machine's kernel cannot act upon: refused by their path, and nothing is left. */
final class OciRefusalsTest {
    @TempDir
    Path folder;

    private OciProgram oci;
    private Path bundle;
    private String plain = "";
    private final String id = "alcove-test-" + UUID.randomUUID().toString().substring(0, 8);

    @BeforeEach
    void program() throws IOException {
        Needs.root();
        Needs.programs("busybox-static", "busybox");
        oci = new OciProgram(folder);
        bundle = oci.bundle("bundle", "true", UnaryOperator.identity());
        plain = Files.readString(bundle.resolve("config.json"));
    }

    @AfterEach
    void nothingStays() throws IOException {
        if (oci != null) {
            assertThat(oci.left()).isEmpty();
        }
    }

    private void refused(UnaryOperator<OciSpec> change, String... words) throws IOException {
        OciSpec spec = dev.alcove.spec.OciJson.read(plain, OciSpec.class);
        Files.writeString(bundle.resolve("config.json"), dev.alcove.spec.OciJson.pretty(change.apply(spec)));
        Said said = oci.run("create", "--bundle", bundle.toString(), id);
        assertThat(said.status()).as(said.text()).isEqualTo(1);
        assertThat(said.text()).contains(words).doesNotContain("internal error");
        assertThat(oci.left()).isEmpty();
    }

    private static boolean has(String file) {
        return Files.exists(Path.of(file));
    }

    @Test
    void whatTheKernelDoesNotHave() throws Exception {
        if (!has("/sys/module/apparmor")) {
            refused(
                    OciConfigTest.process(p -> p.apparmorProfile("box")),
                    "process.apparmorProfile",
                    "AppArmor is not supported by this kernel, or not enabled");
        }
        if (!has("/sys/fs/selinux/enforce")) {
            refused(
                    OciConfigTest.process(p -> p.selinuxLabel("system_u:system_r:box_t:s0")),
                    "process.selinuxLabel",
                    "SELinux is not supported by this kernel, or not enabled");
            refused(OciConfigTest.linux(l -> l.mountLabel("system_u:object_r:box_t:s0")), "linux.mountLabel");
        }
        if (!has("/sys/fs/resctrl/schemata")) {
            refused(
                    OciConfigTest.linux(
                            l -> l.intelRdt(new LinuxIntelRdt("box", List.of(), "", "", false, false, false))),
                    "linux.intelRdt",
                    "/sys/fs/resctrl is not there");
        }
        refused(
                OciConfigTest.linux(l -> l.personality(new LinuxPersonality("LINUX", List.of("SHORT_INODE")))),
                "linux.personality.flags",
                "SHORT_INODE");
        refused(
                OciConfigTest.linux(l -> l.memoryPolicy(new LinuxMemoryPolicy("MPOL_BIND", "900", List.of()))),
                "linux.memoryPolicy.nodes",
                "900");
        refused(
                OciConfigTest.process(
                        p -> p.scheduler(new LinuxScheduler("SCHED_ISO", null, null, List.of(), null, null, null))),
                "process.scheduler.policy");
    }

    @Test
    void mountsThatCannotBe() throws Exception {
        refused(
                OciConfigTest.mounts(OciMount.of("/x", "bind", "/usr", List.of("bind", "idmap"))),
                "mounts[",
                "].options",
                "'idmap' needs uidMappings and gidMappings");
        refused(
                OciConfigTest.mounts(OciMount.of("/x", "tmpfs", "tmpfs", List.of("remount"))),
                "].options",
                "'remount'");
        refused(
                OciConfigTest.mounts(OciMount.of("/x", "bind", "/usr", List.of("bind", "tmpcopyup"))),
                "].options",
                "'tmpcopyup' is only for a tmpfs");
        refused(
                OciConfigTest.mounts(OciMount.of("/x", "bind", "/usr", List.of("bind", "nosuch=1"))),
                "].options",
                "'nosuch=1' is not an option of a bind mount");
    }

    @Test
    void whatCannotBeExecuted() throws Exception {
        refused(
                OciConfigTest.process(p -> p.args(List.of("/bin"))),
                "permission denied: is a directory",
                "likely cause");
    }
}
