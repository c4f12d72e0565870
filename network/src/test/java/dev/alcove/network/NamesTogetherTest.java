package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Flock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many at the same time, and readers who take no lock. */
class NamesTogetherTest {
    private static final NetworkConfig NET = Given.network("net", 1);
    private static final int WRITERS = 8;
    private static final int ROUNDS = 60;

    @TempDir
    private Path folder;

    private Names names() {
        return new Names(folder.resolve("network"), folder);
    }

    private Endpoint endpoint(int number) {
        // Lines of three sizes.
        return Given.endpoint(
                number, "n" + number, "", Given.joined(NET, number, "a".repeat(1 + number * 7 % 150) + number));
    }

    /** Reads as a resolver does, in pieces. */
    private static String read(Path file, int piece) throws IOException {
        var text = new StringBuilder();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[piece];
            int n = in.read(buffer);
            while (n > 0) {
                text.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                n = in.read(buffer);
            }
        }
        return text.toString();
    }

    /** Every line that is there is somebody's whole line, and those who stay are there. */
    private void check(String text, List<Endpoint> staying) {
        for (String line : LineFile.parse(text)) {
            String[] words = line.split("[ \t]+", -1);
            if (words[0].startsWith("10.1.")) {
                String[] address = words[0].split("\\.", -1);
                int number = Integer.parseInt(address[2]) * 256 + Integer.parseInt(address[3]);
                Endpoint its = endpoint(number);
                assertThat(HostsText.lines(ZoneLine.of(its, its.joined().get(0), false)))
                        .contains(line);
            }
        }
        for (Endpoint one : staying) {
            assertThat(text).contains("\t" + one.name() + " ");
        }
    }

    @Test
    void comingAndGoingNeverShowsHalfALine() throws Exception {
        List<Endpoint> staying = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            Endpoint one = endpoint(i);
            names().come(one, Given.request(one), List.of(NET));
            staying.add(one);
        }
        Path hosts = names().files(staying.get(0)).get(0).outside();
        Path lock = folder.resolve("lock");
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger reads = new AtomicInteger();
        try (ExecutorService threads =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            List<Future<Boolean>> writers = new ArrayList<>();
            for (int w = 0; w < WRITERS; w++) {
                int first = 100 + w * 100;
                writers.add(threads.submit(writer(first, lock)));
            }
            List<Future<Boolean>> readers = new ArrayList<>();
            for (int piece : new int[] {512, 1024, 4096, 65536}) {
                readers.add(threads.submit(() -> {
                    while (!over.get()) {
                        check(read(hosts, piece), staying);
                        reads.incrementAndGet();
                    }
                    return true;
                }));
            }
            try {
                for (Future<Boolean> writer : writers) {
                    assertThat(writer.get()).isTrue();
                }
            } finally {
                over.set(true);
            }
            for (Future<Boolean> reader : readers) {
                assertThat(reader.get()).isTrue();
            }
        }
        assertThat(reads.get()).isPositive();
        String last = Files.readString(hosts);
        check(last, staying);
        // Those who came and went have numbers of three digits.
        assertThat(last).doesNotContainPattern("\tn[0-9]{3}");
        System.out.println("hosts was read " + reads + " times while " + WRITERS * ROUNDS + " came and went");
    }

    private Callable<Boolean> writer(int first, Path lock) {
        return () -> {
            Random random = new Random(first);
            List<Endpoint> here = new ArrayList<>();
            for (int i = 0; i < ROUNDS || !here.isEmpty(); i++) {
                boolean come = i < ROUNDS && (here.isEmpty() || random.nextBoolean());
                Endpoint one = come ? endpoint(first + i) : here.remove(random.nextInt(here.size()));
                try (Flock held = Flock.exclusive(lock)) {
                    assertThat(held.fd().isOpen()).isTrue();
                    if (come) {
                        names().come(one, Given.request(one), List.of(NET));
                        here.add(one);
                    } else {
                        names().go(one);
                    }
                }
            }
            return true;
        };
    }

    /**
     * What a coming costs does not grow with those who are there: counted in files that it opens for writing, since a test
     * asserts no times. The times are printed.
     */
    @Test
    void theTwoHundredthWritesNoMoreThanTheSecond() throws Exception {
        int[] wrote = new int[401];
        long[] nanos = new long[401];
        for (int i = 1; i <= 400; i++) {
            Endpoint one = endpoint(i);
            List<String> before = stamps();
            long begin = System.nanoTime();
            names().come(one, Given.request(one), List.of(NET));
            nanos[i] = System.nanoTime() - begin;
            List<String> after = stamps();
            after.removeAll(before);
            wrote[i] = after.size();
        }
        assertThat(wrote[200]).isEqualTo(wrote[2]);
        assertThat(wrote[400]).isEqualTo(wrote[2]);
        System.out.println("a coming writes " + wrote[200] + " files; microseconds, median of 40: the first "
                + median(nanos, 161, 200) + " (161 to 200), " + median(nanos, 361, 400) + " (361 to 400), "
                + median(nanos, 20, 59) + " (20 to 59)");
    }

    private static long median(long[] nanos, int from, int to) {
        long[] some = java.util.Arrays.copyOfRange(nanos, from, to + 1);
        java.util.Arrays.sort(some);
        return some[some.length / 2] / 1000;
    }

    /** Every file with its length and the time of its last change. */
    private List<String> stamps() throws IOException {
        Path root = folder.resolve("network");
        if (!Files.exists(root)) {
            return new ArrayList<>();
        }
        try (var files = Files.walk(root)) {
            List<String> stamps = new ArrayList<>();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                stamps.add(file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file));
            }
            return stamps;
        }
    }
}
