package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Kernel;
import dev.alcove.linux.MountChange;
import dev.alcove.linux.Proc;
import dev.alcove.linux.Propagation;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.SeccompChoice;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Scanner;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ways out through what the kernel offers to the privileged: its helpers, devices, mounts, and other processes. */
@Timeout(120)
class KernelEscapesTest {
    @TempDir
    Path folder;

    @BeforeEach
    void root() {
        Needs.root();
    }

    /**
     * The release agent of a version 1 hierarchy is a program of the host's, executed as its root when a group becomes
     * empty (CVE-2022-0492, and every privileged container). Here the hierarchies cannot be mounted, the container's own
     * groups are read-only, and the file, which only a hierarchy's root has, is not among them.
     */
    @Test
    @DisplayName("CVE-2022-0492: the control groups' release agent")
    void releaseAgent() throws IOException {
        Path agent = Path.of("/sys/fs/cgroup/memory/release_agent");
        Needs.that(Files.exists(agent), "needs the memory controller in a version 1 hierarchy");
        String before = Files.readString(agent);
        String refused = "mounted EPERM EPERM EPERM EPERM";
        assertThat(Attack.tried("release-agent", "/tmp/groups"))
                .isEqualTo(refused + ", user namespace EPERM, mounted there EPERM EPERM EPERM EPERM");
        String unfiltered = Attack.say(
                Attack.container(Attack.words("release-agent", "/tmp/groups")).seccomp(SeccompChoice.unconfined()));
        assertThat(unfiltered)
                .as("without the filter: a user namespace helps no further")
                .startsWith(refused + ", user namespace ok, mounted there ");
        try (Container room = Attack.container("sh").start();
                Shell inside = Shell.in(room)) {
            assertThat(inside.say("ls /sys/fs/cgroup")).contains("memory");
            assertThat(inside.say("find /sys/fs/cgroup -name release_agent")).isEmpty();
            assertThat(inside.say("/attack open-to-write /sys/fs/cgroup/memory/notify_on_release"))
                    .isEqualTo("EROFS");
            assertThat(inside.say("mkdir /sys/fs/cgroup/memory/x 2>&1 || true")).contains("Read-only");
        }
        assertThat(Files.readString(agent)).isEqualTo(before);
    }

    /** The host's kernel executes what core_pattern and its like name, as the host's root: all are read-only here. */
    @Test
    @DisplayName("core_pattern, and the kernel's other helpers")
    void corePattern() throws IOException {
        String before = Files.readString(Path.of("/proc/sys/kernel/core_pattern"));
        try (Container room = Attack.container("sh").start();
                Shell inside = Shell.in(room)) {
            for (String path : List.of(
                    "/proc/sys/kernel/core_pattern",
                    "/proc/sys/kernel/modprobe",
                    "/proc/sys/kernel/hotplug",
                    "/proc/sys/fs/binfmt_misc/register",
                    "/proc/sys/vm/panic_on_oom",
                    "/proc/sysrq-trigger",
                    "/sys/kernel/uevent_helper",
                    "/sys/power/state")) {
                if (Files.exists(Path.of(path))
                        && inside.attempt("test -e " + path).status() == 0) {
                    assertThat(inside.say("/attack open-to-write " + path))
                            .as(path)
                            .isIn("EROFS", "EACCES", "EPERM");
                }
            }
            assertThat(inside.say("test -e /proc/sys/kernel/core_pattern && /attack open-to-write"
                            + " /proc/sys/kernel/core_pattern"))
                    .isEqualTo("EROFS");
            assertThat(inside.attempt("mount -o remount,rw /proc/sys").status()).isNotZero();
            assertThat(inside.attempt("umount /proc/sys").status()).isNotZero();
        }
        assertThat(Files.readString(Path.of("/proc/sys/kernel/core_pattern"))).isEqualTo(before);
    }

    /** What a container mounts on a volume appears on the host only if that was asked for. */
    @Test
    @DisplayName("a way out by shared mounts")
    void sharedMounts() {
        OwnMounts.in(folder, base -> {
            MountChange.create().propagation(Propagation.SHARED).apply(base);
            for (String options : List.of("rbind", "rbind,rslave", "rbind,rshared")) {
                OciMount volume = OciMount.of("/volume", "bind", base.toString(), List.of(options.split(",", -1)));
                try (Container room = Attack.container("sh")
                                .privileged(true)
                                .mount(volume)
                                .start();
                        Shell inside = Shell.in(room)) {
                    inside.say("mkdir -p /volume/at && mount -t tmpfs none /volume/at && touch /volume/at/inside");
                    assertThat(Files.exists(base.resolve("at/inside")))
                            .as(options)
                            .isEqualTo(options.endsWith("rshared"));
                    inside.say("umount /volume/at");
                }
            }
        });
    }

    /** The same user's processes, in another container or outside: their numbers mean nothing in here. */
    @Test
    @DisplayName("ptrace, signals and /proc of siblings, of the monitor, and of the host's")
    void siblings() throws IOException {
        try (Container other = new ContainerBuilder("sleep", "1000").start();
                Container room = Attack.container("sh").start();
                Shell inside = Shell.in(room)) {
            int monitor = Proc.stat(room.pid()).orElseThrow().parent();
            assertThat(Proc.status(other.pid()).orElseThrow().uids()).containsOnly(0L);
            assertThat(Proc.status(monitor).orElseThrow().uids()).containsOnly(0L);
            assertThat(inside.say("sleep 1000 & /attack trace $!"))
                    .as("one of its own can be")
                    .isEqualTo("seized ok, signalled ok, memory ok, files ok");
            for (int pid : List.of(other.pid(), room.pid(), monitor, Kernel.pid())) {
                if (inside.attempt("test -e /proc/" + pid).status() == 0) {
                    continue; // the number is in use in here as well, by one of its own
                }
                String refused = "seized ESRCH, signalled ESRCH, memory ENOENT, files ENOENT";
                assertThat(inside.say("/attack trace " + pid)).isEqualTo(refused);
                assertThat(Attack.enter(room.exec(Attack.words("trace", Integer.toString(pid))))
                                .text())
                        .as("from a process that entered")
                        .isEqualTo(refused);
            }
            assertThat(inside.say("echo $PPID; cat /proc/1/stat | cut -d ' ' -f 4"))
                    .isEqualTo("0\n0");
            assertThat(inside.say("kill -KILL -1; echo alive")).isEqualTo("alive");
            assertThat(other.process().isAlive()).isTrue();
        }
    }

    /** A set-user-ID program of the root file system: with no_new_privs it is one like any other. */
    @Test
    @DisplayName("a set-user-ID program, with no_new_privs")
    void setUserId() throws IOException {
        Path root = Attack.root(folder.resolve("root"));
        Path program = root.resolve("become-root");
        Files.copy(Attack.file(), program, StandardCopyOption.REPLACE_EXISTING);
        Shell.run("chmod", "4755", program.toString());
        OciUser user = new OciUser(1000, 1000, null, List.of(), "");
        assertThat(Attack.say(Attack.in(root, "/become-root", "who").user(user).noNewPrivileges(false)))
                .as("without it")
                .isEqualTo("1000 0 0");
        assertThat(Attack.say(Attack.in(root, "/become-root", "who").user(user).noNewPrivileges(true)))
                .isEqualTo("1000 1000 1");
    }

    /** Nodes can be made as docker lets them; the host's disk, memory and kernel log cannot be opened by them. */
    @Test
    @DisplayName("device nodes made by mknod")
    void deviceNodes() throws IOException {
        Path devices = Path.of("/sys/fs/cgroup/devices");
        Needs.that(Files.isDirectory(devices), "needs the devices controller");
        try (Container room = Attack.container("sh").start();
                Shell inside = Shell.in(room)) {
            assertThat(inside.say("/attack node /dev/own c 1 3")).isEqualTo("made ok, read ok, written ok");
            String refused = "made ok, read EPERM, written EPERM";
            assertThat(inside.say("/attack node /dev/memory c 1 1")).isEqualTo(refused);
            assertThat(inside.say("/attack node /dev/messages c 1 11")).isEqualTo(refused);
            assertThat(inside.say("/attack node /dev/fuse-of-host c 10 229")).isEqualTo(refused);
            int disks = 0;
            for (String line : Files.readAllLines(Path.of("/proc/partitions"))) {
                Scanner words = new Scanner(line);
                if (words.hasNextInt() && disks < 4) {
                    int major = words.nextInt();
                    int minor = words.nextInt();
                    assertThat(inside.say("/attack node /dev/disk-" + disks++ + " b " + major + " " + minor))
                            .as("disk " + major + ":" + minor)
                            .isEqualTo(refused);
                }
            }
            assertThat(inside.say("/attack node /dev/disk b 8 0")).isEqualTo(refused);
        }
    }
}
