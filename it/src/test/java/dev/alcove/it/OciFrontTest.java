package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.At;
import dev.alcove.linux.Fd;
import dev.alcove.linux.Open;
import dev.alcove.spec.OciHook;
import dev.alcove.spec.OciHooks;
import dev.alcove.spec.OciSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that {@code alcove-oci} does without a JVM, and when it does not. */
final class OciFrontTest {
    private static final Map<String, String> BY_JVM = Map.of("ALCOVE_QUICK", "0");

    @TempDir
    Path folder;

    private OciProgram oci;
    private final String id = "alcove-test-" + UUID.randomUUID().toString().substring(0, 8);

    @BeforeEach
    void program() throws IOException {
        Needs.root();
        Needs.programs("busybox-static", "busybox");
        Needs.that(dev.alcove.linux.Kernel.version() >= 6009, "needs Linux 6.9: a pidfd's inode tells processes apart");
        oci = new OciProgram(folder);
    }

    @AfterEach
    void nothingStays() throws IOException {
        if (oci != null) {
            Files.deleteIfExists(folder.resolve("java"));
            oci.giveJvm();
            for (String left : oci.left()) {
                oci.run("delete", "--force", left);
            }
            assertThat(oci.left()).isEmpty();
            try (var groups = Files.list(Path.of("/sys/fs/cgroup"))) {
                assertThat(groups.filter(g -> Files.exists(g.resolve("alcove-" + id))))
                        .isEmpty();
            }
        }
    }

    private void create(String name, UnaryOperator<OciSpec> change) throws IOException {
        String bundle = oci.bundle("bundle-" + name, "sleep 1000", change).toString();
        ok("create", "--bundle", bundle, name);
        assertThat(oci.root().resolve(name).resolve("commands")).exists();
    }

    private void ok(String... command) {
        Said said = oci.run(command);
        assertThat(said.status()).as(said.text()).isZero();
    }

    private int pid(String name) throws IOException {
        String record = Files.readString(oci.root().resolve(name).resolve("state.json"));
        int at = record.indexOf("\"pid\"") + 5;
        return Integer.parseInt(record.substring(record.indexOf(':', at) + 1, record.indexOf(',', at))
                .strip());
    }

    private void awaitStopped() {
        Wait.until("stopped", () -> oci.run("state", id).text().contains("\"status\": \"stopped\""));
    }

    /** The state as both ways print it. */
    private void bothSay(String status) throws IOException {
        Said cold = oci.run(BY_JVM, "state", id);
        oci.takeJvmAway();
        assertThat(oci.run("state", id)).isEqualTo(cold);
        oci.giveJvm();
        assertThat(cold.text()).contains("\"status\": \"" + status + "\"");
    }

    @Test
    void startStateKillAndDeleteNeedNoJvm() throws Exception {
        create(id, UnaryOperator.identity());
        bothSay("created");
        oci.takeJvmAway();
        Path log = folder.resolve("log");
        Said said = oci.run("--log=" + log, "-log-format", "json", "start", id);
        assertThat(said).isEqualTo(new Said(0, ""));
        assertThat(log).as("the log is made as ever").isEmptyFile();
        oci.giveJvm();
        bothSay("running");
        ok("pause", id);
        bothSay("paused");
        oci.takeJvmAway();
        ok("kill", id, "SIGKILL");
        awaitStopped();
        ok("delete", id);
        assertThat(oci.left()).isEmpty();
        assertThat(oci.run("state", id).status())
                .as("nothing is left to be read")
                .isNotZero();
    }

    /** CVE-2019-5736: what a container's process was executed from is not what the next caller executes. */
    @Test
    void whatTheNextCallerExecutesCannotBeReachedFromInside() throws Exception {
        create(id, UnaryOperator.identity());
        Path exe = Path.of("/proc/" + pid(id) + "/exe");
        assertThat(Files.readSymbolicLink(exe).toString()).startsWith("/memfd:alcove-oci");
        assertThatThrownBy(() ->
                        Files.newOutputStream(exe, StandardOpenOption.WRITE).close())
                .isInstanceOf(IOException.class);
        ok("start", id);
        byte[] before = Files.readAllBytes(oci.path());
        Path again = Files.writeString(folder.resolve("bundle-" + id + "/rootfs/bin/again"), "#!/proc/self/exe\n");
        Files.setPosixFilePermissions(again, PosixFilePermissions.fromString("rwxr-xr-x"));
        Said said = oci.run("exec", id, "/bin/again");
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.text()).contains("it cannot be executed by its name in /proc");
        assertThat(oci.path()).hasBinaryContent(before);
        ok("delete", "--force", id);
    }

    @Test
    void whatIsPausedBeforeItsStartStaysSo() throws Exception {
        create(id, UnaryOperator.identity());
        ok("pause", id);
        bothSay("paused");
        for (List<String> wrong : List.of(List.of("start", id), List.of("delete", id))) {
            Said quick = oci.run(wrong.toArray(String[]::new));
            assertThat(quick.status()).isEqualTo(1);
            assertThat(quick.text()).contains("paused");
        }
        ok("resume", id);
        bothSay("created");
        ok("start", id);
        bothSay("running");
        ok("delete", "--force", id);
    }

    @Test
    void whatIsWrongIsSaidAsEver() throws Exception {
        create(id, UnaryOperator.identity());
        ok("start", id);
        for (List<String> wrong : List.of(List.of("start", id), List.of("delete", id))) {
            Said quick = oci.run(wrong.toArray(String[]::new));
            assertThat(quick.status()).isEqualTo(1);
            assertThat(quick.text().substring(quick.text().indexOf("level")))
                    .isEqualTo(text(oci.run(BY_JVM, wrong.toArray(String[]::new))));
        }
        oci.takeJvmAway();
        ok("kill", id, "9");
        awaitStopped();
        oci.giveJvm();
        assertThat(oci.run("kill", id, "9").text()).contains("container not running");
        assertThat(oci.run("start", id).text()).contains("cannot start");
        bothSay("stopped");
        assertThat(oci.run("state", "../" + id).status()).isEqualTo(1);
    }

    private static String text(Said said) {
        return said.text().substring(said.text().indexOf("level"));
    }

    @Test
    void deleteEndsWhatWasNeverStartedAndForceWhatRuns() throws Exception {
        create(id, UnaryOperator.identity());
        Path process = Path.of("/proc", Integer.toString(pid(id)));
        oci.takeJvmAway();
        ok("delete", id);
        assertThat(oci.left()).isEmpty();
        oci.giveJvm();
        Wait.until("its end", () -> !Files.exists(process));
        create(id + "-2", UnaryOperator.identity());
        ok("start", id + "-2");
        oci.takeJvmAway();
        ok("delete", "--force", id + "-2");
        assertThat(oci.left()).isEmpty();
    }

    @Test
    void hooksAreTheJvms() throws Exception {
        Path ran = folder.resolve("ran");
        OciHook hook = new OciHook("/bin/sh", List.of("sh", "-c", "echo x >> " + ran), List.of(), 20);
        List<OciHook> none = List.of();
        create(
                id,
                spec -> spec.toBuilder()
                        .hooks(new OciHooks(none, none, none, none, List.of(hook), List.of(hook)))
                        .build());
        oci.takeJvmAway();
        assertThat(oci.run("start", id).status()).isNotZero();
        assertThat(oci.run("delete", "-f", id).status()).isNotZero();
        oci.giveJvm();
        bothSay("created");
        ok("start", id);
        assertThat(Files.readAllLines(ran)).hasSize(1);
        ok("delete", "--force", id);
        assertThat(Files.readAllLines(ran)).hasSize(2);
    }

    @Test
    void aProgramThatSomebodyElseCouldHaveWrittenIsIgnored() throws Exception {
        create(id, UnaryOperator.identity());
        Path container = oci.root().resolve(id);
        Path program = container.resolve("commands");
        byte[] content = Files.readAllBytes(program);
        oci.takeJvmAway();
        ok("state", id);
        owner(program, 65534);
        refused("another's");
        owner(program, 0);
        ok("state", id);
        permissions(program, "rw--w----");
        refused("its group can write it");
        permissions(program, "rw-------");
        Path second = Files.createLink(folder.resolve("second"), program);
        refused("it has a second name");
        Files.delete(second);
        ok("state", id);
        permissions(container, "rwx----w-");
        refused("others can write the folder");
        permissions(container, "rwx------");
        permissions(oci.root(), "rwxrwxrwx");
        refused("others can write the root");
        permissions(oci.root(), "rwxr-xr-x");
        Path elsewhere = Files.write(folder.resolve("elsewhere"), content);
        Files.delete(program);
        Files.createSymbolicLink(program, elsewhere);
        refused("a link");
        Files.delete(program);
        Files.write(program, java.util.Arrays.copyOf(content, content.length / 2));
        permissions(program, "rw-------");
        refused("cut off");
    }

    private void refused(String why) {
        assertThat(oci.run("state", id).status()).as(why).isNotZero();
    }

    private static void owner(Path file, int uid) {
        try (Fd directory = Open.path().directory().at(file.getParent())) {
            At.owner(directory, file.getFileName().toString(), uid, 0);
        }
    }

    private static void permissions(Path file, String permissions) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void aProgramIsOfOneContainerAndOneRecord() throws Exception {
        String other = id + "-2";
        create(id, UnaryOperator.identity());
        create(other, UnaryOperator.identity());
        Path own = oci.root().resolve(id).resolve("commands");
        byte[] kept = Files.readAllBytes(own);
        Files.write(own, Files.readAllBytes(oci.root().resolve(other).resolve("commands")));
        oci.takeJvmAway();
        refused("another container's");
        assertThat(oci.run("kill", id, "KILL").status()).isNotZero();
        assertThat(oci.run("delete", "--force", id).status()).isNotZero();
        assertThat(oci.run("state", other).text()).as("it lives").contains("created");
        Files.write(own, kept);
        ok("state", id);
        Path record = oci.root().resolve(id).resolve("state.json");
        Files.write(record, Files.readAllBytes(record));
        refused("the record was written since");
        oci.giveJvm();
        ok("state", id);
    }

    @Test
    void aLaterProcessOfTheSameNumberIsLeftAlone() throws Exception {
        create(id, UnaryOperator.identity());
        int pid = pid(id);
        Process other = new ProcessBuilder("sleep", "1000").start();
        try {
            // As if that had come to the number: the program names it, and the first process's identity.
            Path program = oci.root().resolve(id).resolve("commands");
            ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(program)).order(ByteOrder.LITTLE_ENDIAN);
            int changed = 0;
            for (int at = 0; at + 4 <= content.capacity(); at += 4) {
                if (content.getInt(at) == pid) {
                    content.putInt(at, (int) other.pid());
                    changed++;
                }
            }
            assertThat(changed).isPositive();
            Files.write(program, content.array());
            oci.takeJvmAway();
            assertThat(oci.run("state", id).text()).contains("\"status\": \"stopped\"");
            assertThat(oci.run("kill", id, "KILL").status()).isNotZero();
            assertThat(oci.run("delete", "--force", id).status())
                    .as("the group has somebody in it, which is the JVM's affair")
                    .isNotZero();
            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly().waitFor();
        }
    }
}
