package dev.alcove.bench;

import dev.alcove.linux.SeccompFilter;
import dev.alcove.runtime.ContainerBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Alcove's figures, all measured in one run: rounds in which everyone has a turn, so that whatever else the machine does
 * meets all alike. Nothing is asserted.
 */
public final class Bench {
    private static final String HAND = "by hand in C";
    private static final String HAND_NET = HAND + ", own network";
    private static final String ALCOVE = "Alcove in a warm JVM";
    private static final String ALCOVE_NET = ALCOVE + ", own network";
    private static final String HAND_EXEC = "exec by hand in C";
    private static final String ALCOVE_EXEC = "exec by Alcove in a warm JVM";
    private static final String CRUN = "crun run";
    private static final String HELLO = "java, hello world";
    private static final String SANDBOX = "Sandbox.java, hello world";
    private static final String LAUNCHER = "alcove run host true";

    private static final int MANY = 5;

    /** What many containers cost. */
    private record Many(double last, double lastByHand, long bytes, double threads, double twoByHand) {}

    private final Path work;
    private final Path root;
    private final PrintStream progress;

    private Bench(Path work, PrintStream progress) {
        this.work = work;
        this.root = work.resolve("root");
        this.progress = progress;
    }

    /**
     * Measures.
     *
     * @param args the folder with the programs and the root file system; how many rounds; how many starts to warm up;
     *             then, if there is one, the command {@code alcove}
     */
    public static void main(String[] args) throws IOException {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        var progress = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        new Bench(Path.of(args[0]).toAbsolutePath(), progress)
                .measure(Integer.parseInt(args[1]), Integer.parseInt(args[2]), args.length > 3 ? args[3] : "", out);
    }

    private void measure(int rounds, int warmUp, String launcher, PrintStream out) throws IOException {
        SeccompFilter filter = AlcoveInProcess.container(root, true, "/bin/noop")
                .spec()
                .seccomp()
                .orElseThrow();
        Path code = Files.write(work.resolve("filter"), filter.bytes());
        List<Contender> contenders = contenders(code, launcher);
        Map<String, Samples> results = new LinkedHashMap<>();
        contenders.forEach(c -> results.put(c.name(), new Samples()));
        try {
            progress.println("warming up");
            for (int left = warmUp; left > 0; left -= 20) {
                for (Contender c : contenders) {
                    if (c instanceof AlcoveInProcess own) {
                        own.run(10);
                        own.plan(40);
                    }
                    if (c instanceof ExecInProcess own) {
                        own.run(10);
                    }
                    // Once in a while: what it loads makes the JVM compile again what the others use.
                    if (c instanceof HelloInSandbox own && left % 1000 == 0) {
                        own.run(1);
                    }
                }
            }
            for (int round = 0; round < rounds; round++) {
                progress.println("round " + (round + 1) + " of " + rounds);
                for (int i = 0; i < contenders.size(); i++) {
                    turn(contenders.get((i + round) % contenders.size()), results);
                }
            }
        } finally {
            contenders.forEach(Contender::close);
        }
        long monitor = IdleMemory.perContainer(root, false);
        long both = IdleMemory.perContainer(root, true);
        progress.println("many containers");
        Growth growth = new Growth(root);
        double[] own = new double[MANY];
        double[] byHand = new double[MANY];
        long bytes = 0;
        try (Contender c = hand("idle", code, "idle")) {
            for (int i = 0; i < MANY; i++) {
                Growth.Idle idle = growth.idleContainers();
                bytes = Math.max(bytes, idle.bytes());
                own[i] = idle.last();
                byHand[i] = Growth.byHand(c);
            }
        }
        Arrays.sort(own);
        Arrays.sort(byHand);
        double two;
        try (Contender one = hand("one", code, "nonet");
                Contender other = hand("other", code, "nonet")) {
            two = Growth.twoByHand(one, other);
        }
        Many many = new Many(own[MANY / 2], byHand[MANY / 2], bytes, growth.threads(), two);
        new Report(out, results, rounds, warmUp).print(monitor, both, many);
    }

    private void turn(Contender c, Map<String, Samples> results) {
        Samples samples = results.getOrDefault(c.name(), new Samples());
        if (!samples.failure().isEmpty()) {
            return;
        }
        try {
            samples.add(c.run(c.perRound()));
        } catch (IOException e) {
            samples.fail(String.valueOf(e.getMessage()));
        }
    }

    private List<Contender> contenders(Path code, String launcher) throws IOException {
        List<Contender> all = new ArrayList<>();
        all.add(hand(HAND, code, "nonet"));
        all.add(new AlcoveInProcess(ALCOVE, root, false));
        all.add(hand(HAND_NET, code, "net"));
        all.add(new AlcoveInProcess(ALCOVE_NET, root, true));
        ExecInProcess exec = new ExecInProcess(ALCOVE_EXEC, root);
        List<String> joined =
                new ArrayList<>(List.of(work.resolve("byhand").toString(), root.toString(), code.toString()));
        joined.addAll(exec.target());
        all.add(new Measured(HAND_EXEC, 20, joined));
        all.add(exec);
        oci(all, CRUN, 4, "crun", false);
        oci(all, "crun run, own network", 4, "crun", true);
        oci(all, "runc run", 2, "runc", false);
        String bwrap = found("bwrap");
        if (!bwrap.isEmpty()) {
            List<String> command =
                    List.of(bwrap, "--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup");
            List<String> rest = List.of(
                    "--bind",
                    root.toString(),
                    "/",
                    "--proc",
                    "/proc",
                    "--dev",
                    "/dev",
                    "--die-with-parent",
                    "/bin/noop");
            all.add(repeat("bubblewrap (does less)", 5, command, rest));
        }
        Path classes = Path.of(
                Bench.class.getProtectionDomain().getCodeSource().getLocation().getPath());
        all.add(repeat(HELLO, 3, HelloInSandbox.plain(classes), List.of()));
        all.add(new HelloInSandbox(SANDBOX, classes));
        if (!launcher.isEmpty()) {
            all.add(repeat(LAUNCHER, 2, List.of(launcher, "run", "host", "true"), List.of()));
        }
        return all;
    }

    private Contender hand(String name, Path code, String net) throws IOException {
        return new Measured(
                name, 20, List.of(work.resolve("byhand").toString(), root.toString(), code.toString(), net));
    }

    private Contender repeat(String name, int perRound, List<String> command, List<String> rest) throws IOException {
        List<String> all = new ArrayList<>();
        all.add(work.resolve("repeat").toString());
        all.addAll(command);
        all.addAll(rest);
        return new Measured(name, perRound, all);
    }

    private void oci(List<Contender> all, String name, int perRound, String program, boolean net) throws IOException {
        String path = found(program);
        if (path.isEmpty()) {
            return;
        }
        // crun refuses a machine of both versions as soon as anybody gave version 2 a controller: it sees version 1
        // alone,
        // in a mount namespace of its own.
        String unified = "/sys/fs/cgroup/unified";
        boolean hybrid = program.equals("crun") && Files.isDirectory(Path.of(unified));
        String id = "alcove-test-" + program + (net ? "-net" : "");
        Path bundle = work.resolve(id);
        ContainerBuilder container = AlcoveInProcess.container(root, net, "/bin/noop");
        Bundle.write(container, root, bundle, id);
        List<String> manager = program.equals("crun") ? List.of("--cgroup-manager", "cgroupfs") : List.of();
        List<String> command =
                new ArrayList<>(List.of(path, "--root", bundle.resolve("state").toString()));
        command.addAll(manager);
        command.addAll(List.of("run", "--bundle", bundle.toString(), id));
        List<String> whole = new ArrayList<>();
        if (hybrid) {
            whole.addAll(List.of("unshare", "--mount", "--propagation", "private", "sh", "-c"));
            whole.addAll(List.of("umount " + unified + "; exec \"$@\"", "sh"));
        }
        whole.add(work.resolve("repeat").toString());
        whole.addAll(command);
        all.add(new Measured(name, perRound, whole));
    }

    private static String found(String program) {
        for (String directory : List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin")) {
            if (Files.isExecutable(Path.of(directory, program))) {
                return directory + "/" + program;
            }
        }
        return "";
    }

    /** The table. */
    private record Report(PrintStream out, Map<String, Samples> results, int rounds, int warmUp) {
        void print(long monitor, long both, Many many) throws IOException {
            machine();
            out.println("| one start to its end | starts | wall ms | CPU ms | wall to C | CPU to C |");
            out.println("|---|---:|---:|---:|---:|---:|");
            results.forEach(this::row);
            out.println();
            out.println("| figure | at most | measured |");
            out.println("|---|---:|---:|");
            ratio("Alcove to C, CPU of everything", 1.5, ALCOVE, HAND, false);
            ratio("Alcove to C, wall", 2, ALCOVE, HAND, true);
            ratio("Alcove to crun with a seccomp profile, CPU", 0.2, ALCOVE, CRUN, false);
            ratio("Alcove to crun with a seccomp profile, wall", 0.2, ALCOVE, CRUN, true);
            ratio("with a network namespace: Alcove to C, CPU", 1.5, ALCOVE_NET, HAND_NET, false);
            ratio("with a network namespace: Alcove to C, wall", 2, ALCOVE_NET, HAND_NET, true);
            out.println("| memory of ours per idle container: the monitor | 100 KB | " + kilobytes(monitor) + " |");
            out.println("| the same with `--init`: monitor and init | 100 KB | " + kilobytes(both) + " |");
            more("`Sandbox.java` on hello world, more than plain `java`", 60, SANDBOX, HELLO);
            ratio("exec: Alcove to C, wall", 1.5, ALCOVE_EXEC, HAND_EXEC, true);
            ratio("exec: Alcove to C, CPU", 1.5, ALCOVE_EXEC, HAND_EXEC, false);
            out.println("| the 500th idle container's start to the first's | 1.2 | " + format(many.last(), 2)
                    + (many.last() <= 1.2 ? "" : " (missed)") + "; by hand in C " + format(many.lastByHand(), 2)
                    + " |");
            out.println("| memory of the JVM per idle container | 20 KB | " + format(many.bytes() / 1000.0, 1) + " KB"
                    + (many.bytes() < 20_000 ? "" : " (missed)") + " |");
            out.println("| 32 threads to one, containers a second | at least 1.7 | " + format(many.threads(), 2)
                    + (many.threads() >= 1.7 ? "" : " (missed)")
                    + "; two processes to one, by hand in C " + format(many.twoByHand(), 2) + " |");
            Samples launcher = results.get(LAUNCHER);
            out.println("| `alcove run host true`, whole process | 300 ms | "
                    + (launcher == null || launcher.empty() ? "not measured" : format(launcher.wall(), 0) + " ms")
                    + " |");
        }

        private void machine() throws IOException {
            String cpu = "";
            for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
                if (line.startsWith("model name")) {
                    cpu = line.substring(line.indexOf(':') + 1).strip();
                }
            }
            out.println("# Results");
            out.println();
            out.println("Made by `bench/run`: after " + warmUp + " starts that warm the JVM up, " + rounds
                    + " rounds, in each of which everyone has a turn. Wall: the median of"
                    + " all starts. CPU: of everything, the JVM with its compiler and collector included; the median of"
                    + " the rounds' means.");
            out.println();
            out.println("Kernel " + kernel() + ", " + Runtime.getRuntime().availableProcessors() + " cores (" + cpu
                    + "), JDK " + Runtime.version() + ", load "
                    + Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0] + " at the end.");
            out.println();
        }

        private static String kernel() throws IOException {
            return Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
        }

        private void row(String name, Samples s) {
            if (s.empty()) {
                out.println("| " + name + " | not measured: " + s.failure() + " | | | | |");
                return;
            }
            if (name.equals(HELLO) || name.equals(SANDBOX)) {
                // Nothing that is done in C is like it.
                out.println("| " + name + " | " + s.count() + " | " + format(s.wall(), 2) + " | " + format(s.cpu(), 2)
                        + " | | |");
                return;
            }
            boolean exec = name.equals(ALCOVE_EXEC) || name.equals(HAND_EXEC);
            String peer = exec ? HAND_EXEC : name.endsWith("own network") ? HAND_NET : HAND;
            Samples hand = results.getOrDefault(peer, s);
            out.println("| " + name + " | " + s.count() + " | " + format(s.wall(), 2) + " | " + format(s.cpu(), 2)
                    + " | " + format(s.wall() / hand.wall(), 2) + " | " + format(s.cpu() / hand.cpu(), 2) + " |");
        }

        private void ratio(String what, double limit, String of, String to, boolean wall) {
            Samples a = results.get(of);
            Samples b = results.get(to);
            String measured = "not measured";
            if (a != null && b != null && !a.empty() && !b.empty()) {
                double value = wall ? a.wall() / b.wall() : a.cpu() / b.cpu();
                measured = format(value, 2) + (value <= limit ? "" : " (missed)");
            }
            out.println("| " + what + " | " + format(limit, 1) + " | " + measured + " |");
        }

        /** How much longer one takes than another, by the medians of their walls. */
        private void more(String what, double limit, String of, String than) {
            Samples a = results.get(of);
            Samples b = results.get(than);
            String measured = "not measured";
            if (a != null && b != null && !a.empty() && !b.empty()) {
                double value = a.wall() - b.wall();
                measured = format(value, 0) + " ms" + (value <= limit ? "" : " (missed)");
            }
            out.println("| " + what + " | " + format(limit, 0) + " ms | " + measured + " |");
        }

        private static String kilobytes(long bytes) {
            return format(bytes / 1000.0, 1) + " KB PSS";
        }

        private static String format(double value, int digits) {
            return String.format(Locale.ROOT, "%." + digits + "f", value);
        }
    }
}
