package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import dev.alcove.linux.FdIo;
import dev.alcove.linux.LinuxException;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.CountDownLatch;

/** Keeps what comes through a pipe, up to a limit; what comes beyond is told once, and dropped. */
final class SandboxStream {
    private static final int CHUNK = 64 * 1024;

    private final int most;
    private final CountDownLatch ended;
    private final Runnable tooMuch;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private boolean truncated;

    SandboxStream(int most, CountDownLatch ended, Runnable tooMuch) {
        this.most = most;
        this.ended = ended;
        this.tooMuch = tooMuch;
    }

    /** Reads on the shared thread until the stream's end, which is counted down. */
    void follow(Fd reader) {
        SandboxRun.Shared.POLLER.register(reader, () -> ready(reader));
    }

    private void ready(Fd reader) {
        boolean over = true;
        try {
            byte[] chunk = new byte[CHUNK];
            int n = FdIo.read(reader, chunk, 0, chunk.length);
            if (n > 0) {
                keep(chunk, n);
                follow(reader);
                over = false;
            }
        } catch (LinuxException e) {
            synchronized (this) {
                truncated = true;
            }
        } finally {
            if (over) {
                ended.countDown();
            }
        }
    }

    private void keep(byte[] chunk, int n) {
        boolean first;
        synchronized (this) {
            int room = Math.min(n, most - kept.size());
            kept.write(chunk, 0, room);
            first = room < n && !truncated;
            truncated |= room < n;
        }
        if (first) {
            tooMuch.run();
        }
    }

    synchronized Verdict.Output output() {
        return new Verdict.Output(kept.toByteArray(), truncated);
    }
}
