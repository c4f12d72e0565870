package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * An ordinary user's machine during a test: network, mount and PID namespaces with a /run of their own, a /dev/net/tun that
 * everybody may open, an interface {@code up0} with 192.0.2.2 and 2001:db8::2, and behind it a peer, 192.0.2.1 and
 * 2001:db8::1, which is the default gateway. What the user starts ends with it.
 */
final class UserRoom implements AutoCloseable {
    private final Shell shell;
    private final Path folder;
    private final String peer;
    private final String user;

    private UserRoom(Shell shell, Path folder, String peer, String user) {
        this.shell = shell;
        this.folder = folder;
        this.peer = peer;
        this.user = user;
    }

    /**
     * Makes one.
     *
     * @param folder a test's own
     */
    static UserRoom of(Path folder) throws IOException {
        Needs.root();
        Needs.programs("uidmap", "newuidmap", "newgidmap");
        Needs.programs("util-linux", "setpriv", "unshare", "nsenter");
        Needs.programs("iproute2", "ip", "ss");
        Needs.programs("socat", "socat");
        Needs.that(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path classes = Files.createDirectory(folder.resolve("classes"));
        Files.setPosixFilePermissions(classes, PosixFilePermissions.fromString("rwxr-xr-x"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java") + " --enable-native-access=ALL-UNNAMED"
                + " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -cp " + OrdinaryUser.classPath(classes);
        Files.writeString(folder.resolve("ids"), OrdinaryUser.ID + ":300000:65536\n");
        Shell shell = Shell.of(new ProcessBuilder(
                "unshare",
                "--net",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "--propagation",
                "private",
                "sh"));
        try {
            assertThat(shell.say("readlink /proc/self/ns/net"))
                    .as("another network than the machine's")
                    .isNotEqualTo(
                            Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
            shell.say("export PATH=/usr/sbin:/usr/bin:/sbin:/bin; mount -t tmpfs tmpfs /run && mkdir -m 700 /run/own"
                    + " && chown " + OrdinaryUser.ID + ":" + OrdinaryUser.ID + " /run/own");
            shell.say("mknod -m 666 /run/tun c 10 200 && mount --bind /run/tun /dev/net/tun");
            shell.say("for f in subuid subgid; do mount --bind " + folder + "/ids /etc/$f; done");
            shell.say("printf 'nameserver 127.0.0.53\\n' > /run/resolv.conf"
                    + " && mount --bind /run/resolv.conf /etc/resolv.conf");
            shell.say("ip link set lo up; unshare --net sleep 1000 & echo $! > /run/peer");
            shell.say(
                    "while [ $(readlink /proc/$(cat /run/peer)/ns/net) = $(readlink /proc/self/ns/net) ]; do :; done");
            String peer = shell.say("cat /run/peer");
            shell.say("ip link add up0 type veth peer name peer0 netns " + peer
                    + " && ip addr add 192.0.2.2/24 dev up0 && ip addr add 2001:db8::2/64 dev up0 nodad"
                    + " && ip link set up0 up");
            shell.say("nsenter -t " + peer + " -n sh -c 'ip link set lo up && ip addr add 192.0.2.1/24 dev peer0"
                    + " && ip addr add 2001:db8::1/64 dev peer0 nodad && ip link set peer0 up'");
            shell.say("ip route add default via 192.0.2.1 && ip -6 route add default via 2001:db8::1");
            String user = "setpriv --reuid=" + OrdinaryUser.ID + " --regid=" + OrdinaryUser.ID
                    + " --clear-groups --inh-caps=-all env -i PATH=$PATH XDG_RUNTIME_DIR=/run/own HOME=/run/own"
                    + " JAVA='" + java + "' ";
            return new UserRoom(shell, folder, peer, user);
        } catch (RuntimeException | Error e) {
            shell.close();
            throw e;
        }
    }

    /** What root says there. */
    String say(String command) {
        return shell.say(command);
    }

    /** What root says there, and how it ends. */
    Said attempt(String command) {
        return shell.attempt(command);
    }

    /** What the user says, in a shell in which {@code $JAVA} runs a class of the tests. */
    Said user(String command) throws IOException {
        return shell.attempt(user + "sh " + script(command));
    }

    /** What the user says by the command alcove; it must end well. */
    String alcove(String words) throws IOException {
        Said said = tryAlcove(words);
        assertThat(said.status()).as(words + ": " + said.text()).isZero();
        return said.text();
    }

    /** The same, and how it ends. */
    Said tryAlcove(String words) throws IOException {
        return user("exec $JAVA dev.alcove.cli.Main " + words);
    }

    /** Starts something of the user's in the background, whose words go to a file. */
    void background(String command, Path log) throws IOException {
        shell.say(user + "sh " + script(command) + " > " + log + " 2>&1 &");
    }

    private Path script(String command) throws IOException {
        Path script = Files.createTempFile(folder, "user", ".sh");
        Files.writeString(script, "cd /run/own\n" + command + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rw-r--r--"));
        return script;
    }

    /** What a command in the peer's network says, and how it ends. */
    Said peer(String command) {
        return shell.attempt("nsenter -t " + peer + " -n " + command);
    }

    /** What a server answers the peer; empty if nobody does. */
    String peerReads(String address) {
        return peer("timeout 5 socat -u " + address + " - 2> /dev/null").text();
    }

    @Override
    public void close() {
        shell.close();
    }
}
