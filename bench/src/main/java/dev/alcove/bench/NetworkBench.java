package dev.alcove.bench;

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
 * The networks' figures. Started in a network namespace of its own, which everything is made in. Nothing is asserted.
 */
public final class NetworkBench {
    private static final String ALCOVE = "Alcove in a warm JVM, address, record and wire";
    private static final String HAND = "by hand in C, the wire alone";
    private static final String HAND_DELETE = "by hand in C, the wire alone, deleted";
    private static final int IDLE = 200;
    private static final int ENDS = 20;
    private static final int MANY = 5;

    private final Path work;
    private final PrintStream progress;

    private NetworkBench(Path work, PrintStream progress) {
        this.work = work;
        this.progress = progress;
    }

    /**
     * Measures.
     *
     * @param args the folder with the programs; how many rounds; how many wires to warm up; then, if it was measured, what
     *             docker takes for a container without a network and with one, in milliseconds
     */
    public static void main(String[] args) throws IOException {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        var progress = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        NetworkBench bench = new NetworkBench(Path.of(args[0]).toAbsolutePath(), progress);
        double docker = args.length > 4 ? Double.parseDouble(args[4]) - Double.parseDouble(args[3]) : 0;
        bench.measure(Integer.parseInt(args[1]), Integer.parseInt(args[2]), docker, out);
    }

    private void measure(int rounds, int warmUp, double docker, PrintStream out) throws IOException {
        Map<String, Samples> results = new LinkedHashMap<>();
        double[] own = new double[MANY];
        double[] byHand = new double[MANY];
        double[] through = new double[MANY];
        double bits = 0;
        boolean iperf = !Bench.found("iperf3").isEmpty();
        String hand = work.resolve("netbyhand").toString();
        try (WireInProcess alcove = new WireInProcess(ALCOVE, work.resolve("networks"), "bench")) {
            List<Contender> contenders = new ArrayList<>();
            contenders.add(alcove);
            contenders.add(new Measured(HAND, 100, List.of(hand, "end")));
            contenders.add(new Measured(HAND_DELETE, 20, List.of(hand, "delete")));
            contenders.add(new IpBatch("batch0"));
            progress.println("networks: warming up");
            for (int left = warmUp; left > 0; left -= 100) {
                alcove.run(100);
            }
            for (int round = 0; round < rounds; round++) {
                progress.println("networks: round " + (round + 1) + " of " + rounds);
                for (int i = 0; i < contenders.size(); i++) {
                    Contender c = contenders.get((i + round) % contenders.size());
                    results.computeIfAbsent(c.name(), k -> new Samples()).add(c.run(c.perRound()));
                }
            }
            progress.println("networks: many");
            try (Measured staying = new Measured(HAND, IDLE, List.of(hand, "stay"))) {
                for (int i = 0; i < MANY; i++) {
                    own[i] = growth(alcove.stay(IDLE));
                    byHand[i] = growth(staying.run(IDLE).stream()
                            .mapToLong(Contender.Sample::wall)
                            .toArray());
                }
            }
            for (int i = 1; i < contenders.size(); i++) {
                contenders.get(i).close();
            }
        }
        if (iperf) {
            progress.println("networks: throughput");
            Throughput throughput = new Throughput(work.resolve("throughput"), Bench.found("ip"));
            for (int i = 0; i < MANY; i++) {
                double alcove = throughput.alcove();
                bits = Math.max(bits, alcove);
                through[i] = alcove / throughput.byHand();
            }
        }
        for (double[] values : List.of(own, byHand, through)) {
            Arrays.sort(values);
        }
        print(out, results, rounds, warmUp);
        figures(out, results, docker);
        out.println("| the 200th container's wire to the first's | 1.2 | " + format(own[MANY / 2])
                + missed(own[MANY / 2] <= 1.2) + "; by hand in C " + format(byHand[MANY / 2]) + " |");
        out.println("| TCP between two containers, to a bridge and wires made with ip | at least 0.95 | "
                + (iperf
                        ? format(through[MANY / 2]) + missed(through[MANY / 2] >= 0.95) + "; " + format(bits / 1e9)
                                + " Gbit/s at best"
                        : "not measured: no iperf3")
                + " |");
    }

    private static double growth(long[] took) {
        return median(Arrays.copyOfRange(took, IDLE - ENDS, IDLE)) / median(Arrays.copyOf(took, ENDS));
    }

    private static double median(long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void print(PrintStream out, Map<String, Samples> results, int rounds, int warmUp)
            throws IOException {
        out.println("## Networks");
        out.println();
        out.println(
                "One container's network set up and given back; its network namespace is made before the clock runs."
                        + " After " + warmUp + " that warm the JVM up, " + rounds
                        + " rounds. What the kernel does later by itself, when the namespace ends, is in nobody's figures. Load "
                        + Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0] + " at the end.");
        out.println();
        out.println("| one network | times | wall ms | CPU ms |");
        out.println("|---|---:|---:|---:|");
        results.forEach((name, s) -> out.println(
                "| " + name + " | " + s.count() + " | " + format(s.wall()) + " | " + format(s.cpu()) + " |"));
        out.println();
    }

    private static void figures(PrintStream out, Map<String, Samples> results, double docker) {
        out.println("| figure | at most | measured |");
        out.println("|---|---:|---:|");
        Samples alcove = results.getOrDefault(ALCOVE, new Samples());
        Samples hand = results.getOrDefault(HAND, alcove);
        Samples deleted = results.getOrDefault(HAND_DELETE, alcove);
        row(out, "to the wire alone in C, wall", 1.5, alcove.wall() / hand.wall());
        row(out, "to the wire alone in C, CPU", 1.5, alcove.cpu() / hand.cpu());
        row(out, "to the same in C that deletes the wire, wall", 1.5, alcove.wall() / deleted.wall());
        for (Map.Entry<String, Samples> entry : results.entrySet()) {
            if (entry.getKey().startsWith("ip ")) {
                row(
                        out,
                        "to ip -batch, wall",
                        1.5,
                        alcove.wall() / entry.getValue().wall());
                row(
                        out,
                        "to ip -batch, CPU",
                        1.5,
                        alcove.cpu() / entry.getValue().cpu());
            }
        }
        if (docker > 0) {
            row(
                    out,
                    "to what --network bridge adds to docker run (" + format(docker) + " ms)",
                    0.33,
                    alcove.wall() / docker);
        } else {
            out.println("| to what --network bridge adds to docker run | 0.33 | not measured |");
        }
    }

    private static void row(PrintStream out, String what, double limit, double value) {
        out.println("| " + what + " | " + format(limit) + " | " + format(value) + missed(value <= limit) + " |");
    }

    private static String missed(boolean good) {
        return good ? "" : " (missed)";
    }

    private static String format(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
