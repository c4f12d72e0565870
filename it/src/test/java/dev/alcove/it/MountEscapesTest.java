package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Proc;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerException;
import dev.alcove.spec.OciMount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ways out by links: in the root file system, in volumes, fixed or exchanged while another container starts. Every place
 * is found once, inside the root, by descriptor, and what is mounted there is mounted on the descriptor.
 */
@Timeout(180)
class MountEscapesTest {
    private static final int ROUNDS = 40;

    /** What /proc must be like: itself, some of it hidden, some of it read-only. */
    private static final String PROTECTED = "proc\n0\n1:3\nEROFS";

    /** No file is written to: one is opened for writing. */
    private static final String LOOK =
            "stat -f -c %T /proc/self/; cat /proc/interrupts | wc -c; stat -L -c %t:%T /proc/keys;"
                    + " /attack open-to-write /proc/sys/kernel/core_pattern";

    @TempDir
    Path folder;

    private Path outside;

    @BeforeEach
    void prepare() throws IOException {
        Needs.root();
        outside = Files.createDirectories(folder.resolve("outside"));
    }

    private Path root() throws IOException {
        return Attack.root(Files.createDirectory(folder.resolve("root")));
    }

    private void nothingOutside() throws IOException {
        try (Stream<Path> all = Files.list(outside)) {
            assertThat(all).isEmpty();
        }
    }

    private static void link(Path at, String target) throws IOException {
        Files.createSymbolicLink(at, Path.of(target));
    }

    @Test
    @DisplayName("the machine's own /proc and the usual container's")
    void theLooksBite() {
        assertThat(Shell.attempt(List.of("sh", "-c", "cat /proc/interrupts | wc -c"))
                        .text())
                .isNotEqualTo("0");
        assertThat(Shell.run(Attack.file().toString(), "open-to-write", "/proc/sys/kernel/core_pattern"))
                .isIn("ok", "EROFS");
        assertThat(Attack.say(Attack.container("sh", "-c", LOOK))).isEqualTo(PROTECTED);
    }

    /**
     * runc set the AppArmor profile by writing to /proc, and took a volume over /proc for it: the container ran without.
     * Here nothing of a container's confinement goes through its /proc, and that stays covered.
     */
    @Test
    @DisplayName("CVE-2019-16884: a volume over /proc")
    void cve_2019_16884() throws IOException {
        Path own = Files.createDirectories(outside.resolve("proc"));
        Files.createDirectories(own.resolve("self/attr"));
        Files.writeString(own.resolve("self/attr/exec"), "");
        OciMount volume = OciMount.of("/proc", "bind", own.toString(), List.of("rbind"));
        try (Container room = Attack.container("sh").mount(volume).start();
                Shell inside = Shell.in(room)) {
            assertThat(inside.say("ls /proc")).as("the volume is there").isEqualTo("self");
            String status = Files.readString(Path.of("/proc/" + room.pid() + "/status"));
            assertThat(status).containsPattern("Seccomp:\\s+2").containsPattern("CapEff:\\s+00000000a80425fb");
            assertThat(inside.attempt("umount /proc").status()).isNotZero();
            assertThat(inside.attempt("umount -l /proc").status()).isNotZero();
            Said entered = Attack.enter(room.exec("sh", "-c", "umount /proc; ls /proc"));
            assertThat(entered.text()).endsWith("self");
        }
        assertThat(own.resolve("self/attr/exec"))
                .as("nothing was written to it")
                .hasContent("");
    }

    /**
     * A root file system whose /proc is a link: runc mounted and protected one thing, and the container used the other
     * (2019-19921 with two containers, 2023-27561 and 2023-28642 with one). Here the link is followed inside the root, once,
     * and the parts of what was mounted there are protected by its descriptor.
     */
    @Test
    @DisplayName("CVE-2023-27561, CVE-2023-28642, CVE-2019-19921: /proc is a link")
    void cve_2023_27561() throws IOException {
        Path root = root();
        Files.createDirectories(root.resolve("elsewhere/sys/kernel"));
        Files.writeString(root.resolve("elsewhere/sys/kernel/core_pattern"), "false");
        link(root.resolve("proc"), "/elsewhere");
        assertThat(Attack.say(Attack.in(root, "sh", "-c", LOOK))).isEqualTo(PROTECTED);
        for (String target : List.of(
                outside.toString(), "../../../../../../../../" + outside, "/proc/self/cwd", "proc", "/dev/../proc")) {
            Files.delete(root.resolve("proc"));
            link(root.resolve("proc"), target);
            startsProtectedOrNot(Attack.in(root, "sh", "-c", LOOK));
        }
        nothingOutside();
        assertThat(root.resolve("elsewhere/sys/kernel/core_pattern")).hasContent("false");
    }

    private static void startsProtectedOrNot(ContainerBuilder builder) {
        try {
            assertThat(Attack.say(builder)).isEqualTo(PROTECTED);
        } catch (ContainerException e) {
            assertThat(e).hasMessageContaining("likely cause: ").hasMessageContaining("\n  step ");
        }
    }

    @Test
    @DisplayName("CVE-2023-28642: /sys and /proc/sys by links")
    void cve_2023_28642() throws IOException {
        Path root = root();
        link(root.resolve("proc"), "tmp/proc");
        link(root.resolve("sys"), "tmp/sys");
        Files.createDirectories(root.resolve("tmp/proc"));
        Files.createDirectories(root.resolve("tmp/sys"));
        assertThat(Attack.say(Attack.in(root, "sh", "-c", LOOK + "; stat -f -c %T /sys/; ls /sys/firmware | wc -l")))
                .isEqualTo(PROTECTED + "\nsysfs\n0");
    }

    /**
     * The place of a mount lies in a volume that another container has as well, and is exchanged for a link after runc has
     * looked at it and before it mounts: the mount came to lie on the host. Here what was found is what is mounted on.
     */
    @Test
    @DisplayName("CVE-2021-30465: a mount's target is exchanged for a link")
    void cve_2021_30465() throws IOException {
        Path shared = Files.createDirectories(folder.resolve("shared"));
        Files.createDirectories(shared.resolve("a"));
        OciMount volume = OciMount.of("/vol", "bind", shared.toString(), List.of("rbind"));
        long seed = Long.getLong("alcove.seed", 20210530);
        System.out.println("CVE-2021-30465: seed " + seed);
        Random random = new Random(seed);
        List<String> targets = List.of(outside.toString(), "../".repeat(12) + outside, "..", "/proc/1/root" + outside);
        int ran = 0;
        for (String target : targets) {
            Files.deleteIfExists(shared.resolve("link"));
            link(shared.resolve("link"), target);
            ran += round(volume, "/vol/link/x");
            try (Container attacker = Attack.container(Attack.words("exchange", "/vol/a", "/vol/link"))
                    .mount(volume)
                    .start()) {
                var said = attacker.process().inputReader(StandardCharsets.UTF_8);
                assertThat(said.readLine()).isEqualTo("exchanging");
                for (int i = 0; i < ROUNDS / targets.size(); i++) {
                    ran += round(volume, "/vol/a/" + (random.nextBoolean() ? "x" : "y" + i));
                }
                attacker.process().getOutputStream().close();
                assertThat(Long.parseLong(said.readLine())).as("exchanges").isGreaterThan(ROUNDS);
                assertThat(attacker.waitFor()).isZero();
            }
            if (!Files.isDirectory(shared.resolve("a"), LinkOption.NOFOLLOW_LINKS)) {
                Files.move(shared.resolve("a"), shared.resolve("link-again"));
                Files.move(shared.resolve("link"), shared.resolve("a"));
                Files.delete(shared.resolve("link-again"));
            }
        }
        System.out.println("CVE-2021-30465: " + ran + " of " + (ROUNDS + targets.size()) + " starts succeeded");
        nothingOutside();
        assertThat(Proc.mounts(dev.alcove.linux.Kernel.pid()).orElseThrow())
                .noneMatch(m -> m.mountPoint().startsWith(folder.toString()));
    }

    private int round(OciMount volume, String at) {
        ContainerBuilder victim = new ContainerBuilder("sh", "-c", "test ! -e " + outside)
                .mount(volume)
                .mount(OciMount.of(at, "tmpfs", "tmpfs", List.of()));
        try {
            Attack.say(victim);
            return 1;
        } catch (ContainerException e) {
            assertThat(e).hasMessageContaining("\n  step ");
            return 0;
        }
    }

    /**
     * BuildKit looked at a mount's source and mounted it by name afterwards. Here a source is looked up once, and its
     * options are given to what was found: whichever of the two it is, it is read-only.
     */
    @Test
    @DisplayName("CVE-2024-23651: a mount's source is exchanged")
    void cve_2024_23651() throws IOException {
        Path shared = Files.createDirectories(folder.resolve("shared"));
        Path other = Files.createDirectories(outside.resolve("other"));
        Files.createDirectories(shared.resolve("a"));
        link(shared.resolve("link"), other.toString());
        OciMount volume = OciMount.of("/vol", "bind", shared.toString(), List.of("rbind"));
        try (Container attacker = Attack.container(Attack.words("exchange", "/vol/a", "/vol/link"))
                .mount(volume)
                .start()) {
            var said = attacker.process().inputReader(StandardCharsets.UTF_8);
            assertThat(said.readLine()).isEqualTo("exchanging");
            for (int i = 0; i < ROUNDS; i++) {
                OciMount source = OciMount.of("/in", "bind", shared.resolve("a").toString(), List.of("rbind", "rro"));
                assertThat(Attack.say(new ContainerBuilder(
                                        "sh", "-c", "(: > /in/written) 2>/dev/null && echo written || echo read-only")
                                .mount(source)))
                        .isEqualTo("read-only");
            }
            attacker.process().getOutputStream().close();
            assertThat(Long.parseLong(said.readLine())).as("exchanges").isGreaterThan(ROUNDS);
        }
        assertThat(other.resolve("written")).doesNotExist();
    }

    /**
     * runc hid files by binding the container's own /dev/null over them, which the container could have made a link to
     * something else. Here what hides is the host's, taken before the container's root is one.
     */
    @Test
    @DisplayName("CVE-2025-31133: the /dev/null that hides is a link")
    void cve_2025_31133() throws IOException {
        Path root = root();
        Files.createDirectories(root.resolve("dev"));
        link(root.resolve("dev/null"), "/proc/sys/kernel/core_pattern");
        assertThat(Attack.say(Attack.in(root, "sh", "-c", LOOK))).isEqualTo(PROTECTED);
        Path dev = Files.createDirectories(folder.resolve("dev"));
        link(dev.resolve("null"), "/proc/sys/kernel/core_pattern");
        OciMount volume = OciMount.of("/dev", "bind", dev.toString(), List.of("rbind"));
        assertThat(Attack.say(Attack.in(root, "sh", "-c", LOOK).mount(volume))).isEqualTo(PROTECTED);
        assertThat(dev.toFile().list()).as("no node was made in the volume").containsExactly("null");
        assertThat(Files.isSymbolicLink(dev.resolve("null"))).isTrue();
    }

    /**
     * runc bound the terminal on /dev/console by name before it protected /proc: either of the two could be a link by then.
     * Here the terminal is bound by its descriptor, on a /dev that only this container has.
     */
    @Test
    @DisplayName("CVE-2025-52565: /dev/console is a link")
    void cve_2025_52565() throws IOException {
        Path root = root();
        Files.createDirectories(root.resolve("dev"));
        link(root.resolve("dev/console"), "/proc/sys/kernel/core_pattern");
        link(root.resolve("dev/pts"), "/proc/sys");
        link(root.resolve("dev/ptmx"), "/proc/sysrq-trigger");
        try (Container room = Attack.in(root, "sleep", "1000").terminal(true).start()) {
            Said said = Attack.enter(room.exec(
                    "sh", "-c", "stat -c '%F %t' /dev/console; stat -f -c %T /dev/pts/; readlink /dev/ptmx; " + LOOK));
            assertThat(said.text()).isEqualTo("character special file 88\ndevpts\npts/ptmx\n" + PROTECTED);
        }
        Path dev = Files.createDirectories(folder.resolve("dev"));
        link(dev.resolve("console"), outside + "/console");
        OciMount volume = OciMount.of("/dev", "bind", dev.toString(), List.of("rbind"));
        try (Container room =
                Attack.in(root, "sleep", "1000").mount(volume).terminal(true).start()) {
            assertThat(room.pid()).isPositive();
        } catch (ContainerException e) {
            assertThat(e).hasMessageContaining("\n  step ");
        }
        nothingOutside();
    }

    /** Links and odd nodes where the root file system has its /dev: they are covered, and nothing is made through them. */
    @Test
    @DisplayName("links and odd nodes in the root file system's /dev")
    void oddDevices() throws IOException {
        Path root = root();
        Path dev = Files.createDirectories(root.resolve("dev"));
        for (String name : List.of("null", "zero", "fd", "shm", "mqueue", "pts", "tty", "core")) {
            link(dev.resolve(name), outside + "/" + name);
        }
        Shell.run("mkfifo", dev.resolve("random").toString());
        Files.writeString(dev.resolve("urandom"), "not random");
        String look = "stat -c '%F %t:%T' /dev/null /dev/random /dev/urandom; stat -f -c %T /dev/pts/ /dev/shm/";
        String usual =
                "character special file 1:3\ncharacter special file 1:8\ncharacter special file 1:9\ndevpts\ntmpfs";
        assertThat(Attack.say(Attack.in(root, "sh", "-c", look))).isEqualTo(usual);
        nothingOutside();
        Shell.run("rm", "-rf", dev.toString());
        for (String target : List.of(outside.toString(), "/tmp", "..", "../../../../../../../../.." + outside)) {
            link(root.resolve("dev"), target);
            try {
                assertThat(Attack.say(Attack.in(root, "sh", "-c", look))).isEqualTo(usual);
            } catch (ContainerException e) {
                assertThat(e).hasMessageContaining("\n  step ");
            }
            nothingOutside();
            Files.delete(root.resolve("dev"));
        }
    }
}
