package dev.alcove.it.tricks;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Takes what there is: the first argument says of what, the second how much. */
public final class Greed {
    private static final int CHUNK = 1 << 20;

    private Greed() {}

    /** Takes. */
    public static void main(String[] arguments) throws Exception {
        long amount = Long.parseLong(arguments[1]);
        switch (arguments[0]) {
            case "heap" -> heap(amount);
            case "direct" -> direct(amount);
            case "native" -> unmanaged(amount);
            case "disk" -> disk(amount);
            case "threads" -> threads(amount);
            case "output" -> output(amount);
            case "time" -> time();
            case "silent-time" -> {
                System.out.close();
                System.err.close();
                time();
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.out.println("took it");
    }

    private static void heap(long amount) {
        List<byte[]> kept = new ArrayList<>();
        for (long left = amount; left > 0; left -= CHUNK) {
            kept.add(new byte[CHUNK]);
        }
        System.out.println(kept.size());
    }

    private static void direct(long amount) {
        List<ByteBuffer> kept = new ArrayList<>();
        for (long left = amount; left > 0; left -= CHUNK) {
            kept.add(ByteBuffer.allocateDirect(CHUNK));
        }
        System.out.println(kept.size());
    }

    /** Beyond what any JVM option limits. */
    private static void unmanaged(long amount) {
        List<MemorySegment> kept = new ArrayList<>();
        Arena arena = Arena.global();
        for (long left = amount; left > 0; left -= CHUNK) {
            kept.add(arena.allocate(CHUNK));
        }
        System.out.println(kept.size());
    }

    private static void disk(long amount) throws IOException {
        try (OutputStream file = Files.newOutputStream(Path.of("/tmp/full"))) {
            for (long left = amount; left > 0; left -= CHUNK) {
                file.write(new byte[CHUNK]);
            }
        }
    }

    private static void threads(long amount) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        for (long left = amount; left > 0; left--) {
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }

    private static void output(long amount) {
        byte[] line = "more and more\n".repeat(1000).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        for (long left = amount; left > 0; left -= line.length) {
            System.out.write(line, 0, line.length);
        }
        System.out.flush();
    }

    private static void time() {
        long n = 0;
        while (n >= 0) {
            n = (n + 1) & Long.MAX_VALUE;
        }
    }
}
