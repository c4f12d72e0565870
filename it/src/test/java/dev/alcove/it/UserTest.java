package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.Proc;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.Rootfs;
import dev.alcove.runtime.SeccompChoice;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Users of its own: root inside, nobody in particular outside. */
@Timeout(120)
class UserTest {
    @TempDir
    Path folder;

    private static List<Long> uids(int pid) {
        return Proc.status(pid).orElseThrow().uids();
    }

    private static ContainerBuilder mapped(long first) {
        List<LinuxIdMapping> map = List.of(new LinuxIdMapping(0, first, 65_536));
        return new ContainerBuilder("sh").idMappings(map, map);
    }

    @Test
    @DisplayName("user_root_inside_nobody_outside")
    void userRootInsideNobodyOutside() throws IOException {
        try (OrdinaryUser user = OrdinaryUser.run(RootInside.class)) {
            assertThat(user.line()).isEqualTo("caller has no capability: true");
            int pid = Integer.parseInt(user.line());
            assertThat(user.line())
                    .as("id -u; id -g; echo $$; hostname; whoami")
                    .isEqualTo("0 0 1 container root");
            assertThat(user.line()).as("it may change what is its own").isEqualTo("changed");
            assertThat(uids(pid)).as("outside").containsOnly(OrdinaryUser.id());
            assertThat(Proc.uidMap(pid).orElseThrow().toHost(0)).hasValue(OrdinaryUser.id());
            assertThat(user.rest()).isEqualTo("status 0");
        }
    }

    /** Starts a container as a user without any privilege. */
    static final class RootInside {
        private RootInside() {}

        public static void main(String[] args) throws IOException {
            System.out.println("caller has no capability: "
                    + Capabilities.ofThread().permitted().isEmpty());
            try (Container room =
                            new ContainerBuilder("sh").hostname("container").start();
                    Shell inside = Shell.in(room)) {
                System.out.println(room.pid());
                System.out.println(String.join(" ", inside.lines("id -u; id -g; echo $$; hostname; id -un")));
                inside.say("echo changed > /etc/made-inside");
                System.out.println(inside.say("cat /etc/made-inside"));
                OrdinaryUser.await();
                room.process().getOutputStream().close();
                System.out.println("status " + room.waitFor());
            }
        }
    }

    @Test
    @DisplayName("user_same_uid_two_namespaces")
    void userSameUidTwoNamespaces() {
        Needs.root();
        OciUser thousand = new OciUser(1000, 1000, null, List.of(), "");
        try (Container one = mapped(200_000).user(thousand).start();
                Container other = mapped(300_000).user(thousand).start();
                Shell first = Shell.in(one);
                Shell second = Shell.in(other)) {
            assertThat(first.say("id -u")).isEqualTo("1000");
            assertThat(second.say("id -u")).isEqualTo("1000");
            assertThat(uids(one.pid())).containsOnly(201_000L);
            assertThat(uids(other.pid())).containsOnly(301_000L);
        }
    }

    @Test
    @DisplayName("user_caps_inside_only")
    void userCapsInsideOnly() throws IOException {
        Path target = Files.createDirectory(folder.resolve("target"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (OrdinaryUser user = OrdinaryUser.run(CapsInside.class, target.toString(), Long.toString(Kernel.pid()))) {
            int pid = Integer.parseInt(user.line());
            assertThat(Capabilities.of(pid).orElseThrow().effective())
                    .as("all of them inside")
                    .containsExactlyInAnyOrderElementsOf(Capabilities.known());
            assertThat(user.line()).as("mount on a host path").isEqualTo("refused");
            assertThat(user.line()).as("change the host name outside").isEqualTo("refused");
            assertThat(user.line()).as("kill a process of another user").isEqualTo("refused");
            assertThat(user.line()).as("what belongs to its own namespaces").isEqualTo("granted granted granted");
            user.rest();
        }
        assertThat(Proc.mounts(Kernel.pid()).orElseThrow())
                .noneMatch(m -> m.mountPoint().equals(target.toString()));
        assertThat(Shell.run("hostname")).isNotEqualTo("taken");
        assertThat(Capabilities.known()).contains(Capability.SYS_ADMIN, Capability.KILL);
    }

    /** All capabilities in a user namespace, and what they are good for. */
    static final class CapsInside {
        private CapsInside() {}

        public static void main(String[] args) throws IOException {
            String target = args[0];
            String foreign = args[1];
            ContainerBuilder bare = Rooms.only(NamespaceKind.USER);
            ContainerBuilder own =
                    Rooms.only(NamespaceKind.USER, NamespaceKind.MOUNT, NamespaceKind.UTS, NamespaceKind.PID);
            try (Container room = bare.start();
                    Shell outside = Shell.in(room);
                    Shell inside = Shell.in(own.start())) {
                System.out.println(room.pid());
                System.out.println(verdict(outside, "mount -t tmpfs none " + target));
                System.out.println(verdict(outside, "hostname taken"));
                System.out.println(verdict(outside, "kill -KILL " + foreign));
                System.out.println(verdict(inside, "mount -t tmpfs none /tmp") + " "
                        + verdict(inside, "hostname taken") + " "
                        + verdict(inside, "sleep 1000 & kill -KILL $!"));
                OrdinaryUser.await();
            }
        }

        private static String verdict(Shell shell, String command) {
            Said said = shell.attempt(command);
            if (said.status() == 0) {
                return "granted";
            }
            String text = said.text();
            boolean denied = text.contains("ermission denied")
                    || text.contains("not permitted")
                    || text.contains("must be superuser")
                    || text.contains("you must be root");
            return denied ? "refused" : text;
        }
    }

    @Test
    @DisplayName("user_ranges")
    void userRanges() throws IOException {
        Needs.root();
        Needs.programs("uidmap", "newuidmap", "newgidmap");
        Path made = Files.createDirectory(folder.resolve("etc"));
        Files.writeString(
                made.resolve("passwd"),
                Files.readString(Path.of("/etc/passwd")) + "ranger:x:" + OrdinaryUser.ID + ":" + OrdinaryUser.ID
                        + "::/:/bin/sh\n");
        Files.writeString(made.resolve("subuid"), "ranger:400000:65536\n");
        Files.writeString(made.resolve("subgid"), "ranger:500000:65536\n");
        Path data = Files.createDirectory(folder.resolve("data"));
        Shell.run("chown", OrdinaryUser.ID + ":" + OrdinaryUser.ID, data.toString());
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        StringBuilder mounts = new StringBuilder();
        for (String file : List.of("passwd", "subuid", "subgid")) {
            // A machine that never had such ranges has no file to bind over.
            Needs.that(Files.exists(Path.of("/etc", file)), "needs an /etc/" + file + " to bind another one over");
            mounts.append("mount --bind ")
                    .append(made.resolve(file))
                    .append(" /etc/")
                    .append(file)
                    .append('\n');
        }
        try (OrdinaryUser user = OrdinaryUser.run(mounts.toString(), Ranges.class, data.toString())) {
            int pid = Integer.parseInt(user.line());
            assertThat(user.line()).as("as seen inside").isEqualTo("33:33");
            assertThat(Files.getAttribute(data.resolve("file"), "unix:uid"))
                    .as("as seen outside")
                    .isEqualTo(400_032);
            assertThat(Files.getAttribute(data.resolve("file"), "unix:gid")).isEqualTo(500_032);
            assertThat(uids(pid)).as("root inside").containsOnly(OrdinaryUser.ID);
            assertThat(user.line()).as("a process of uid 33 inside").isEqualTo("33");
            user.rest();
        }
        assertThat(Files.readString(Path.of("/etc/passwd"))).doesNotContain("ranger");
    }

    /** Makes a file that belongs to user 33. */
    static final class Ranges {
        private Ranges() {}

        public static void main(String[] args) throws IOException {
            OciMount volume = OciMount.of("/data", "bind", args[0], List.of("rbind"));
            try (Container room = new ContainerBuilder("sh").mount(volume).start();
                    Shell inside = Shell.in(room)) {
                System.out.println(room.pid());
                inside.say("touch /data/file && chown 33:33 /data/file");
                System.out.println(inside.say("stat -c %u:%g /data/file"));
                OciUser www = new OciUser(33, 33, null, List.of(), "");
                System.out.println(
                        Shell.run(new ContainerBuilder("id", "-u").user(www)).text());
                OrdinaryUser.await();
            }
        }
    }

    @Test
    @DisplayName("user_keys")
    void userKeys() {
        Needs.root();
        String payload = Payload.file().toString();
        String key = "alcove-it-" + Kernel.pid();
        assertThat(Shell.run(payload, "key-add", key, "secret")).isEqualTo("ok");
        try {
            assertThat(Shell.run(payload, "key-read", key)).as("outside").isEqualTo("secret");
            List<LinuxIdMapping> root = List.of(new LinuxIdMapping(0, 0, 1));
            ContainerBuilder own = new ContainerBuilder(Payload.INSIDE, "key-read", key)
                    .mount(Payload.mount())
                    .seccomp(SeccompChoice.unconfined())
                    .idMappings(root, root);
            assertThat(Shell.run(own).text()).as("the same user inside").isEqualTo("ENOKEY");
            ContainerBuilder usual = new ContainerBuilder(Payload.INSIDE, "key-read", key).mount(Payload.mount());
            assertThat(Shell.run(usual).text())
                    .as("by default there are no keyrings at all")
                    .isEqualTo("EPERM");
            assertThat(Shell.run(payload, "key-read", key)).as("outside, still").isEqualTo("secret");
        } finally {
            Shell.run(payload, "key-drop", key);
        }
    }

    @Test
    @DisplayName("rootless_from_a_directory")
    void rootlessFromADirectory() throws IOException {
        Path image = HomeMadeImage.in(Files.createDirectory(folder.resolve("rootfs")));
        if (Needs.isRoot()) {
            Shell.run("chown", "-R", "--no-dereference", OrdinaryUser.ID + ":" + OrdinaryUser.ID, image.toString());
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (OrdinaryUser user = OrdinaryUser.run(FromDirectory.class, image.toString())) {
            assertThat(user.rest().lines()).containsExactly("0 written", "ended with 0");
        }
        assertThat(image.resolve("etc/written"))
                .as("the layer of memory took it")
                .doesNotExist();
    }

    /** A container of an ordinary user from a directory of his. */
    static final class FromDirectory {
        private FromDirectory() {}

        public static void main(String[] args) {
            Said said = Shell.run(
                    new ContainerBuilder("sh", "-c", "echo written > /etc/written; echo $(id -u) $(cat /etc/written)")
                            .rootfs(Rootfs.directory(Path.of(args[0])).withThrowAwayLayer()));
            System.out.println(said.text());
            System.out.println("ended with " + said.status());
        }
    }
}
