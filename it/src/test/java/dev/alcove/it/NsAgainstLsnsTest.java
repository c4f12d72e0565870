package dev.alcove.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.cli.Alcove;
import dev.alcove.cli.SignalSource;
import dev.alcove.linux.DetachedMount;
import dev.alcove.linux.Fd;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.Mounts;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Open;
import io.avaje.jsonb.Jsonb;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code alcove ns} beside lsns(8): the same namespaces of the same machine, and those that lsns does not know. */
class NsAgainstLsnsTest {
    private static final String[] LSNS = {"lsns", "--json", "-o", "NS,TYPE,NPROCS,PID"};

    @TempDir
    Path folder;

    /** What alcove says, in this JVM. */
    private String alcove(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        SignalSource signals = (signal, receiver) -> () -> {};
        int status = Alcove.run(
                new dev.alcove.cli.Shell(
                        Map.of("ALCOVE_ROOT", folder.resolve("state").toString()),
                        folder,
                        new PrintStream(out, false, UTF_8),
                        new PrintStream(err, false, UTF_8),
                        Fd.standard(0),
                        Fd.standard(1),
                        Fd.standard(2),
                        signals),
                List.of(words));
        assertThat(status).as(err.toString(UTF_8)).isZero();
        return out.toString(UTF_8);
    }

    private static List<Map<?, ?>> namespaces(String json) {
        List<Map<?, ?>> all = new ArrayList<>();
        Map<?, ?> document = (Map<?, ?>) Jsonb.instance().type(Object.class).fromJson(json);
        Object list = document.get("namespaces");
        for (Object one : (List<?>) list) {
            all.add((Map<?, ?>) one);
        }
        return all;
    }

    /**
     * One line for each that has processes: number, kind, how many, the first. Not every lsns knows of others.
     *
     * @param own so many processes of the lister itself are not counted
     */
    private static Set<String> lines(String json, int own) {
        Set<String> lines = new TreeSet<>();
        for (Map<?, ?> ns : namespaces(json)) {
            long number = ((Number) ns.get("ns")).longValue();
            long count = ((Number) ns.get("nprocs")).longValue();
            boolean ours = Namespace.identity(kind(ns), Kernel.pid())
                    .map(i -> i.number() == number)
                    .orElse(false);
            if (count > 0) {
                lines.add(number + " " + ns.get("type") + " " + (count - (ours ? own : 0)) + " " + ns.get("pid"));
            }
        }
        return lines;
    }

    private static NamespaceKind kind(Map<?, ?> ns) {
        return NamespaceKind.named(String.valueOf(ns.get("type"))).orElseThrow();
    }

    private Map<?, ?> one(Namespace namespace) {
        for (Map<?, ?> ns : namespaces(alcove("ns", "--json"))) {
            if (((Number) ns.get("ns")).longValue() == namespace.identity().number()) {
                return ns;
            }
        }
        throw new AssertionError(namespace + " is not listed");
    }

    @Test
    void theWholeMachine() throws Exception {
        Needs.root();
        Needs.programs("util-linux", "lsns", "unshare");
        Process room = new ProcessBuilder(
                        "unshare",
                        "-U",
                        "-r",
                        "-m",
                        "-n",
                        "-i",
                        "-u",
                        "-C",
                        "-T",
                        "-p",
                        "-f",
                        "--kill-child",
                        "sleep",
                        "1000")
                .start();
        try {
            AtomicReference<String> last = new AtomicReference<>("");
            AtomicBoolean stableAreSame = new AtomicBoolean();
            // Processes come and go between the looks: all the same is only to be had in a quiet moment. On a machine
            // that has none, it must do that what was the same before and after is the same in between.
            boolean same = Wait.within(Duration.ofSeconds(30), () -> {
                Set<String> before = lines(alcove("ns", "--json"), 0);
                // lsns counts itself.
                Set<String> theirs = lines(Shell.run(LSNS), 1);
                Set<String> stable = lines(alcove("ns", "--json"), 0);
                stable.retainAll(before);
                stableAreSame.compareAndSet(false, stable.size() >= 8 && theirs.containsAll(stable));
                last.set("ours " + before + "\ntheirs " + theirs + "\nstable " + stable);
                return before.equals(theirs) && before.size() >= 16;
            });
            assertThat(same || stableAreSame.get()).as(last.get()).isTrue();
        } finally {
            room.descendants().forEach(ProcessHandle::destroyForcibly);
            room.destroyForcibly().waitFor();
        }
    }

    /** Where /proc shows the test's own processes alone, nothing moves: one look must do. */
    @Test
    void aQuietPlace() throws Exception {
        Needs.root();
        Needs.programs("util-linux", "lsns", "unshare");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String alcove =
                "'" + java + "' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED -cp '"
                        + System.getProperty("java.class.path") + "' dev.alcove.cli.Main ns --json";
        // Only this shell and what it starts; two more in rooms of their own, one inside the other.
        String script =
                "unshare -U -r -n -p -f --kill-child sh -c 'unshare -U -r -i -u sh -c \"echo > ready; exec sleep 1000\"' &\n"
                        + "while ! [ -e ready ]; do sleep 0.05; done\n" + alcove + " > ours\n" + String.join(" ", LSNS)
                        + " > theirs\n";
        ProcessBuilder builder = new ProcessBuilder(
                        "unshare", "-m", "-p", "-f", "--mount-proc", "--kill-child", "sh", "-ec", script)
                .directory(folder.toFile())
                .inheritIO();
        builder.environment().put("ALCOVE_ROOT", folder.resolve("state").toString());
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        Set<String> ours = lines(Files.readString(folder.resolve("ours")), 0);
        Set<String> theirs = lines(Files.readString(folder.resolve("theirs")), 0);
        assertThat(ours).isEqualTo(theirs);
        assertThat(ours).hasSizeGreaterThanOrEqualTo(8 + 3 + 3);
    }

    @Test
    void oneThatABindMountKeeps() throws Exception {
        Needs.root();
        Path file = Files.createFile(folder.resolve("blue"));
        try (Namespace net = NamespaceThread.create()
                .unshare(NamespaceKind.NET)
                .call(() -> Namespace.ofThread(NamespaceKind.NET).orElseThrow())) {
            try (Fd place = Open.path().at(file);
                    DetachedMount mount = DetachedMount.copyOf(net.fd(), false)) {
                mount.attach(place);
            }
            net.close();
            Map<?, ?> ours = one(net);
            assertThat(ours.get("type")).isEqualTo("net");
            assertThat(((Number) ours.get("nprocs")).intValue()).isZero();
            assertThat(ours.get("pid")).isNull();
            assertThat(ours.get("command")).isEqualTo("");
            long here = Namespace.identity(NamespaceKind.MOUNT, Kernel.pid())
                    .orElseThrow()
                    .number();
            assertThat((List<?>) ours.get("pins")).hasToString("[" + file + " in mnt:[" + here + "]]");
        } finally {
            Mounts.unmount(file);
        }
    }

    @Test
    void oneThatADescriptorKeeps() {
        Needs.root();
        try (Namespace uts = NamespaceThread.create()
                .unshare(NamespaceKind.UTS)
                .call(() -> Namespace.ofThread(NamespaceKind.UTS).orElseThrow())) {
            Map<?, ?> ours = one(uts);
            assertThat(((Number) ours.get("nprocs")).intValue()).isZero();
            assertThat((List<?>) ours.get("pins"))
                    .singleElement()
                    .asString()
                    .matches("descriptor \\d+ of process " + Kernel.pid());
            assertThat(((Number) ours.get("owner_uid")).intValue()).isZero();
            assertThat(((Number) ours.get("ons")).longValue())
                    .isEqualTo(Namespace.identity(NamespaceKind.USER, Kernel.pid())
                            .orElseThrow()
                            .number());
        }
    }
}
