package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.CgroupLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Kills a command of {@code alcove-oci} at drawn moments of its life and looks whether delete --force takes everything away.
 * By {@code -Dalcove.seed} the same moments are drawn again; {@code -Dalcove.deaths=all} draws ten times as many. (Deaths
 * before each step of create's program are {@code OciDeathsTest}'s, in module runtime.)
 */
final class OciDeaths {
    private static final int EACH = 2;

    private final OciProgram oci;
    private final String bundle;
    private final String id;
    private final Random random;
    private final int each;

    OciDeaths(OciProgram oci, String bundle, String id) {
        this.oci = oci;
        this.bundle = bundle;
        this.id = id;
        long seed = Long.getLong("alcove.seed", 20261122);
        this.random = new Random(seed);
        this.each = System.getProperty("alcove.deaths", "").equals("all") ? 10 * EACH : EACH;
        System.out.println("deaths of alcove-oci: seed " + seed);
    }

    /** What is found of a container: control groups of its name, processes with its id among their words. */
    static List<String> traces(String id) {
        List<String> traces = new ArrayList<>();
        for (CgroupHierarchy h : CgroupLayout.read().hierarchies()) {
            if (Files.exists(Path.of(h.directory("/alcove-" + id)))) {
                traces.add("group " + h.directory("/alcove-" + id));
            }
        }
        ProcessHandle.allProcesses().forEach(p -> {
            try {
                String words = Files.readString(
                        Path.of("/proc", Long.toString(p.pid()), "cmdline"),
                        java.nio.charset.StandardCharsets.ISO_8859_1);
                // The last words of a shell's script may name it too.
                if (List.of(words.split("\0", -1)).contains(id) || words.contains("# " + id + "\0")) {
                    traces.add("process " + p.pid() + " " + words.replace('\0', ' '));
                }
            } catch (IOException e) {
                // It has ended.
            }
        });
        return traces;
    }

    /** Kills a front, or the JVM that it started. */
    static void kill(Process front, String whom) {
        if (whom.equals("front")) {
            front.toHandle().destroyForcibly();
            return;
        }
        // Its only child, until it runs a program of which there may be others.
        front.children().findFirst().ifPresent(ProcessHandle::destroyForcibly);
    }

    /**
     * All of them.
     *
     * @return how many
     */
    int all() throws IOException, InterruptedException {
        int deaths = 0;
        for (String command : List.of("create", "start", "exec", "delete", "run")) {
            long most = undisturbed(command);
            for (int i = 0; i < 2 * each; i++) {
                long after = (long) (random.nextDouble() * most);
                String whom = i % 2 == 0 ? "front" : "jvm";
                death(command, whom, after);
                deaths++;
            }
        }
        return deaths;
    }

    private String[] words(String command) {
        return switch (command) {
            case "create" -> new String[] {"create", "--bundle", bundle, id};
            case "run" -> new String[] {"run", "--detach", "--bundle", bundle, id};
            case "exec" -> new String[] {"exec", id, "sh", "-c", "exit 0"};
            case "delete" -> new String[] {"delete", "--force", id};
            default -> new String[] {command, id};
        };
    }

    /** What has to be there before the command. */
    private void before(String command) {
        if (!command.equals("create") && !command.equals("run")) {
            ok("create", "--bundle", bundle, id);
        }
        if (command.equals("exec") || command.equals("delete")) {
            ok("start", id);
        }
    }

    private void ok(String... words) {
        Said said = oci.run(words);
        assertThat(said.status()).as(said.text()).isZero();
    }

    /** How long it takes, in nanoseconds. */
    private long undisturbed(String command) {
        before(command);
        long began = System.nanoTime();
        ok(words(command));
        long took = System.nanoTime() - began;
        ok("delete", "--force", id);
        return took;
    }

    private void death(String command, String whom, long after) throws IOException, InterruptedException {
        before(command);
        OciProgram.Running running = oci.begin(words(command));
        TimeUnit.NANOSECONDS.sleep(after);
        kill(running.process(), whom);
        assertThat(running.process().waitFor(60, TimeUnit.SECONDS))
                .as(command + " ends after the death of its " + whom)
                .isTrue();
        String how = command + ", its " + whom + " killed after " + after / 1_000_000 + " ms";
        Said delete = oci.run("delete", "--force", id);
        assertThat(delete.status()).as(how + ": " + delete.text()).isZero();
        assertThat(oci.left()).as(how).isEmpty();
        Wait.until(how + ": nothing is left", () -> traces(id).isEmpty());
    }
}
