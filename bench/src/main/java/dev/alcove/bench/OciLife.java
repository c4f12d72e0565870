package dev.alcove.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** {@code alcove-oci}, cold and with a resident JVM, beside runc and crun: a container's life, command by command. */
final class OciLife {
    private static final List<String> COMMANDS = List.of("create", "state", "start", "kill", "delete");
    private static final String COLD = "alcove-oci";
    private static final String RESIDENT = "alcove-oci, resident JVM";
    private static final String RUNC = "runc";
    private static final String CRUN = "crun";

    /** A resident JVM is one that has been there for a while. */
    private static final int WARM_UP = 60;

    private final Path work;
    private final Path root;
    private final Path front;
    private final Map<String, List<long[]>> lives = new TreeMap<>();

    /**
     * What is measured.
     *
     * @param work  the folder with the programs
     * @param root  the containers' root file system
     * @param front the program alcove-oci
     */
    OciLife(Path work, Path root, Path front) {
        this.work = work;
        this.root = root;
        this.front = front;
    }

    /** One program that leads lives. */
    private record Program(String name, Process process, Writer requests, BufferedReader answers) {
        List<long[]> lives(int count) throws IOException {
            requests.write(count + "\n");
            requests.flush();
            List<long[]> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String line = answers.readLine();
                if (line == null) {
                    throw new IOException(name + " gave up");
                }
                all.add(Arrays.stream(line.split(" ", -1))
                        .mapToLong(Long::parseLong)
                        .toArray());
            }
            return all;
        }
    }

    /** Rounds in which everyone has a turn. */
    void measure(int rounds, PrintStream progress) throws IOException {
        Path seat = work.resolve("resident");
        List<Program> runtimes = new ArrayList<>();
        add(runtimes, COLD, front.toString(), List.of(), "0");
        add(runtimes, RESIDENT, front.toString(), List.of(), seat.toString());
        add(runtimes, RUNC, Bench.found("runc"), List.of(), "0");
        add(runtimes, CRUN, Bench.found("crun"), List.of("--cgroup-manager", "cgroupfs"), "0");
        try {
            for (Program r : runtimes) {
                int warm = r.name().equals(RESIDENT) ? WARM_UP : 1;
                progress.println("a life under " + r.name());
                r.lives(warm);
            }
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < runtimes.size(); i++) {
                    Program r = runtimes.get((i + round) % runtimes.size());
                    lives.computeIfAbsent(r.name(), n -> new ArrayList<>()).addAll(r.lives(2));
                }
            }
        } finally {
            for (Program r : runtimes) {
                r.requests().close();
                await(r.process());
            }
            ProcessBuilder stop = new ProcessBuilder(front.toString(), "resident", "--stop").inheritIO();
            stop.environment().put("ALCOVE_RESIDENT", seat.toString());
            await(stop.start());
        }
    }

    private static void await(Process process) {
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void add(List<Program> all, String name, String program, List<String> flags, String resident)
            throws IOException {
        if (program.isEmpty()) {
            return;
        }
        String id = "alcove-test-life-" + all.size();
        Path bundle = work.resolve(id);
        Bundle.write(AlcoveInProcess.container(root, false, "/bin/noop", "waits"), root, bundle, id);
        List<String> command = new ArrayList<>();
        if (name.equals(CRUN)) {
            command.addAll(Bench.withoutUnified());
        }
        command.addAll(List.of(
                work.resolve("ocilife").toString(),
                bundle.toString(),
                id,
                bundle.resolve("pid").toString(),
                program,
                "--root",
                bundle.resolve("state").toString()));
        command.addAll(flags);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("ALCOVE_RESIDENT", resident);
        Process process = builder.start();
        all.add(new Program(
                name,
                process,
                process.outputWriter(StandardCharsets.UTF_8),
                process.inputReader(StandardCharsets.UTF_8)));
    }

    /** The table, and the figures that are aimed at. */
    void print(PrintStream out) {
        out.println();
        out.println(
                "| one command, wall ms | lives | " + String.join(" | ", COMMANDS) + " | create + start + delete |");
        out.println("|---|---:" + "|---:".repeat(COMMANDS.size() + 1) + "|");
        for (String name : List.of(COLD, RESIDENT, RUNC, CRUN)) {
            List<long[]> of = lives.getOrDefault(name, List.of());
            StringBuilder row = new StringBuilder("| " + name + " | " + (of.isEmpty() ? "not there" : of.size()));
            for (int i = 0; i < COMMANDS.size(); i++) {
                row.append(" | ").append(of.isEmpty() ? "" : format(median(of, i)));
            }
            out.println(row + " | " + (of.isEmpty() ? "" : format(sum(name))) + " |");
        }
        out.println();
        out.println("| figure | at most | measured |");
        out.println("|---|---:|---:|");
        ratio(out, "`alcove-oci`, create + start + delete, to runc", 5, COLD, RUNC);
        ratio(out, "the same with a resident JVM, to crun", 1, RESIDENT, CRUN);
    }

    private void ratio(PrintStream out, String what, double limit, String of, String to) {
        String measured = "not measured";
        if (lives.containsKey(of) && lives.containsKey(to)) {
            double value = sum(of) / sum(to);
            measured = format(value) + (value <= limit ? "" : " (missed)");
        }
        out.println("| " + what + " | " + format(limit) + " | " + measured + " |");
    }

    private double sum(String name) {
        List<long[]> of = lives.getOrDefault(name, List.of());
        return median(of, COMMANDS.indexOf("create"))
                + median(of, COMMANDS.indexOf("start"))
                + median(of, COMMANDS.indexOf("delete"));
    }

    /** In milliseconds. */
    private static double median(List<long[]> lives, int command) {
        long[] sorted = lives.stream().mapToLong(l -> l[command]).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2] / 1e6;
    }

    private static String format(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /**
     * Measures nothing else.
     *
     * @param args the folder with the programs and the root file system; how many rounds; the program alcove-oci
     */
    public static void main(String[] args) throws IOException {
        Path work = Path.of(args[0]).toAbsolutePath();
        OciLife life = new OciLife(work, Files.createDirectories(work.resolve("root")), Path.of(args[2]));
        life.measure(Integer.parseInt(args[1]), new PrintStream(System.err, true, StandardCharsets.UTF_8));
        life.print(new PrintStream(System.out, true, StandardCharsets.UTF_8));
    }
}
