package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * dockerd with {@code --add-runtime alcove=…}, by docker's own command line: the daemon is started for the test, in a network
 * namespace of its own, without a bridge and without a firewall. runc is run beside it where this machine stops both.
 */
@Timeout(300)
final class DockerTest {
    @TempDir
    Path folder;

    private CallerRoom room;

    @BeforeEach
    void aRoom() {
        Needs.root();
        Needs.programs("busybox-static", "busybox");
        Needs.programs("docker.io", "docker", "dockerd", "containerd");
        room = new CallerRoom();
    }

    private void docker(String more) throws IOException {
        Path program = new OciProgram(folder).path();
        OciQuick.start(folder);
        Path rootfs = folder.resolve("rootfs");
        OciProgram.rootfs(rootfs);
        Files.writeString(folder.resolve("daemon.json"), "{}");
        // Of this network alone; without it each docker run warns.
        room.say("echo 1 > /proc/sys/net/ipv4/ip_forward");
        room.say("export DOCKER_HOST=unix:///run/docker.sock DOCKER_CONFIG=/run/docker-client");
        room.say("docker() { timeout -k 5 60 /usr/bin/docker \"$@\"; }");
        room.daemon(
                "dockerd --config-file " + folder + "/daemon.json --add-runtime alcove=" + program
                        + " --default-runtime alcove --bridge none --iptables=false --ip6tables=false --ip-forward=false"
                        + " --ip-masq=false --userland-proxy=false --storage-driver vfs --data-root /run/data"
                        + " --exec-root /run/docker --pidfile /run/docker.pid --host unix:///run/docker.sock"
                        + " --cgroup-parent " + room.group() + " " + more,
                folder.resolve("dockerd.log"),
                "docker version");
        room.say("tar -C " + rootfs + " -c . | docker import - box");
    }

    @AfterEach
    void end() {
        if (room == null) {
            return;
        }
        try (CallerRoom closing = room) {
            Said end = closing.attempt("[ -z \"$daemon\" ] || { kill $daemon; wait $daemon; }");
            assertThat(end.status()).as("dockerd's end: " + end.text()).isZero();
            assertThat(closing.others()).as("what dockerd leaves").isEmpty();
        }
    }

    private String said(String options, String command) {
        Said said = room.attempt("docker run --rm --network none " + options + " box " + command);
        assertThat(said.status()).as(options + ": " + said.text()).isZero();
        return said.text();
    }

    @Test
    void runsWithItsOptions() throws IOException {
        docker("");
        Said ended = room.attempt("docker run --rm box sh -c 'echo out; echo err >&2; exit 7'");
        assertThat(ended.status()).as(ended.text()).isEqualTo(7);
        assertThat(ended.text()).contains("out").contains("err");
        assertThat(said(
                        "-m 64m --cpus 0.5 --pids-limit 20 --cpuset-cpus 0 --user 1000:1001 -w /bin -e A=b --group-add 55"
                                + " --hostname nm --domainname dd --oom-score-adj 500",
                        "sh -c 'pwd; id; echo $A; busybox hostname; cat /proc/sys/kernel/domainname"
                                + " /proc/self/oom_score_adj'"))
                .isEqualTo("/bin\nuid=1000 gid=1001 groups=55,1001\nb\nnm\ndd\n500");
        assertThat(said("--init", "sh -c 'cat /proc/1/comm'")).isEqualTo("docker-init");
        assertThat(said(
                        "--tmpfs /t:size=1m --shm-size 3m --ulimit nofile=99:100 --sysctl kernel.msgmax=4000 -v vol:/v",
                        "sh -c 'busybox df /t /dev/shm | busybox awk \"{ print \\$2 }\"; ulimit -n; echo kept > /v/a;"
                                + " cat /proc/sys/kernel/msgmax'"))
                .isEqualTo("1K-blocks\n1024\n3072\n99\n4000");
        assertThat(said("-v vol:/v:ro", "sh -c 'cat /v/a; touch /v/b 2>&1 || true'"))
                .startsWith("kept")
                .contains("Read-only file system");
        assertThat(room.attempt("docker run --rm --read-only box touch /x").text())
                .contains("Read-only file system");
        assertThat(said("--cap-drop ALL --cap-add NET_RAW", "busybox grep Cap /proc/self/status"))
                .contains("CapPrm:\t0000000000002000")
                .contains("CapBnd:\t0000000000002000");
        assertThat(said("--security-opt no-new-privileges", "busybox grep -E 'NoNew|Seccomp:' /proc/self/status"))
                .isEqualTo("NoNewPrivs:\t1\nSeccomp:\t2");
        assertThat(said("--security-opt seccomp=unconfined", "busybox grep Seccomp: /proc/self/status"))
                .endsWith("0");
        assertThat(said(
                        "--device /dev/null:/dev/mine --cgroupns private",
                        "sh -c 'echo x > /dev/mine; cat /proc/self/cgroup'"))
                .endsWith(":/");
        String here = room.say("for n in ipc net pid uts; do readlink /proc/self/ns/$n; done");
        assertThat(room.say("docker run --rm --ipc host --network host --pid host --uts host box"
                        + " sh -c 'for n in ipc net pid uts; do busybox readlink /proc/self/ns/$n; done'"))
                .isEqualTo(here);
    }

    @Test
    void livesDetached() throws IOException {
        docker("");
        room.say("docker run -d --name web --health-cmd 'test -e /healthy' --health-interval 1s --health-retries 1 box"
                + " sh -c 'echo out; echo err >&2; trap \"exit 9\" TERM; while :; do sleep 0.1; done'");
        assertThat(room.say("docker inspect -f '{{.State.Status}} {{.HostConfig.Runtime}}' web"))
                .isEqualTo("running alcove");
        assertThat(room.attempt("docker exec web sh -c 'echo in; exit 3'")).isEqualTo(new Said(3, "in"));
        assertThat(room.say("docker exec -u 5:6 -w /bin -e A=b web sh -c 'id; pwd; echo $A'"))
                .isEqualTo("uid=5 gid=6 groups=6\n/bin\nb");
        Said missing = room.attempt("docker exec web nosuch");
        assertThat(missing.status()).as(missing.text()).isIn(126, 127);
        assertThat(missing.text()).contains("executable file not found in $PATH");
        room.say("docker exec -d web sleep 1000");
        assertThat(room.say("docker top web")).contains("sleep 1000").contains("trap");
        assertThat(room.say("docker stats --no-stream web")).contains("web").contains("iB /");

        room.say("docker pause web");
        assertThat(room.say("docker ps --format '{{.Status}}'")).contains("Paused");
        assertThat(room.attempt("docker exec web true").text()).contains("paused");
        room.say("docker unpause web");

        room.say("docker update --memory 50m --memory-swap 100m --cpus 0.3 --pids-limit 33 web");
        room.say("docker update --memory-swap 120m web");
        String group = room.group() + "/" + room.say("docker inspect -f '{{.Id}}' web");
        assertThat(limits(group)).isEqualTo("52428800\n30000\n33");

        // Unhealthy until the file is there, then healthy: the checks are execs.
        health("unhealthy");
        room.say("docker exec web touch /healthy");
        health("healthy");
        assertThat(room.say("docker logs web").lines()).containsExactlyInAnyOrder("out", "err");
        room.say("echo copied > /run/copied; docker cp /run/copied web:/copied");
        assertThat(room.say("docker exec web cat /copied; docker diff web"))
                .contains("copied")
                .contains("A /copied");

        room.say("docker stop web");
        assertThat(state("web")).isEqualTo("exited 9");
        room.say("docker start web");
        assertThat(state("web")).isEqualTo("running 0");
        room.say("docker kill web");
        assertThat(room.say("docker wait web")).isEqualTo("137");
        room.say("docker restart -t 1 web");
        assertThat(state("web")).isEqualTo("running 0");
        room.say("docker rm -f web");
        assertThat(room.say("docker ps -aq")).isEmpty();
        assertThat(room.others()).as("no shim, no container").noneMatch(p -> p.contains("shim") || p.contains("sleep"));
    }

    private String limits(String group) {
        return room.say(
                "cd /sys/fs/cgroup; if [ -d memory ]; then cat memory" + group + "/memory.limit_in_bytes cpu" + group
                        + "/cpu.cfs_quota_us pids" + group + "/pids.max; else cat ." + group
                        + "/memory.max; cut -d' ' -f1 ." + group
                        + "/cpu.max; cat ." + group + "/pids.max; fi");
    }

    private String state(String name) {
        return room.say("docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' " + name);
    }

    private void health(String wanted) {
        await(
                wanted,
                () -> room.say("docker inspect -f '{{.State.Health.Status}}' web")
                        .equals(wanted));
    }

    /** Several starts of a container lie in between. */
    private static void await(String what, BooleanSupplier condition) {
        assertThat(Wait.within(Duration.ofSeconds(100), condition)).as(what).isTrue();
    }

    @Test
    void ends() throws IOException {
        docker("");
        for (String[] c : List.of(
                new String[] {"nosuch", "127", "executable file not found in $PATH"},
                new String[] {"/no/such", "127", "no such file or directory"},
                new String[] {"/bin", "126", "permission denied"})) {
            Said said = room.attempt("docker run --rm box " + c[0]);
            assertThat(said.status()).as(said.text()).isEqualTo(Integer.parseInt(c[1]));
            assertThat(said.text()).contains(c[2]);
        }
        // A program at a terminal, and one whose terminal is docker's exec's; script(1) is whoever types.
        Said typed = room.attempt(
                "script -qec 'timeout --foreground -k 5 60 docker run --rm -it box sh -c \"tty; exit 5\"' /dev/null");
        assertThat(typed.status()).as(typed.text()).isEqualTo(5);
        assertThat(typed.text()).contains("/dev/pts/0");
        assertThat(room.say("echo 'echo typed; exit' | docker run --rm -i box sh"))
                .isEqualTo("typed");
        room.say("docker run -d --name other --network none --ipc shareable box sleep 1000");
        Said exec = room.attempt(
                "script -qec 'timeout --foreground -k 5 60 docker exec -it other sh -c \"tty; exit 6\"' /dev/null");
        assertThat(exec.status()).as(exec.text()).isEqualTo(6);
        assertThat(exec.text()).contains("/dev/pts/0");

        // A room shared with another container.
        assertThat(room.say("docker run --rm --network container:other --pid container:other --ipc container:other box"
                        + " busybox ps"))
                .contains("sleep 1000");

        // Not before docker listens for such an end, which it does when the start has returned.
        room.say("docker run -d --name greedy -m 8m --memory-swap 8m box"
                + " sh -c 'until [ -e /go ]; do sleep 0.1; done; exec busybox tail /dev/zero'");
        room.say("docker exec greedy touch /go");
        assertThat(room.say("docker wait greedy")).isEqualTo("137");
        assertThat(room.say("docker inspect -f '{{.State.OOMKilled}}' greedy")).isEqualTo("true");
        room.say("docker run -d --name again --restart on-failure:2 box sh -c 'exit 4'");
        await(
                "it was started twice more",
                () -> room.say("docker inspect -f '{{.RestartCount}} {{.State.Status}}' again")
                        .equals("2 exited"));
        assertThat(room.say("docker inspect -f '{{.State.ExitCode}}' again")).isEqualTo("4");
        assertThat(room.say("docker create --name later box echo created; docker start -a later"))
                .endsWith("created");
        room.say("docker rm -f other greedy again later");

        // CAP_SYS_RESOURCE and the like: where the caller does not have them itself, nobody can give them.
        Said alcove = room.attempt("docker run --rm --privileged box true");
        Said runc = room.attempt("docker run --rm --runtime runc --privileged box true");
        assertThat(alcove.status()).as(alcove.text()).isEqualTo(runc.status());
    }

    @Test
    void containersOfUsersOfTheirOwn() throws IOException {
        Needs.that(Files.exists(Path.of("/etc/subuid")), "needs /etc/subuid (Debian: apt-get install -y uidmap)");
        // The user that containers are mapped to is one of the room, not of the machine.
        for (String[] line : List.of(
                new String[] {"passwd", "remapped:x:200000:200000::/:/bin/false"},
                new String[] {"group", "remapped:x:200000:"},
                new String[] {"subuid", "remapped:200000:65536"},
                new String[] {"subgid", "remapped:200000:65536"})) {
            room.say("cd /run; cp /etc/" + line[0] + " .; echo '" + line[1] + "' >> " + line[0] + "; mount --bind "
                    + line[0] + " /etc/" + line[0]);
        }
        docker("--userns-remap remapped");
        assertThat(said("", "sh -c 'cat /proc/self/uid_map; id; touch /x; ls -ln /x'"))
                .containsPattern("^\\s*0\\s+200000\\s+65536\n")
                .contains("uid=0 gid=0")
                .containsPattern(" 0 +0 .*/x");
        room.say("docker run -d --name web --network none box sleep 1000");
        assertThat(room.say("docker exec web cat /proc/self/uid_map")).contains("200000");
        String pid = room.say("docker inspect -f '{{.State.Pid}}' web");
        assertThat(room.say("grep Uid /proc/" + pid + "/status")).contains("200000");
        room.say("docker rm -f web");
    }
}
