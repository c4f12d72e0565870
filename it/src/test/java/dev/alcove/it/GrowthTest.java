package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.Rootfs;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many containers: at once, one after the other, and for long. What they cost is in bench/. */
@Timeout(300)
class GrowthTest {
    private static final int THREADS = 32;
    private static final int STARTS = 1000;
    private static final int IDLE = 500;

    @BeforeEach
    void root() {
        Needs.root();
    }

    private static ContainerBuilder quiet(String... command) {
        return new ContainerBuilder(command)
                .rootfs(Rootfs.host())
                .redirectInput(Redirect.from(new java.io.File("/dev/null")))
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD);
    }

    @Test
    void aThousandStartsFromThirtyTwoThreads() throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = next.getAndIncrement(); i < STARTS; i = next.getAndIncrement()) {
                    try (Container c = quiet("sh", "-c", "exit " + i % 100).start()) {
                        int status = c.waitFor();
                        if (status != i % 100) {
                            wrong.add(i + " ended with " + status);
                        }
                    } catch (RuntimeException e) {
                        wrong.add(i + ": " + e);
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(wrong).isEmpty();
        assertThat(next.get()).isGreaterThanOrEqualTo(STARTS);
    }

    @Test
    void fiveHundredIdleOnesNeedNoThreadEach() throws Exception {
        List<Container> all = new ArrayList<>();
        try {
            // The first one makes the thread that tells of ends.
            all.add(quiet("sleep", "10000").start());
            CompletableFuture<Process> first = all.getFirst().process().onExit();
            int before = Thread.getAllStackTraces().size();
            List<CompletableFuture<Process>> ends = new ArrayList<>();
            for (int i = 1; i < IDLE; i++) {
                Container c = quiet("sleep", "10000").start();
                all.add(c);
                ends.add(c.process().onExit());
            }
            assertThat(Thread.getAllStackTraces()).hasSizeLessThanOrEqualTo(before + 2);
            ends.add(first);
            assertThat(ends).noneMatch(CompletableFuture::isDone);
            all.forEach(c -> c.process().destroyForcibly());
            CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).get(120, TimeUnit.SECONDS);
            assertThat(all).allSatisfy(c -> assertThat(c.process().waitFor()).isEqualTo(137));
        } finally {
            all.forEach(Container::close);
        }
    }
}
