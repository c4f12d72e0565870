package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * podman and buildah as they are installed, with the runtime under test below them. They find an empty machine: in a mount
 * namespace with a /run, a /var/lib and a /dev/shm of its own, and in a network namespace of its own, so that nothing of
 * the machine's containers, images, locks and links is touched, and nothing stays.
 */
final class Callers implements AutoCloseable {
    /** What is imported: busybox, and little else. */
    static final String IMAGE = "localhost/busybox";

    /** Debian's runc fails at limits that the machine does not let it raise, ours takes what can be had. */
    static final String LIMITS = "--ulimit nofile=512:512 --ulimit nproc=4096:4096";

    private static final List<String> HIERARCHIES = List.of("libpod_parent");

    private final Shell shell;
    private final Path folder;
    private final OciProgram oci;
    private final boolean root;

    private Callers(Shell shell, Path folder, OciProgram oci, boolean root) {
        this.shell = shell;
        this.folder = folder;
        this.oci = oci;
        this.root = root;
    }

    /** As root. */
    static Callers asRoot(Path folder) throws IOException {
        Needs.root();
        needed();
        // Users of a container's own pass it too.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        OciProgram oci = new OciProgram(folder);
        Files.writeString(folder.resolve("ids"), "containers:2147483648:100000\n");
        Shell shell = Shell.of(new ProcessBuilder("unshare", "--mount", "--net", "--propagation", "private", "sh")
                .directory(folder.toFile()));
        shell.say("for d in /run /var/lib /dev/shm; do mount -t tmpfs -o mode=755 tmpfs $d; done; ip link set lo up");
        shell.say("for f in /etc/subuid /etc/subgid; do mount --bind " + folder + "/ids $f; done");
        shell.say("export HOME=" + folder + " TMPDIR=" + folder);
        Callers callers = new Callers(shell, folder, oci, true);
        callers.prepare(folder, "overlay");
        return callers;
    }

    /** As an ordinary user who has a range of other ids. */
    static Callers asUser(Path folder) throws IOException {
        Needs.root();
        needed();
        Needs.programs("uidmap", "newuidmap", "newgidmap");
        Needs.programs("util-linux", "setpriv");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        OciProgram oci =
                new OciProgram(folder, OrdinaryUser.classPath(Files.createDirectory(folder.resolve("classes"))));
        Files.writeString(folder.resolve("ids"), "room:300000:65536\n");
        Files.writeString(
                folder.resolve("passwd"),
                Files.readString(Path.of("/etc/passwd")) + "room:x:" + OrdinaryUser.ID + ":" + OrdinaryUser.ID + "::"
                        + folder + "/home:/bin/sh\n");
        Files.writeString(
                folder.resolve("group"), Files.readString(Path.of("/etc/group")) + "room:x:" + OrdinaryUser.ID + ":\n");
        Path home = Files.createDirectory(folder.resolve("home"));
        Shell shell = Shell.of(new ProcessBuilder("unshare", "--mount", "--net", "--propagation", "private", "sh")
                .directory(folder.toFile()));
        shell.say("for f in subuid subgid; do mount --bind " + folder + "/ids /etc/$f; done; for f in passwd group; do"
                + " mount --bind " + folder + "/$f /etc/$f; done; chown " + OrdinaryUser.ID + ":" + OrdinaryUser.ID
                + " " + home);
        shell.say("for d in /run /dev/shm; do mount -t tmpfs -o mode=1777 tmpfs $d; done; mkdir -m 700 /run/own; chown "
                + OrdinaryUser.ID + ":" + OrdinaryUser.ID + " /run/own; ip link set lo up; mount --make-rshared /");
        // From here on the shell is the user's.
        shell.become("setpriv --reuid=" + OrdinaryUser.ID + " --regid=" + OrdinaryUser.ID
                + " --clear-groups --inh-caps=-all env -i ALCOVE_NETWORK=none PATH=\"$PATH\" USER=room HOME=" + home
                + " XDG_RUNTIME_DIR=/run/own TMPDIR=" + home);
        shell.say("cd " + home);
        Callers callers = new Callers(shell, folder, oci, false);
        callers.prepare(home, "vfs");
        return callers;
    }

    private static void needed() {
        Needs.programs("podman", "podman");
        Needs.programs("conmon", "conmon");
        Needs.programs("busybox-static", "busybox");
        Needs.programs("util-linux", "unshare");
        Needs.programs("iproute2", "ip");
        Needs.that(Files.exists(Path.of("/etc/subuid")), "needs /etc/subuid (Debian: apt-get install -y uidmap)");
    }

    /** The settings, and an image. */
    private void prepare(Path place, String driver) throws IOException {
        shell.say("cat > " + place + "/containers.conf <<'END'\n" + settings(configuration(oci.path())) + "END");
        shell.say("printf '[storage]\\ndriver=\"%s\"\\nrunroot=\"%s\"\\ngraphroot=\"%s\"\\n' " + driver
                + (root
                        ? " /run/containers/storage /var/lib/containers/storage"
                        : " /run/own/containers " + place + "/images")
                + " > " + place + "/storage.conf");
        shell.say("export CONTAINERS_CONF=" + place + "/containers.conf CONTAINERS_STORAGE_CONF=" + place
                + "/storage.conf");
        shell.say("mkdir -p image/bin image/etc image/tmp && chmod 1777 image/tmp && cp /bin/busybox image/bin/"
                + " && for a in $(busybox --list); do [ $a = busybox ] || ln -s busybox image/bin/$a; done && printf 'root:x:0:0::/:/bin/sh\\n' > image/etc/passwd"
                + " && printf 'not a program\\n' > image/etc/plain && tar -C image -cf image.tar .");
        ok("podman import image.tar " + IMAGE);
    }

    /** What makes podman and buildah take alcove-oci: the block of docs/podman.md, with another path. */
    static String configuration(Path program) throws IOException {
        String page = Files.readString(DocumentsTest.ROOT.resolve("docs/podman.md"));
        int from = page.indexOf("```toml\n") + 8;
        return page.substring(from, page.indexOf("```", from)).replace("/usr/local/bin/alcove-oci", program.toString());
    }

    /** With what this machine has not: systemd, a journal, a bridge. */
    private static String settings(String configuration) {
        return configuration.replace("[engine]\n", "[engine]\nevents_logger = \"file\"\n")
                + "[containers]\nnetns = \"none\"\n";
    }

    /** The program alcove-oci. */
    OciProgram oci() {
        return oci;
    }

    /** Where the commands run. */
    Path folder() {
        return folder;
    }

    /** What a command line says, and how it ends; it has a minute. */
    Said attempt(String command) {
        return shell.attempt("timeout -k 5 60 " + command);
    }

    /** What it says; it must end well. */
    String ok(String command) {
        Said said = attempt(command);
        assertThat(said.status()).as(command + ": " + said.text()).isZero();
        return said.text();
    }

    /** What a line of the shell says, with no limit of time. */
    String say(String line) {
        return shell.say(line);
    }

    /** Runs a container of the image to its end. */
    Said run(String options, String command) {
        return attempt("podman run --rm " + options + " " + IMAGE + " " + command);
    }

    /** Starts one that stays; its name. */
    String start(String name, String options, String command) {
        ok("podman run -d --name " + name + " " + options + " " + IMAGE + " " + command);
        return name;
    }

    /**
     * Runs the same with Debian's runc: where the machine, not the runtime, is what stands in the way, runc fails too.
     *
     * @param command a podman command line without the word podman
     * @return what ours said, then what runc said
     */
    List<Said> besideRunc(String command) {
        Needs.programs("runc", "runc");
        List<Said> both = new ArrayList<>();
        both.add(attempt("podman " + command));
        both.add(attempt("podman --runtime runc " + command));
        System.out.println("beside runc: podman " + command + ": "
                + both.getFirst().status() + ", runc: " + both.getLast().status());
        return both;
    }

    /** Does what docs/podman.md shows in the sessions that are marked so. */
    void follow(String mark) throws Exception {
        DocumentsTest.follow(
                "docs/podman.md",
                mark,
                line -> shell.attempt(
                        line.replace("/usr/local/bin/alcove-oci", oci.path().toString())));
    }

    /** Ends and removes all containers and pods; fails if the runtime keeps anything of them. */
    void removeAll() {
        attempt("podman pod rm -f -a -t 0");
        // What conmon starts at a container's end clears up as well, and on a busy machine at the same moment.
        Wait.until(
                "podman has removed all", () -> attempt("podman rm -f -a -t 0").status() == 0);
        assertThat(say("ls /run/alcove-oci /run/own/alcove-oci 2> /dev/null | grep -v : || true"))
                .isBlank();
    }

    @Override
    public void close() throws IOException {
        try {
            end();
        } finally {
            shell.close();
        }
        if (!root) {
            // Files of other ids: the test's folder is removed by one who may.
            Shell.run("rm", "-rf", folder.resolve("home").toString());
        }
    }

    private void end() {
        attempt("podman rm -f -a -t 0");
        if (root) {
            // podman makes the parents of its groups, and never removes them.
            for (String group : HIERARCHIES) {
                shell.say("for d in /sys/fs/cgroup/*/" + group + "; do rmdir $d/conmon $d 2> /dev/null; done; true");
            }
        } else {
            // A user's podman keeps a process that holds its namespaces open, made by the first command that finds
            // none:
            // after the last one it can be ended, and takes no other signal than this.
            String own = "pgrep -u " + OrdinaryUser.ID + " podman";
            shell.say("for p in $(" + own + "); do kill -KILL $p; done; true");
            Wait.until("podman has ended", () -> shell.attempt(own).text().isEmpty());
        }
        shell.say("rm -rf image image.tar");
    }
}
