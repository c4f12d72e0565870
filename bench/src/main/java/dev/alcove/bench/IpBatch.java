package dev.alcove.bench;

import dev.alcove.linux.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The same acts by {@code ip -batch}: one process for many wires, so that its start counts for nothing. Both ends stay in
 * one network namespace, since ip would need a process for each other one, and the routes are in tables of their own.
 */
final class IpBatch implements Contender {
    private static final int MANY = 100;

    private final String bridge;

    IpBatch(String bridge) throws IOException {
        this.bridge = bridge;
        batch("link add " + bridge + " type bridge\naddress add 10.80.0.1/16 dev " + bridge + "\nlink set " + bridge
                + " up\n");
    }

    @Override
    public String name() {
        return "ip -batch, a wire of " + MANY + ", deleted";
    }

    @Override
    public int perRound() {
        return 1;
    }

    private static void batch(String lines) throws IOException {
        Process process = new ProcessBuilder("ip", "-batch", "-")
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().write(lines.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException("ip -batch: " + said);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<Sample> run(int count) throws IOException {
        List<Sample> samples = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            StringBuilder lines = new StringBuilder();
            for (int i = 1; i <= MANY; i++) {
                String inside = "in" + i;
                lines.append("link add out" + i + " master " + bridge + " up type veth peer name " + inside
                        + " address 02:42:0a:50:01:" + (i < 16 ? "0" : "") + Integer.toHexString(i) + "\n");
                lines.append("address add 10.80.1." + i + "/32 peer 10.80.0.1 dev " + inside + "\n");
                lines.append("link set " + inside + " up\n");
                lines.append("route add default via 10.80.0.1 dev " + inside + " table " + (1000 + i) + "\n");
                lines.append("link delete out" + i + "\n");
            }
            long used = children();
            long began = System.nanoTime();
            batch(lines.toString());
            samples.add(new Sample((System.nanoTime() - began) / MANY, (children() - used) / MANY));
        }
        return samples;
    }

    private static long children() {
        Usage usage = Usage.ofChildren();
        return usage.user().plus(usage.system()).toNanos();
    }

    @Override
    public void close() {}
}
