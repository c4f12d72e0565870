package dev.alcove.bench;

import java.util.ArrayList;
import java.util.List;

/** What one contender took, round by round. */
final class Samples {
    private final List<Long> walls = new ArrayList<>();
    private final List<Long> cpus = new ArrayList<>();
    private String failure = "";

    /** Adds one round. Processor time is taken as the round's mean, since a single start may pay for another's. */
    void add(List<Contender.Sample> round) {
        long cpu = 0;
        for (Contender.Sample s : round) {
            walls.add(s.wall());
            cpu += s.cpu();
        }
        cpus.add(cpu / round.size());
    }

    /** It cannot be measured here. */
    void fail(String why) {
        failure = why;
    }

    String failure() {
        return failure;
    }

    boolean empty() {
        return walls.isEmpty();
    }

    int count() {
        return walls.size();
    }

    /** The median of all starts, in milliseconds. */
    double wall() {
        return median(walls);
    }

    /** The median of the rounds' means, in milliseconds. */
    double cpu() {
        return median(cpus);
    }

    private static double median(List<Long> values) {
        List<Long> sorted = new ArrayList<>(values);
        sorted.sort(null);
        return sorted.get(sorted.size() / 2) / 1e6;
    }
}
