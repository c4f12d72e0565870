package dev.alcove.it;

import dev.alcove.linux.Signal;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.OciCheckpoint;
import dev.alcove.runtime.OciContainer;
import dev.alcove.runtime.OciContainers;
import dev.alcove.runtime.OciRequest;
import dev.alcove.runtime.OciStatus;
import dev.alcove.spec.OciJson;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What {@link CheckpointTest} does in the guest, in one JVM, as each is slow to start there: a container of ours, dumped and
 * restored, and one of runc's, dumped by it and restored by us.
 */
final class CheckpointInside {
    static final String WELL = "one of ours and one of runc's went on where they were";
    static final String NO_CRIU = "criu does not work with runc here either";

    private static final Path FOLDER = Path.of("/run/checkpoint");

    /** Counts into a file of its own memory file system, which is dumped with it, and keeps a file open. */
    private static final String SCRIPT = "echo secret > /dev/shm/kept; exec 7< /dev/shm/kept; i=0;"
            + " while :; do i=$((i+1)); echo $i; echo $i > /dev/shm/count; sleep 1; done";

    private CheckpointInside() {}

    public static void main(String[] arguments) throws Exception {
        Files.createDirectories(FOLDER);
        OciProgram program = new OciProgram(FOLDER);
        Path bundle = Files.createDirectories(FOLDER.resolve("bundle"));
        OciProgram.rootfs(bundle.resolve("rootfs"));
        run("runc", "spec", "--bundle", bundle.toString());
        Path config = bundle.resolve("config.json");
        OciSpec spec = OciJson.read(Files.readAllBytes(config), OciSpec.class);
        OciSpec counting = spec.toBuilder()
                .process(Objects.requireNonNull(spec.process()).toBuilder()
                        .terminal(false)
                        .noNewPrivileges(false)
                        .args(List.of("sh", "-c", SCRIPT))
                        .build())
                .mounts(volumes(spec))
                .build();
        Files.writeString(config, OciJson.pretty(counting));

        // The front's JVM starts meanwhile.
        Path ours = started(
                "ours",
                program.path().toString(),
                "--root",
                program.root().toString(),
                "run",
                "-d",
                "-b",
                bundle.toString(),
                "ours");
        Path theirs = started("theirs", "runc", "run", "-d", "-b", bundle.toString(), "theirs");
        count(theirs);
        Path dumped = FOLDER.resolve("theirs");
        if (new ProcessBuilder("runc", "checkpoint", "--image-path", dumped.toString(), "theirs")
                        .inheritIO()
                        .start()
                        .waitFor()
                != 0) {
            System.out.println(NO_CRIU);
            return;
        }
        OciContainers containers = OciContainers.at(program.root());
        count(ours);
        check(containers, containers.find("ours"), counting, bundle);
        strict(containers, counting, bundle, dumped);
        restore(containers, "theirs", counting, bundle, dumped, "of runc's");
        // What they say comes here too: at the end nobody is left who could come between.
        System.out.println("\n" + WELL);
    }

    private static List<OciMount> volumes(OciSpec spec) throws IOException {
        Path volume = Files.createDirectories(FOLDER.resolve("volume"));
        List<OciMount> mounts = new ArrayList<>(spec.mounts());
        mounts.add(OciMount.of("/srv/free", "bind", volume.toString(), List.of("bind")));
        mounts.add(OciMount.of("/srv/kept", "bind", volume.toString(), List.of("rbind", "ro", "nodev")));
        return mounts;
    }

    /** What criu does not restore is not given up in silence, where it protects something. */
    private static void strict(OciContainers containers, OciSpec spec, Path bundle, Path images) {
        OciSpec strict = spec.toBuilder()
                .process(Objects.requireNonNull(spec.process()).toBuilder()
                        .noNewPrivileges(true)
                        .build())
                .build();
        try {
            containers.restore(OciRequest.of("strict", bundle), strict, wanted(images, false));
        } catch (ContainerException e) {
            is(
                    e.getMessage(),
                    String.valueOf(e.getMessage()).startsWith("process.noNewPrivileges: criu has not restored it"));
            is("nothing is left of it", containers.look("strict").isEmpty());
            is("nor a group", !Files.exists(Path.of("/sys/fs/cgroup/alcove-strict")));
            return;
        }
        throw new AssertionError("it was restored without");
    }

    private static void check(OciContainers containers, OciContainer ours, OciSpec spec, Path bundle)
            throws IOException, InterruptedException {
        List<String> before = rooms(ours.pid());
        Path images = FOLDER.resolve("ours");
        ours.checkpoint(wanted(images, true));
        is("it runs on", ours.status() == OciStatus.RUNNING);
        int going = Integer.parseInt(inside(ours, "count"));
        Thread.sleep(2500);
        is("it counts on", Integer.parseInt(inside(ours, "count")) > going);
        ours.checkpoint(wanted(images, false));
        is("it is gone", containers.look("ours").isEmpty());
        is("its group is gone", !Files.exists(Path.of("/sys/fs/cgroup/alcove-ours")));
        List<String> after = restore(containers, "ours", spec, bundle, images, "of ours");
        is("the same rooms: " + before + " and " + after, before.equals(after));
    }

    private static List<String> restore(
            OciContainers containers, String id, OciSpec spec, Path bundle, Path images, String of)
            throws IOException, InterruptedException {
        OciContainer again = containers.restore(OciRequest.of(id, bundle), spec, wanted(images, false));
        is("it runs", again.status() == OciStatus.RUNNING);
        is(
                "its group",
                Files.readString(Path.of("/proc/" + again.pid() + "/cgroup"))
                        .strip()
                        .equals("0::/alcove-" + id));
        int counted = Integer.parseInt(inside(again, "count"));
        Thread.sleep(2500);
        is(of + " counts on from " + counted, counted > 1 && Integer.parseInt(inside(again, "count")) > counted);
        is("its file", inside(again, "kept").equals("secret"));
        is(
                "its open file",
                Files.readSymbolicLink(Path.of("/proc/" + again.pid() + "/fd/7"))
                        .toString()
                        .equals("/dev/shm/kept"));
        is(
                "no mount of criu's on the host",
                !Files.readString(Path.of("/proc/self/mountinfo")).contains("criu-root"));
        List<String> rooms = rooms(again.pid());
        again.kill(Signal.KILL, false);
        is("it ends", again.awaitEnd(Duration.ofSeconds(10)));
        again.delete(false);
        is(
                "nothing is left",
                !Files.exists(Path.of("/sys/fs/cgroup/alcove-" + id))
                        && containers.look(id).isEmpty());
        return rooms;
    }

    private static OciCheckpoint wanted(Path images, boolean leaveRunning) {
        return new OciCheckpoint(
                "criu",
                images,
                Optional.empty(),
                "",
                leaveRunning,
                false,
                false,
                false,
                false,
                false,
                false,
                false,
                false,
                false,
                -1,
                "",
                "",
                List.of(),
                "",
                "");
    }

    private static String inside(OciContainer container, String file) throws IOException {
        return Files.readString(Path.of("/proc/" + container.pid() + "/root/dev/shm/" + file))
                .strip();
    }

    /** What its processes may and see, without the numbers that are new. */
    private static List<String> rooms(int pid) throws IOException {
        TreeSet<String> all = new TreeSet<>();
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/mountinfo"))) {
            String[] words = line.split(" ", -1);
            all.add(String.join(" ", words[3], words[4], words[5], words[words.length - 3]));
        }
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("Cap") || line.startsWith("NoNewPrivs") || line.startsWith("Seccomp:")) {
                all.add(line);
            }
        }
        return List.copyOf(all);
    }

    private static void is(String what, boolean so) {
        if (!so) {
            throw new AssertionError("not so: " + what);
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        is(
                String.join(" ", command),
                new ProcessBuilder(command).inheritIO().start().waitFor() == 0);
    }

    /** A pipe is what callers give, and what criu takes. */
    private static Path started(String name, String... command) throws IOException {
        Path said = FOLDER.resolve(name + ".said");
        new ProcessBuilder("sh", "-c", String.join(" ", command) + " < /dev/null 2>&1 | cat > " + said)
                .inheritIO()
                .start();
        return said;
    }

    /** Waits until it counts. */
    private static void count(Path said) throws IOException, InterruptedException {
        String text = "";
        for (int i = 0; i < 900 && !text.contains("3\n"); i++) {
            Thread.sleep(200);
            text = Files.exists(said) ? Files.readString(said) : "";
        }
        is("it counts: " + text, text.startsWith("1\n2\n3\n"));
    }
}
