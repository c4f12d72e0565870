package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Kernel;
import dev.alcove.linux.MountInfo;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.Proc;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.Rootfs;
import dev.alcove.spec.OciMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table of mounts of its own, and a root of its own. */
class MountTest {
    @TempDir
    Path folder;

    @BeforeEach
    void needs() {
        Needs.root();
    }

    private static List<String> mountPoints(int pid) {
        return Proc.mounts(pid).orElseThrow().stream()
                .map(MountInfo::mountPoint)
                .toList();
    }

    private static ContainerBuilder documents() {
        return Rooms.only(NamespaceKind.UTS, NamespaceKind.IPC, NamespaceKind.PID, NamespaceKind.MOUNT);
    }

    private static OciMount bind(Path from, String to, String... options) {
        return OciMount.of(to, "bind", from.toString(), List.of(options));
    }

    @Test
    @DisplayName("mount_private_copy")
    void mountPrivateCopy() {
        try (Container room = documents().start();
                Shell inside = Shell.in(room)) {
            List<String> outside = mountPoints(Kernel.pid());
            assertThat(mountPoints(room.pid())).as("a copy to begin with").containsExactlyInAnyOrderElementsOf(outside);
            inside.say("mount -t tmpfs inside " + folder + " && touch " + folder + "/file");
            assertThat(mountPoints(room.pid())).contains(folder.toString());
            assertThat(mountPoints(Kernel.pid())).isEqualTo(outside);
            assertThat(folder).isEmptyDirectory();
            inside.say("umount " + folder + " && umount -l /dev/shm");
            assertThat(mountPoints(room.pid())).hasSize(outside.size() - 1);
            assertThat(mountPoints(Kernel.pid())).isEqualTo(outside);
        }
    }

    @Test
    @DisplayName("proc_remounted")
    void procRemounted() {
        Needs.programs("procps", "ps");
        String jvm = Long.toString(Kernel.pid());
        try (Container room = documents().start();
                Shell inside = Shell.in(room);
                Shell outside = Shell.outside()) {
            assertThat(inside.say("ps aux | awk '{print $2}'").lines()).contains(jvm, Integer.toString(room.pid()));
            inside.say("mount -t proc proc /proc");
            assertThat(inside.lines("all=$(ps aux); echo \"$all\" | sed 1d | awk '{print $2, $11}'"))
                    .hasSize(2)
                    .satisfiesExactly(
                            first -> assertThat(first).startsWith("1 "),
                            second -> assertThat(second).endsWith(" ps"));
            assertThat(outside.say("ps aux | awk '{print $2}'").lines()).contains(jvm);
        }
    }

    @Test
    @DisplayName("rootfs_from_host")
    void rootfsFromHost() throws IOException {
        Path image = HomeMadeImage.in(folder);
        String marker = "/etc/alcove-written-inside";
        for (Rootfs root : List.of(Rootfs.directory(image).withThrowAwayLayer(), Rootfs.host())) {
            try (Shell inside = Shell.in(new ContainerBuilder("sh").rootfs(root).start())) {
                assertThat(inside.say("id -u; pwd")).isEqualTo("0\n/");
                inside.say("echo written > " + marker);
                assertThat(inside.say("cat " + marker)).isEqualTo("written");
                assertThat(Path.of(marker)).doesNotExist();
                assertThat(image.resolve("." + marker)).doesNotExist();
            }
        }
        assertThat(Shell.run(new ContainerBuilder("touch", "/usr/bin/alcove-written-inside"))
                        .text())
                .contains("Read-only file system");
        assertThat(Path.of("/usr/bin/alcove-written-inside")).doesNotExist();
        assertThat(Shell.run(new ContainerBuilder("cat", "/etc/shadow")).status())
                .as("no secret of the machine is in the image host")
                .isNotZero();
        // A directory without a layer over it keeps what is written: it is the container's own.
        Shell.run(new ContainerBuilder("touch", marker).rootfs(Rootfs.directory(image)));
        assertThat(image.resolve("." + marker)).exists();
        assertThat(Path.of(marker)).doesNotExist();
    }

    @Test
    @DisplayName("newns_full")
    void newnsFull() throws IOException {
        Path image = HomeMadeImage.in(Files.createDirectory(folder.resolve("rootfs")));
        Path conf = Files.createDirectory(folder.resolve("conf"));
        Path hosts = Files.writeString(conf.resolve("hosts"), "1.1.1.1 egon_hostname\n");
        Path hostname = Files.writeString(conf.resolve("hostname"), "egon_hostname\n");
        Path resolver = Files.writeString(conf.resolve("resolv.conf"), "nameserver 202.110.110.213\n");
        Path volume = Files.createDirectory(folder.resolve("t1"));
        Files.createFile(volume.resolve("egon_test.txt"));
        ContainerBuilder builder = new ContainerBuilder("bash")
                .rootfs(Rootfs.directory(image))
                .hostname("container")
                .mount(OciMount.of("/tmp", "tmpfs", "none", List.of("mode=1777")))
                .mount(OciMount.of("/run", "tmpfs", "tmpfs", List.of("nosuid", "nodev")))
                .mount(bind(hosts, "/etc/hosts", "bind"))
                .mount(bind(hostname, "/etc/hostname", "bind"))
                .mount(bind(resolver, "/etc/resolv.conf", "bind"))
                .mount(bind(volume, "/mnt", "rbind"));
        try (Container room = builder.start();
                Shell inside = Shell.in(room)) {
            assertThat(inside.say("pwd; hostname; echo $$")).isEqualTo("/\ncontainer\n1");
            assertThat(inside.lines("mount"))
                    .extracting(line -> line.substring(line.indexOf(" on ") + 4, line.indexOf(" (")))
                    .filteredOn(mount ->
                            !mount.startsWith("/ ") && !mount.startsWith("/proc/") && !mount.startsWith("/sys/"))
                    .as("just these, besides the root and what is hidden below /proc and /sys")
                    .satisfiesExactlyInAnyOrder(
                            mount -> assertThat(mount).isEqualTo("/proc type proc"),
                            mount -> assertThat(mount).isEqualTo("/sys type sysfs"),
                            mount -> assertThat(mount).isEqualTo("/tmp type tmpfs"),
                            mount -> assertThat(mount).isEqualTo("/run type tmpfs"),
                            mount -> assertThat(mount).isEqualTo("/dev type tmpfs"),
                            mount -> assertThat(mount).isEqualTo("/dev/pts type devpts"),
                            mount -> assertThat(mount).isEqualTo("/dev/shm type tmpfs"),
                            mount -> assertThat(mount).isEqualTo("/dev/mqueue type mqueue"),
                            mount -> assertThat(mount).startsWith("/etc/hosts type "),
                            mount -> assertThat(mount).startsWith("/etc/hostname type "),
                            mount -> assertThat(mount).startsWith("/etc/resolv.conf type "),
                            mount -> assertThat(mount).startsWith("/mnt type "));
            assertThat(inside.say("cat /etc/hosts")).isEqualTo("1.1.1.1 egon_hostname");
            assertThat(inside.say("cat /etc/hostname")).isEqualTo("egon_hostname");
            assertThat(inside.say("cat /etc/resolv.conf")).isEqualTo("nameserver 202.110.110.213");
            assertThat(inside.say("ls /mnt")).isEqualTo("egon_test.txt");
            assertThat(inside.lines("ps -e -o comm=")).containsExactly("bash", "ps");
            inside.say("touch /tmp/inside /run/inside /dev/shm/inside");
        }
        assertThat(mountPoints(Kernel.pid())).noneMatch(mount -> mount.startsWith(folder.toString()));
        assertThat(Path.of("/tmp/inside")).doesNotExist();
        assertThat(image.resolve("tmp")).isEmptyDirectory();
        assertThat(image.resolve("run")).isEmptyDirectory();
    }

    @Test
    @DisplayName("pivot_root_leaves_nothing")
    void pivotRootLeavesNothing() throws IOException {
        Path marker = Files.createFile(folder.resolve("marker"));
        Path image = HomeMadeImage.in(Files.createDirectory(folder.resolve("rootfs")));
        for (Rootfs root : List.of(Rootfs.host(), Rootfs.directory(image))) {
            ContainerBuilder builder = new ContainerBuilder("sh").rootfs(root);
            try (Container room = builder.start();
                    Shell inside = Shell.in(room)) {
                assertThat(Proc.mounts(room.pid()).orElseThrow())
                        .as("no mount of the old root")
                        .noneMatch(m -> m.root().equals("/")
                                && !m.mountPoint().equals("/")
                                && m.source().startsWith("/dev/"));
                String own = inside.say("stat -c %d:%i /");
                assertThat(inside.say("stat -c %d:%i /..")).isEqualTo(own);
                assertThat(inside.say("cd ../../../../../..; stat -c %d:%i .")).isEqualTo(own);
                assertThat(inside.say("stat -L -c %d:%i /proc/1/root")).isEqualTo(own);
                assertThat(inside.say("stat -L -c %d:%i /proc/1/cwd /proc/1/root/..")
                                .lines())
                        .containsOnly(own);
                assertThat(inside.attempt("ls " + marker).status()).isNotZero();
                assertThat(inside.attempt("ls /proc/1/root" + marker).status()).isNotZero();
                assertThat(Shell.run("stat", "-c", "%d:%i", "/")).isNotEqualTo(own);
            }
            assertThat(marker).exists();
        }
    }

    @Test
    @DisplayName("chroot_alone_is_weaker")
    void chrootAloneIsWeaker() throws IOException {
        Path marker = Files.createFile(folder.resolve("marker"));
        Path jail = Files.createDirectory(folder.resolve("jail"));
        assertThat(Shell.run(Payload.file().toString(), "chroot", jail.toString(), marker.toString()))
                .as("out of a chroot")
                .isEqualTo("escaped");
        ContainerBuilder container =
                new ContainerBuilder(Payload.INSIDE, "escape", marker.toString()).mount(Payload.mount());
        assertThat(container.capabilities()).as("it may call chroot").contains("CAP_SYS_CHROOT");
        assertThat(Shell.run(container)).as("out of a container").isEqualTo(new Said(0, "inside"));
    }

    @Test
    @DisplayName("volumes_have_options")
    void volumesHaveOptions() {
        OwnMounts.in(folder, base -> {
            for (String name : List.of("plain", "ro", "rro", "noexec")) {
                Path volume = Files.createDirectory(base.resolve(name));
                Files.createDirectory(volume.resolve("below"));
                OwnMounts.tmpfs(volume.resolve("below"));
                Files.copy(Path.of("/bin/true"), volume.resolve("program"));
            }
            ContainerBuilder builder = new ContainerBuilder("sh")
                    .mount(bind(base.resolve("plain"), "/plain", "rbind"))
                    .mount(bind(base.resolve("ro"), "/ro", "rbind", "ro"))
                    .mount(bind(base.resolve("rro"), "/rro", "rbind", "rro"))
                    .mount(bind(base.resolve("noexec"), "/noexec", "bind", "noexec", "nosuid"))
                    .mount(OciMount.of("/small", "tmpfs", "tmpfs", List.of("size=64k")));
            try (Container room = builder.start();
                    Shell inside = Shell.in(room)) {
                inside.say("touch /plain/a /plain/below/a && /plain/program");
                assertThat(inside.attempt("touch /ro/a").text()).contains("Read-only file system");
                inside.say("touch /ro/below/a && /ro/program");
                assertThat(inside.attempt("touch /rro/a").text()).contains("Read-only file system");
                assertThat(inside.attempt("touch /rro/below/a").text()).contains("Read-only file system");
                assertThat(inside.attempt("/noexec/program").text()).contains("Permission denied");
                inside.say("touch /noexec/a");
                assertThat(inside.say("ls -A /noexec/below"))
                        .as("not recursive: without what is mounted below")
                        .isEmpty();
                assertThat(inside.attempt("dd if=/dev/zero of=/small/a bs=128k count=1")
                                .text())
                        .contains("No space left");
                // Outside all of it can still be written.
                for (String name : List.of("plain", "ro", "rro", "noexec")) {
                    Files.writeString(base.resolve(name).resolve("outside"), name);
                    Files.writeString(base.resolve(name).resolve("below").resolve("outside"), name);
                }
                assertThat(inside.say("cat /rro/outside /ro/below/outside")).isEqualTo("rroro");
            }
        });
        ContainerBuilder wrong = new ContainerBuilder("true").mount(bind(folder, "/mnt", "bind", "rro2"));
        assertThatThrownBy(wrong::start).hasMessageStartingWith("mount: 'rro2'");
        ContainerBuilder missing = new ContainerBuilder("true").mount(bind(folder.resolve("no"), "/mnt", "bind"));
        assertThatThrownBy(missing::start)
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("does not exist on the host");
    }
}
