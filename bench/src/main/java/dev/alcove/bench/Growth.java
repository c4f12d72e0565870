package dev.alcove.bench;

import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** What many containers cost: the last start beside the first, many threads beside one, the JVM's memory for each. */
final class Growth {
    private static final int IDLE = 500;
    private static final int ENDS = 20;
    private static final int THREADS = 32;
    private static final int STARTS = 800;
    private static final int ROUNDS = 5;

    private final Path root;

    Growth(Path root) {
        this.root = root;
    }

    /**
     * Idle containers in one JVM.
     *
     * @param last  how much longer the last twenty starts took than the first twenty, by their medians
     * @param bytes of the JVM's heap for each, after a collection
     */
    record Idle(double last, long bytes) {}

    /** The same work by hand: how much longer the last starts took than the first. */
    static double byHand(Contender idleByHand) throws IOException {
        return growth(
                idleByHand.run(IDLE).stream().mapToLong(Contender.Sample::wall).toArray());
    }

    private static double growth(long[] took) {
        return median(Arrays.copyOfRange(took, IDLE - ENDS, IDLE)) / median(Arrays.copyOf(took, ENDS));
    }

    private ContainerBuilder idle() {
        return AlcoveInProcess.container(root, false, "/bin/noop", "wait");
    }

    /** Starts five hundred that wait. */
    Idle idleContainers() {
        List<Container> containers = new ArrayList<>();
        long[] took = new long[IDLE];
        long before = heap();
        try {
            for (int i = 0; i < IDLE; i++) {
                long began = System.nanoTime();
                containers.add(idle().start());
                took[i] = System.nanoTime() - began;
            }
            long bytes = (heap() - before) / IDLE;
            return new Idle(growth(took), bytes);
        } finally {
            containers.forEach(Container::close);
        }
    }

    private static long heap() {
        Runtime r = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return r.totalMemory() - r.freeMemory();
    }

    private static double median(long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** How many times more containers a second thirty-two threads start to their end than one does; the median round. */
    double threads() {
        double[] rounds = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long one = many(1);
            rounds[i] = (double) one / many(THREADS);
        }
        Arrays.sort(rounds);
        return rounds[ROUNDS / 2];
    }

    /**
     * The same work by hand: how many times more containers a second two processes start than one; the median round. Two
     * are as many as there are processors here, and each does one start after the other, so that nothing but the kernel
     * keeps it from 2.
     */
    static double twoByHand(Contender one, Contender other) throws IOException {
        double[] rounds = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long began = System.nanoTime();
            one.run(STARTS);
            long alone = System.nanoTime() - began;
            AtomicReference<IOException> failed = new AtomicReference<>();
            began = System.nanoTime();
            Thread beside = Thread.ofPlatform().start(() -> {
                try {
                    other.run(STARTS / 2);
                } catch (IOException e) {
                    failed.set(e);
                }
            });
            one.run(STARTS / 2);
            join(beside);
            rounds[i] = (double) alone / (System.nanoTime() - began);
            if (failed.get() != null) {
                throw failed.get();
            }
        }
        Arrays.sort(rounds);
        return rounds[ROUNDS / 2];
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The time of so many starts, shared by so many threads. */
    private long many(int threads) {
        AtomicInteger left = new AtomicInteger(STARTS);
        Thread[] all = new Thread[threads];
        long began = System.nanoTime();
        for (int i = 0; i < threads; i++) {
            all[i] = Thread.ofPlatform().start(() -> {
                while (left.getAndDecrement() > 0) {
                    try (Container c =
                            AlcoveInProcess.container(root, false, "/bin/noop").start()) {
                        c.waitFor();
                    }
                }
            });
        }
        for (Thread thread : all) {
            join(thread);
        }
        return System.nanoTime() - began;
    }
}
