package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What people do with podman, with {@code alcove-oci} below it. */
@DisplayName("podman")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PodmanTest {
    @TempDir
    static Path folder;

    private Callers podman;

    @BeforeAll
    void podman() throws IOException {
        podman = Callers.asRoot(folder);
        // The first one makes what podman keeps: its groups, its database.
        assertThat(podman.run("", "echo it runs")).isEqualTo(new Said(0, "it runs"));
    }

    @AfterEach
    void nothingStays() {
        podman.removeAll();
    }

    @AfterAll
    void end() throws IOException {
        if (podman != null) {
            podman.close();
        }
    }

    private static void assertLines(Said said, String... lines) {
        assertThat(said.text().lines()).as(said.text()).containsExactly(lines);
        assertThat(said.status()).isZero();
    }

    /** A command that names the namespaces it is in, one a line, and says more. */
    static String rooms(String kinds, String more) {
        return "sh -c 'for k in " + kinds + "; do readlink /proc/self/ns/$k; done" + (more.isEmpty() ? "" : "; " + more)
                + "'";
    }

    @Test
    void runEndsAsTheProgramDoesAndTellsMissingFromForbidden() {
        assertThat(podman.run("", "sh -c 'echo out; echo err >&2; exit 7'")).isEqualTo(new Said(7, "out\nerr"));
        Said missing = podman.run("", "nosuch");
        assertThat(missing.status()).isEqualTo(127);
        assertThat(missing.text()).contains("executable file not found in $PATH");
        Said forbidden = podman.run("", "/etc/plain");
        assertThat(forbidden.status()).isEqualTo(126);
        assertThat(forbidden.text()).contains("/etc/plain").contains("permission denied");
        assertThat(podman.run("--no-such-flag", "true").status()).isEqualTo(125);
    }

    @Test
    void whatAContainerIsToldToBeItIs() {
        Said said = podman.run(
                "--hostname web --add-host db:10.1.2.3 --env A=b --workdir /tmp --user 1000:1001 --group-add 77"
                        + " --ulimit nofile=100:200 --ulimit core=0 --oom-score-adj 500 --umask 0077 --shm-size 1m"
                        + " --sysctl net.ipv4.ip_forward=1 --sysctl kernel.msgmax=1000 --tz UTC --ipc private",
                "sh -c 'hostname; grep -c 10.1.2.3 /etc/hosts; echo $A; pwd; id -u; id -g; id -G; ulimit -n; ulimit -Hn;"
                        + " ulimit -c; cat /proc/self/oom_score_adj; umask; df /dev/shm | tail -n 1 | tr -s \" \" | cut -d \" \" -f 2;"
                        + " cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax; date +%Z'");
        assertLines(
                said, "web", "1", "b", "/tmp", "1000", "1001", "1001 77", "100", "200", "0", "500", "0077", "1024", "1",
                "1000", "UTC");
    }

    @Test
    void itsLimitsAreThoseOfItsControlGroup() throws IOException {
        Needs.that(
                Files.isDirectory(Path.of("/sys/fs/cgroup/memory"))
                        && Files.isDirectory(Path.of("/sys/fs/cgroup/pids")),
                "needs control groups of version 1, which the files of this test are of");
        Said said = podman.run(
                "--cgroupns private --memory 64m --memory-reservation 32m --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0"
                        + " --pids-limit 33",
                "sh -c 'cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes memory/memory.soft_limit_in_bytes"
                        + " cpu/cpu.cfs_quota_us cpu/cpu.shares cpuset/cpuset.cpus pids/pids.max; cut -d : -f 3"
                        + " /proc/self/cgroup | sort -u'");
        assertLines(said, "67108864", "33554432", "50000", "512", "0", "33", "/");
        // In force, so that what follows is the limit's doing.
        Said most = podman.run("--memory 16m", "cat /sys/fs/cgroup/memory/memory.limit_in_bytes");
        assertLines(most, "16777216");
        assertThat(podman.run("--memory 16m", "sh -c 'tail -c 100m /dev/zero > /dev/null; echo ended with $?'")
                        .text())
                .contains("ended with 137");
    }

    @Test
    void filesAreThoseItIsGiven() {
        podman.say("rm -rf given && mkdir -p given/sub && echo data > given/f");
        String given = podman.folder().resolve("given").toString();
        Said read = podman.run(
                "--read-only --read-only-tmpfs=false -v " + given + ":/ro:ro -v " + given
                        + ":/z:Z,noexec,nosuid,nodev,rslave" + " -v kept:/kept --mount type=bind,src=" + given
                        + ",dst=/m,ro=true,bind-propagation=rprivate",
                "sh -c 'cat /ro/f; for p in / /ro /m; do touch $p/x 2> /dev/null || echo $p is read-only; done;"
                        + " touch /z/written; echo kept > /kept/f; grep -c \" /z .*nosuid,nodev,noexec\" /proc/mounts'");
        assertLines(read, "data", "/ is read-only", "/ro is read-only", "/m is read-only", "1");
        assertThat(Path.of(given, "written")).exists();
        Said owned = podman.run(
                "-v kept:/kept:ro -v " + given + ":/u:U --user 4242",
                "sh -c 'cat /kept/f; stat -c %u /u; touch /u/mine && echo mine'");
        assertLines(owned, "kept", "4242", "mine");
        Said rootfs = podman.attempt("podman run --rm -v " + given + ":/o:O --rootfs " + podman.folder()
                + "/image:O sh -c 'touch /o/over /over && ls /o'");
        assertLines(rootfs, "f", "mine", "over", "sub", "written");
        assertThat(Path.of(given, "over")).as("it went into a layer of its own").doesNotExist();
        assertThat(podman.folder().resolve("image/over")).doesNotExist();
        podman.ok("podman volume rm kept");
    }

    @Test
    void memoryAsFilesCanBeWrittenInAReadOnlyContainer() {
        Needs.that(
                podman.oci().run("features").text().contains("tmpcopyup"),
                "needs the mount option tmpcopyup, which podman asks for");
        Said said = podman.run(
                "--read-only --tmpfs /scratch:size=1m,mode=700,noexec",
                "sh -c 'touch /x 2> /dev/null || echo read-only; touch /tmp/x /run/x /scratch/x /dev/shm/x && stat -c %a /scratch;"
                        + " grep -c \" /scratch .*noexec.*size=1024k\" /proc/mounts'");
        assertLines(said, "read-only", "700", "1");
    }

    @Test
    void whatItMayDoIsWhatIsGiven() {
        String look = "sh -c 'grep -e CapEff -e CapBnd -e NoNewPrivs -e Seccomp: /proc/self/status | tr -d \"\\t\";"
                + " mkdir /tmp/x 2>&1 | grep -o \"Cannot assign.*\"; grep -c \" /proc/\" /proc/mounts; true'";
        podman.say("echo '{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"mkdir\",\"mkdirat\"],"
                + "\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":99}]}' > policy.json");
        Said little = podman.run(
                "--cap-drop all --cap-add net_admin --security-opt no-new-privileges --security-opt seccomp="
                        + podman.folder() + "/policy.json",
                look);
        assertThat(little.text().lines().limit(5))
                .containsExactly(
                        "CapEff:0000000000001000",
                        "CapBnd:0000000000001000",
                        "NoNewPrivs:1",
                        "Seccomp:2",
                        "Cannot assign requested address");
        Said open = podman.run(
                "--security-opt unmask=ALL --security-opt seccomp=unconfined --security-opt label=disable"
                        + " --security-opt apparmor=unconfined",
                look);
        assertThat(open.text().lines().skip(2)).containsExactly("NoNewPrivs:0", "Seccomp:0", "0");
        Said masked = podman.run(
                "--security-opt mask=/etc/plain --security-opt unmask=/proc/kcore --device /dev/null:/dev/other:rw",
                "sh -c 'wc -c < /etc/plain; grep -c \" /proc/kcore \" /proc/mounts; echo x > /dev/other; stat -c %t:%T /dev/other'");
        assertThat(masked.text().lines()).containsExactly("0", "0", "1:3");
        Said all = podman.run(
                "--privileged", "sh -c 'mount -t tmpfs tmpfs /tmp && echo mounted; test -e /dev/kmsg && echo devices'");
        assertLines(all, "mounted", "devices");
    }

    @Test
    void aRunningContainerIsLedByEveryCommand() throws Exception {
        podman.start(
                "led",
                "--health-cmd 'test -e /healthy' --health-interval disable",
                "sh -c 'trap \"echo told; exit 5\" TERM; trap \"echo hup\" HUP; echo up; while :; do sleep 0.1; done'");
        String pids = podman.ok("podman inspect led --format '{{.State.Status}} {{.State.Pid}} {{.State.ConmonPid}}'");
        String[] words = pids.split(" ", -1);
        assertThat(words[0]).isEqualTo("running");
        List<String> parent = Files.readAllLines(Path.of("/proc", words[1], "status"));
        assertThat(parent)
                .as("nobody of ours stays: conmon is its parent, and gets its exit")
                .contains("PPid:\t" + words[2]);
        Wait.until(
                "its first word is in the log",
                () -> podman.ok("podman logs led").contains("up"));

        assertThat(podman.attempt("podman exec led sh -c 'echo inside; exit 3'"))
                .isEqualTo(new Said(3, "inside"));
        assertThat(podman.attempt("podman exec led nosuch").status()).isEqualTo(127);
        assertThat(podman.attempt("podman exec led /etc/plain").status()).isEqualTo(126);
        assertThat(podman.ok("podman exec -u 65534 -e X=y -w /tmp led sh -c 'id -u; echo $X; pwd'"))
                .isEqualTo("65534\ny\n/tmp");
        assertThat(podman.say("echo through | timeout 60 podman exec -i led cat"))
                .isEqualTo("through");
        podman.ok("podman exec -d led sh -c 'echo detached > /detached; sleep 1000'");
        assertThat(podman.ok("podman exec led sh -c 'until cat /detached 2> /dev/null; do sleep 0.1; done'"))
                .isEqualTo("detached");
        assertThat(podman.ok("script -qec \"podman exec -it led sh -c 'tty; stty size'\" /dev/null <<'END'\nEND"))
                .contains("/dev/pts/");
        assertThat(podman.ok("podman top led args")).contains("sleep 1000").contains("trap");
        assertThat(podman.ok("podman top led -o pid,args")).contains("sleep 1000");
        assertThat(podman.ok("podman stats --no-stream --format '{{.Name}} {{.PIDs}}' led"))
                .matches("led [3-9]");

        assertThat(podman.attempt("podman healthcheck run led").status()).isEqualTo(1);
        podman.ok("podman exec led touch /healthy");
        assertThat(podman.attempt("podman healthcheck run led").status()).isZero();
        assertThat(podman.ok("podman inspect led --format '{{.State.Health.Status}}'"))
                .isEqualTo("healthy");

        podman.ok("podman pause led");
        assertThat(podman.ok("podman inspect led --format '{{.State.Status}}'")).isEqualTo("paused");
        assertThat(podman.attempt("podman exec led true").status()).isEqualTo(255);
        podman.ok("podman unpause led");
        podman.say("echo copied > copied");
        podman.ok("podman cp copied led:/copied");
        podman.ok("podman cp led:/copied back");
        assertThat(podman.say("cat back")).isEqualTo("copied");

        podman.ok("podman kill -s HUP led");
        Wait.until("it heard the signal", () -> podman.ok("podman logs led").contains("hup"));
        podman.ok("podman stop -t 20 led");
        assertThat(podman.ok("podman wait led")).isEqualTo("5");
        assertThat(podman.ok("podman logs led")).endsWith("told");
        for (String command : List.of("exec led true", "kill led", "pause led")) {
            assertThat(podman.attempt("podman " + command).status()).as(command).isNotZero();
        }
        assertThat(podman.ok("podman events --stream=false --since 10m --filter container=led --format '{{.Status}}'"))
                .contains("create", "init", "start", "exec_died", "health_status", "pause", "unpause", "kill", "died");
    }

    @Test
    void limitsOfARunningContainerChange() {
        Needs.that(
                Files.isDirectory(Path.of("/sys/fs/cgroup/memory")),
                "needs control groups of version 1, which the files of this test are of");
        podman.start("changed", "--memory 64m", "sleep 1000");
        podman.ok("podman update --memory 100m --cpus 0.3 changed");
        assertThat(podman.ok("podman exec changed cat /sys/fs/cgroup/memory/memory.limit_in_bytes"
                        + " /sys/fs/cgroup/cpu/cpu.cfs_quota_us"))
                .isEqualTo("104857600\n30000");
    }

    @Test
    void createInitStartRestart() {
        podman.ok("podman create --name twice " + Callers.IMAGE + " sh -c 'echo run; sleep 1000'");
        podman.ok("podman init twice");
        assertThat(podman.ok("podman inspect twice --format '{{.State.Status}}'"))
                .isEqualTo("initialized");
        podman.ok("podman start twice");
        podman.ok("podman restart -t 0 twice");
        Wait.until("it ran twice", () -> podman.ok("podman logs twice").equals("run\nrun"));
        podman.ok("podman run --name again --restart on-failure:1 " + Callers.IMAGE + " sh -c 'exit 3' || true");
        assertThat(podman.ok("podman inspect again --format '{{.RestartCount}} {{.State.ExitCode}}'"))
                .isEqualTo("1 3");
        assertThat(podman.attempt("podman run --timeout 1 " + Callers.IMAGE + " sleep 1000")
                        .status())
                .as("the time is over")
                .isEqualTo(255);
    }

    @Test
    void roomsOfOthersAreShared() {
        podman.start("first", "--hostname first", "sleep 1000");
        String pid = podman.ok("podman inspect first --format '{{.State.Pid}}'");
        String rooms = podman.ok("podman exec first " + rooms("net ipc uts pid", ""));
        String look = rooms("net ipc uts pid", "hostname; tr \"\\0\" \" \" < /proc/1/cmdline");
        assertThat(podman.run(
                                "--network container:first --ipc container:first --uts container:first --pid container:first",
                                look)
                        .text())
                .isEqualTo(rooms + "\nfirst\nsleep 1000");
        Said byPath = podman.run("--network ns:/proc/" + pid + "/ns/net", "readlink /proc/self/ns/net");
        assertThat(byPath).isEqualTo(new Said(0, rooms.lines().findFirst().orElseThrow()));
        assertThat(podman.run("--network host --pid host --cgroupns host", "sh -c 'cat /proc/" + pid + "/comm'")
                        .text())
                .isEqualTo("sleep");
    }

    @Test
    void theCallersOwnKernelParametersStayAsTheyAre() {
        String before = podman.say("cat /proc/sys/net/ipv4/ip_forward");
        String command = "run --rm --network ns:/proc/self/ns/net --sysctl net.ipv4.ip_forward="
                + (1 - Integer.parseInt(before)) + " " + Callers.LIMITS + " " + Callers.IMAGE + " true";
        List<Said> both = podman.besideRunc(command);
        assertThat(both.getFirst().status()).isEqualTo(both.getLast().status()).isEqualTo(126);
        assertThat(both.getFirst().text()).contains("linux.sysctl").contains("the caller's own net namespace");
        assertThat(podman.say("cat /proc/sys/net/ipv4/ip_forward")).isEqualTo(before);
    }

    @Test
    void podsShareTheirRooms() {
        podman.ok("podman import -c 'ENTRYPOINT [\"/bin/sleep\",\"100000\"]' image.tar localhost/infra");
        podman.ok("podman pod create --name pod --infra-image localhost/infra --network none --share net,ipc,uts"
                + " --hostname pod");
        podman.start("one", "--pod pod", "sleep 1000");
        podman.start("two", "--pod pod", "sleep 1000");
        String look = rooms("net ipc uts pid", "hostname");
        List<String> one = podman.ok("podman exec one " + look).lines().toList();
        List<String> two = podman.ok("podman exec two " + look).lines().toList();
        assertThat(one).hasSize(5).endsWith("pod");
        assertThat(one.subList(0, 3)).isEqualTo(two.subList(0, 3));
        assertThat(one.get(3)).as("processes are each one's own").isNotEqualTo(two.get(3));
        assertThat(podman.ok("podman pod stats --no-stream pod").lines()).hasSize(4);
        podman.ok("podman pod pause pod");
        podman.ok("podman pod unpause pod");
        podman.ok("podman pod rm -f -t 0 pod");
        assertThat(podman.ok("podman ps -aq")).isEmpty();
    }

    @Test
    void usersOfItsOwnByMapsAndByPodmansChoice() {
        podman.start("mapped", "--uidmap 0:100000:65536", "sleep 1000");
        assertThat(podman.ok("podman exec mapped sh -c 'tr -s \" \" < /proc/self/uid_map; touch /x; stat -c %u /x'"))
                .isEqualTo(" 0 100000 65536\n0");
        String rooms = podman.ok("podman exec mapped " + rooms("user net", ""));
        assertThat(podman.run(
                        "--userns container:mapped --network container:mapped --pid container:mapped"
                                + " --ipc container:mapped --uts container:mapped",
                        rooms("user net", "")))
                .as("a user namespace is joined together with others that it owns")
                .isEqualTo(new Said(0, rooms));
        assertLines(
                podman.run("--userns auto", "sh -c 'tr -s \" \" < /proc/self/uid_map; touch /x && echo writes'"),
                " 0 2147483648 1024",
                "writes");
        assertLines(
                podman.run("--userns auto:size=5000 --user 1000", "sh -c 'tr -s \" \" < /proc/self/uid_map; id -u'"),
                " 0 2147483648 5000",
                "1000");
    }

    @Test
    void descriptorsArePreserved() {
        podman.say("echo third > third; echo fourth > fourth");
        assertThat(podman.attempt("podman run --rm --preserve-fds 2 " + Callers.IMAGE
                        + " sh -c 'cat <&3; cat <&4' 3< third 4< fourth"))
                .isEqualTo(new Said(0, "third\nfourth"));
    }

    @Test
    void anInitReapsWhatOthersLeave() {
        Path tini = Path.of("/usr/bin/tini-static");
        Needs.that(Files.exists(tini), "needs " + tini + " (Debian: apt-get install -y tini)");
        Said said =
                podman.run("--init --init-path " + tini, "sh -c 'tr \"\\0\" \" \" < /proc/1/cmdline; echo; echo $$'");
        assertThat(said.text().lines().toList().getFirst()).startsWith("/run/podman-init -- sh");
        assertThat(said.text().lines().toList().getLast()).isEqualTo("2");
    }

    @Test
    void aCheckpointFailsAsItDoesWithRuncHere() {
        Needs.programs("criu", "criu");
        Needs.programs("runc", "runc");
        podman.start("ours", "", "sleep 1000");
        podman.ok("podman --runtime runc run -d --name theirs " + Callers.LIMITS + " " + Callers.IMAGE + " sleep 1000");
        Said theirs = podman.attempt("podman container checkpoint theirs");
        Needs.that(theirs.status() != 0, "CRIU works here with runc: what is to be shown is shown elsewhere");
        Said ours = podman.attempt("podman container checkpoint ours");
        assertThat(ours.status()).isEqualTo(theirs.status());
        assertThat(ours.text()).contains("criu failed: type DUMP").contains("mend:");
        assertThat(podman.ok("podman exec ours echo it still runs")).isEqualTo("it still runs");
    }

    @Test
    void theDocumentsSettingsAreEnough() throws Exception {
        assertThat(podman.ok("podman info --format '{{.Host.OCIRuntime.Name}} {{.Host.OCIRuntime.Version}}'"))
                .startsWith("alcove ")
                .contains("alcove-oci version");
        podman.follow("console podman");
    }
}
