package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** containerd with {@code alcove-oci} as its runtime, by its own command line and its shim; runc beside it where both fail. */
@Timeout(300)
final class ContainerdTest {
    @TempDir
    Path folder;

    private Path program;
    private Path rootfs;
    private CallerRoom room;
    private int runs;

    @BeforeEach
    void containerd() throws IOException {
        Needs.root();
        Needs.programs("busybox-static", "busybox");
        Needs.programs("containerd", "containerd", "ctr", "containerd-shim-runc-v2");
        program = new OciProgram(folder).path();
        OciQuick.start(folder);
        rootfs = folder.resolve("rootfs");
        OciProgram.rootfs(rootfs);
        Path config = folder.resolve("config.toml");
        Files.writeString(config, """
                version = 2
                root = "/run/containerd-root"
                state = "/run/containerd-state"
                disabled_plugins = [%s]
                [grpc]
                address = "/run/containerd.sock"
                [ttrpc]
                address = "/run/containerd.ttrpc"
                """.formatted(
                        // What needs a network, or a file system that this machine may not have.
                        "\"io.containerd.grpc.v1.cri\", \"io.containerd.snapshotter.v1.btrfs\","
                                + " \"io.containerd.snapshotter.v1.zfs\", \"io.containerd.snapshotter.v1.devmapper\","
                                + " \"io.containerd.snapshotter.v1.aufs\""));
        room = new CallerRoom();
        room.say("export CONTAINERD_ADDRESS=/run/containerd.sock");
        room.say("ctr() { timeout -k 5 60 /usr/bin/ctr \"$@\"; }");
        room.daemon("containerd --config " + config, folder.resolve("containerd.log"), "ctr version");
    }

    @AfterEach
    void end() {
        if (room != null) {
            room.attempt("kill $daemon; wait $daemon");
            room.close();
        }
    }

    /** {@code ctr run} of the root file system in its folder, with control groups of the test's own. */
    private String run(String options, String command) {
        return run(program.toString(), options, command);
    }

    private String run(String runtime, String options, String command) {
        runs++;
        return "ctr run --runc-binary " + runtime + " --cgroup " + room.group() + "/" + runs + " " + options
                + " --rootfs " + rootfs + " c " + command;
    }

    private String said(String options, String command) {
        return room.say(run("--rm " + options, command));
    }

    @Test
    void runsWithEachOfItsOptions() throws IOException {
        Said ended = room.attempt(run("--rm", "/bin/sh -c 'echo out; echo err >&2; exit 7'"));
        assertThat(ended.status()).as(ended.text()).isEqualTo(7);
        assertThat(ended.text()).contains("out").contains("err");

        assertThat(said("--env A=b --cwd /bin", "/bin/sh -c 'echo $A; pwd'")).isEqualTo("b\n/bin");
        assertThat(said("--seccomp", "/bin/busybox grep Seccomp: /proc/self/status"))
                .endsWith("2");
        assertThat(said("", "/bin/busybox grep Seccomp: /proc/self/status")).endsWith("0");
        assertThat(said("", "/bin/busybox grep NoNewPrivs /proc/self/status")).endsWith("1");
        assertThat(said("--allow-new-privs", "/bin/busybox grep NoNewPrivs /proc/self/status"))
                .endsWith("0");
        assertThat(room.attempt(run("--rm --read-only", "/bin/touch /x")).text())
                .contains("Read-only file system");
        Files.writeString(folder.resolve("shown"), "shown\n");
        assertThat(said("--mount type=bind,src=" + folder + "/shown,dst=/h,options=rbind:ro", "/bin/cat /h"))
                .isEqualTo("shown");
        // The empty file that was made for the mount is of the root file system, and stays: as under runc.
        Files.deleteIfExists(rootfs.resolve("h"));
        assertThat(said("--with-ns network:/proc/1/ns/net", "/bin/busybox readlink /proc/self/ns/net"))
                .isEqualTo(room.say("readlink /proc/1/ns/net"));
        assertThat(said("--net-host", "/bin/busybox readlink /proc/self/ns/net"))
                .isEqualTo(room.say("readlink /proc/1/ns/net"));
        assertThat(said("", "/bin/busybox readlink /proc/self/ns/net"))
                .isNotEqualTo(room.say("readlink /proc/1/ns/net"));
        assertThat(said("--cap-add CAP_SYS_ADMIN --cap-drop CAP_CHOWN", "/bin/busybox grep CapEff /proc/self/status"))
                .endsWith("00000000a82425fa");
        assertThat(said("--privileged", "/bin/busybox grep CapEff /proc/self/status"))
                .isEqualTo(room.say("grep CapEff /proc/self/status"));
        assertThat(said("--pid-file /run/pid", "/bin/true")).isEmpty();
        assertThat(room.say("cat /run/pid")).matches("[0-9]+");
        assertThat(said("--rootfs-propagation shared --null-io", "/bin/true")).isEmpty();
    }

    @Test
    void limitsAreInForceAndMeasured() {
        room.say(run("--detach --memory-limit 33554432 --cpus 0.5 --cpu-shares 77", "/bin/sleep 1000"));
        String pid = room.say("ctr task ls | awk '$1 == \"c\" { print $2 }'");
        assertThat(limit(pid, "memory", "memory.limit_in_bytes", "memory.max")).isEqualTo("33554432");
        assertThat(limit(pid, "cpu", "cpu.cfs_quota_us", "cpu.max")).startsWith("50000");
        assertThat(room.say("ctr task metrics c")).contains("33554432");
        assertThat(room.say("ctr task ps c")).contains(pid);
        // Its own limit holds: the command dies, not the machine's others.
        Said tail = room.attempt("ctr task exec --exec-id e c /bin/busybox tail /dev/zero");
        assertThat(tail.status()).as(tail.text()).isEqualTo(137);
        gone();
    }

    /** What a group's file says, by version 1's name or version 2's. */
    private String limit(String pid, String controller, String one, String two) {
        return room.say("g=$(awk -F: '$2 == \"" + controller + "\" { print $3 }' /proc/" + pid + "/cgroup); "
                + "if [ -n \"$g\" ]; then cat /sys/fs/cgroup/" + controller + "$g/" + one
                + "; else cat /sys/fs/cgroup$(awk -F: '$1 == 0 { print $3 }' /proc/" + pid + "/cgroup)/" + two
                + "; fi");
    }

    private void gone() {
        room.say(
                "ctr task kill -a -s KILL c; for i in $(seq 100); do ctr task ls | grep -q STOPPED && break; sleep 0.1; done");
        room.attempt("ctr task delete c");
        room.say("ctr container rm c");
        assertThat(room.say("ctr task ls -q; ctr container ls -q")).isEmpty();
    }

    @Test
    void livesDetached() {
        room.say(run("--detach", "/bin/sh -c 'trap \"exit 9\" TERM; while :; do sleep 0.1; done'"));
        assertThat(room.say("ctr task ls")).containsPattern("c +[0-9]+ +RUNNING");
        Said inside = room.attempt("ctr task exec --exec-id e1 c /bin/sh -c 'echo in; exit 3'");
        assertThat(inside.status()).as(inside.text()).isEqualTo(3);
        assertThat(inside.text()).contains("in");
        assertThat(room.say("ctr task exec --exec-id e2 --user 5:6 --cwd /bin c /bin/sh -c 'id; pwd'"))
                .contains("uid=5 gid=6")
                .endsWith("/bin");
        room.say("ctr task exec --detach --exec-id e3 c /bin/sleep 1000");
        assertThat(room.say("ctr task ps c")).contains("e3");
        assertThat(room.attempt("ctr task exec --exec-id e4 c nosuch").text())
                .contains("executable file not found in $PATH");
        assertThat(room.attempt("ctr task exec --exec-id e5 c /no/such").text()).contains("no such file or directory");

        room.say("ctr task pause c");
        assertThat(room.say("ctr task ls")).contains("PAUSED");
        room.say("ctr task resume c");
        assertThat(room.say("ctr task ls")).contains("RUNNING");

        // By its own handler, and the shim tells the status.
        room.say("(ctr task attach c > /dev/null 2>&1; echo $? > /run/status) & attached=$!; sleep 0.5");
        room.say("ctr task kill -s TERM c; wait $attached");
        assertThat(room.say("cat /run/status")).isEqualTo("9");
        room.attempt("ctr task delete c");
        room.say("ctr container rm c");
        assertThat(room.say("ctr task ls -q; ctr container ls -q")).isEmpty();
        assertThat(room.others()).as("no shim, no container").noneMatch(p -> p.contains("shim") || p.contains("sleep"));
    }

    @Test
    void terminals() {
        // script(1) is the terminal at which somebody types.
        Said run = room.attempt(terminal(run("--rm --tty", "/bin/sh -c \"tty; exit 5\"")));
        assertThat(run.status()).as(run.text()).isEqualTo(5);
        assertThat(run.text()).contains("/dev/pts/0");
        room.say(run("--detach", "/bin/sleep 1000"));
        Said exec = room.attempt(terminal("ctr task exec --tty --exec-id e c /bin/sh -c \"tty; exit 6\""));
        assertThat(exec.status()).as(exec.text()).isEqualTo(6);
        assertThat(exec.text()).contains("/dev/pts/0");
        gone();
    }

    private static String terminal(String command) {
        return "script -qec '" + command.replaceFirst("^ctr", "timeout --foreground -k 5 60 ctr") + "' /dev/null";
    }

    @Test
    void whatCannotBeIsToldAndLeavesNothing() {
        for (String[] c : List.of(
                new String[] {"nosuch", "executable file not found in $PATH"},
                new String[] {"/no/such", "no such file or directory"},
                new String[] {"/bin", "permission denied"})) {
            Said said = room.attempt(run("--rm", c[0]));
            assertThat(said.status()).as(said.text()).isEqualTo(1);
            assertThat(said.text()).contains(c[1]);
        }
        assertThat(room.attempt(run("--rm --with-ns network:/no/such", "/bin/true"))
                        .text())
                .contains("/no/such");
        assertThat(room.say("ctr task ls -q; ctr container ls -q")).isEmpty();
        assertThat(room.others()).noneMatch(p -> p.contains("shim"));
    }

    /** An image of one layer, as docker saves one. */
    private String image() throws IOException {
        Path made = Files.createDirectories(folder.resolve("image"));
        room.say("tar -C " + rootfs + " -cf " + made + "/layer.tar .");
        String layer = room.say("sha256sum " + made + "/layer.tar").substring(0, 64);
        Files.writeString(
                made.resolve("config.json"),
                "{\"architecture\":\"" + (System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64")
                        + "\",\"os\":\"linux\",\"config\":{\"Env\":[\"PATH=/bin\"],\"Cmd\":[\"sh\",\"-c\",\"echo $0 $PATH\"]},"
                        + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:" + layer + "\"]}}");
        Files.writeString(
                made.resolve("manifest.json"),
                "[{\"Config\":\"config.json\",\"RepoTags\":[\"docker.io/alcove/box:1\"],\"Layers\":[\"layer.tar\"]}]");
        room.say("tar -C " + made + " -cf " + folder + "/image.tar config.json manifest.json layer.tar");
        room.say("ctr image import --snapshotter native " + folder + "/image.tar");
        return "docker.io/alcove/box:1";
    }

    @Test
    void imagesAndUserNamespaces() throws IOException {
        String image = image();
        String run = "ctr run --rm --snapshotter native --runc-binary " + program + " --cgroup " + room.group();
        assertThat(room.say(run + "/i1 " + image + " c")).isEqualTo("sh /bin");
        assertThat(room.say(run + "/i2 " + image + " c sh -c 'echo kept > /kept; cat /kept'"))
                .isEqualTo("kept");
        assertThat(room.say(run + "/i3 --uidmap 0:100000:65536 --gidmap 0:100000:65536 " + image
                        + " c sh -c 'cat /proc/self/uid_map; touch /x; ls -ln /x'"))
                .containsPattern("^\\s*0\\s+100000\\s+65536\\n.* 0 +0 .*/x");
        assertThat(rootfs.resolve("kept")).doesNotExist();
    }

    /** Where CRIU cannot do it, neither can; the failure is told, and the container lives on. */
    @Test
    void aCheckpointFailsAsUnderRunc() {
        Needs.programs("runc", "runc");
        for (String runtime : List.of("runc", program.toString())) {
            room.say(run(runtime, "--detach", "/bin/sleep 1000"));
            Said said = room.attempt("ctr task checkpoint c");
            Needs.that(
                    said.status() != 0 || !runtime.equals("runc"),
                    "is about machines where CRIU does not work: CheckpointTest is about the others");
            assertThat(said.status()).as(runtime + ": " + said.text()).isNotZero();
            assertThat(said.text()).contains("did not terminate successfully");
            assertThat(room.say("ctr task ls")).contains("RUNNING");
            gone();
        }
    }
}
