package dev.alcove.network;

import dev.alcove.linux.Child;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FdIo;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Open;
import dev.alcove.linux.Pipe;
import dev.alcove.linux.Spawn;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The program nft(8), run in a host's network namespace. What it is given at once the kernel does at once or not at all:
 * killed at whatever moment, it leaves the old rules or the new ones.
 */
final class Nft {
    private static final int CHUNK = 16 * 1024;

    private final Path program;
    private final HostNetwork host;

    private Nft(Path program, HostNetwork host) {
        this.program = program;
        this.host = host;
    }

    /**
     * What it said, and whether it did it.
     *
     * @param output its standard output
     * @param error  its standard error
     */
    record Answer(boolean done, String output, String error) {}

    /**
     * The machine's, by PATH or where it usually is, since an ordinary PATH leaves such programs out.
     *
     * @param path PATH; empty for the usual directories alone
     */
    static Optional<Nft> find(String path, HostNetwork host) {
        return OnPath.find("nft", path).or(() -> OnPath.find("nft", "")).map(p -> new Nft(p, host));
    }

    /** Does all of this in one transaction. */
    Answer change(List<Object> commands) {
        return run(List.of("nft", "-j", "-f", "-"), NftJson.text(commands));
    }

    /** Asks, for JSON: {@code list chains}. */
    Answer ask(String... words) {
        List<String> arguments = new java.util.ArrayList<>(List.of("nft", "-j"));
        arguments.addAll(List.of(words));
        return run(arguments, "");
    }

    private Answer run(List<String> arguments, String input) {
        return host.in(() -> {
            try (Fd file = Open.read().at(program);
                    Pipe in = Pipe.open();
                    Pipe out = Pipe.open();
                    Pipe error = Pipe.open()) {
                Child child = Spawn.spawn(
                        file,
                        arguments,
                        List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"),
                        Map.of(0, in.reader(), 1, out.writer(), 2, error.writer()));
                in.reader().close();
                out.writer().close();
                error.writer().close();
                // It reads all before it says anything, and says little on its standard error.
                write(in, input);
                String output = all(out.reader());
                String words = all(error.reader());
                return new Answer(child.reap().status() == 0, output, words.strip());
            }
        });
    }

    private static void write(Pipe pipe, String input) {
        try {
            FdIo.write(pipe.writer(), ByteBuffer.wrap(input.getBytes(StandardCharsets.UTF_8)));
        } catch (LinuxException e) {
            // It ended before it had read all, and says why on its standard error.
            if (e.errno() != Errno.EPIPE) {
                throw e;
            }
        }
        pipe.writer().close();
    }

    private static String all(Fd fd) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[CHUNK];
        for (int n = FdIo.read(fd, buffer, 0, CHUNK); n != FdIo.END; n = FdIo.read(fd, buffer, 0, CHUNK)) {
            all.write(buffer, 0, n);
        }
        return all.toString(StandardCharsets.UTF_8);
    }
}
