package dev.alcove.runtime;

import dev.alcove.linux.Errno;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FdIo;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.UnixSocket;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a front asks of a resident JVM: a command, with all that a JVM of its own would have had of the caller. Nothing is
 * done before the front has said that it waits for it.
 */
public final class FrontRequest implements AutoCloseable {
    /** The front then starts a JVM of its own: as status of a command that did nothing. */
    static final int TURNED_AWAY = 256;

    /** A front gives up after a second; whoever connects and says nothing is not waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final int MOST_BYTES = 1 << 20;
    private static final int STREAMS = 3;

    private final UnixSocket socket;
    private final int kind;
    private final String key;
    private final Path directory;
    private final List<String> words;
    private final Map<String, String> environment;
    private final Fd[] streams;
    private final Front front;

    private FrontRequest(UnixSocket socket, int pid, ByteBuffer head, List<String> strings, Fd[] streams) {
        this.socket = socket;
        this.kind = head.getInt(Wire.REQUEST_KIND);
        int count = head.getInt(Wire.REQUEST_WORDS);
        this.key = strings.isEmpty() ? "" : strings.getFirst();
        this.directory = Path.of(strings.size() < 2 ? "/" : strings.get(1));
        int end = Math.min(strings.size(), count + 2);
        this.words = strings.size() < 2 ? List.of() : List.copyOf(strings.subList(2, end));
        this.environment = new LinkedHashMap<>();
        for (String variable : strings.subList(Math.max(0, end), strings.size())) {
            int equals = variable.indexOf('=');
            if (equals > 0) {
                environment.putIfAbsent(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        this.streams = streams;
        this.front = Front.asking(socket, head.getInt(Wire.REQUEST_CONTROL), pid);
    }

    /**
     * Receives one.
     *
     * @param pid the front's process
     * @return empty if it is none, or does not come in time; the socket is closed then
     */
    static Optional<FrontRequest> receive(UnixSocket socket, int pid) {
        List<Fd> descriptors = new ArrayList<>();
        boolean whole = false;
        try {
            socket.timeout(PATIENCE);
            byte[] head = new byte[Wire.REQUEST_SIZE];
            ByteBuffer fields = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
            if (!fill(socket, head, descriptors) || fields.getInt(Wire.REQUEST_MAGIC) != Wire.REQUEST) {
                return Optional.empty();
            }
            int size = fields.getInt(Wire.REQUEST_BYTES);
            int words = fields.getInt(Wire.REQUEST_WORDS);
            int there = fields.getInt(Wire.REQUEST_STREAMS);
            if (size < 0 || size > MOST_BYTES || words < 0 || Integer.bitCount(there & 7) != descriptors.size()) {
                return Optional.empty();
            }
            byte[] strings = new byte[size];
            if (!fill(socket, strings, descriptors)) {
                return Optional.empty();
            }
            Fd[] streams = new Fd[STREAMS];
            int next = 0;
            for (int i = 0; i < STREAMS; i++) {
                if ((there & 1 << i) != 0) {
                    streams[i] = descriptors.get(next++);
                }
            }
            whole = true;
            return Optional.of(new FrontRequest(socket, pid, fields, strings(strings), streams));
        } catch (LinuxException e) {
            // It went away, or took too long.
            return Optional.empty();
        } finally {
            if (!whole) {
                descriptors.forEach(Fd::close);
                socket.close();
            }
        }
    }

    private static boolean fill(UnixSocket socket, byte[] into, List<Fd> descriptors) {
        for (int done = 0; done < into.length; ) {
            byte[] part = new byte[into.length - done];
            UnixSocket.Received received = socket.receive(part);
            descriptors.addAll(received.descriptors());
            if (received.length() <= 0) {
                return false;
            }
            System.arraycopy(part, 0, into, done, received.length());
            done += received.length();
        }
        return true;
    }

    private static List<String> strings(byte[] bytes) {
        List<String> strings = new ArrayList<>();
        for (int from = 0; from < bytes.length; ) {
            int to = from;
            while (to < bytes.length && bytes[to] != 0) {
                to++;
            }
            strings.add(new String(Arrays.copyOfRange(bytes, from, to), StandardCharsets.UTF_8));
            from = to + 1;
        }
        return strings;
    }

    /** Whether it asks for the resident JVM's end. */
    boolean stops() {
        return kind == Wire.REQUEST_STOP;
    }

    /** What the caller is like, by its front. */
    String key() {
        return key;
    }

    /** The command's words, without the program's name. */
    public List<String> words() {
        return words;
    }

    /** The caller's environment. */
    public Map<String, String> environment() {
        return environment;
    }

    /** The caller's working directory, absolute. */
    public Path directory() {
        return directory;
    }

    /** The caller's standard input, empty if it has none. */
    public InputStream in() {
        return streams[0] == null ? InputStream.nullInputStream() : FdIo.input(streams[0]);
    }

    /** The caller's standard output, or its standard error. */
    public OutputStream out(boolean error) {
        Fd fd = streams[error ? 2 : 1];
        return fd == null ? OutputStream.nullOutputStream() : FdIo.output(fd);
    }

    /** The front itself, for a command that needs a program run. */
    public Front front() {
        return front;
    }

    /** Says that it will be done. Whether the front still waits for that. */
    boolean begin() {
        try {
            socket.send(new byte[] {Wire.READY});
            byte[] word = new byte[1];
            boolean told = socket.receive(word).length() == 1 && word[0] == Wire.GO;
            socket.timeout(Duration.ZERO);
            return told;
        } catch (LinuxException e) {
            // It turned away, or was killed.
            return false;
        }
    }

    /** Says that all is over. */
    void end(int status) {
        byte[] ended = new byte[Wire.HEADER_SIZE];
        ByteBuffer.wrap(ended)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(Wire.HEADER_MAGIC, Wire.ENDED)
                .putInt(Wire.HEADER_VERSION, status);
        try {
            socket.send(ended);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPIPE && e.errno() != Errno.ECONNRESET) {
                throw e;
            }
            // It was killed: there is nobody to be told.
        }
    }

    @Override
    public void close() {
        for (Fd fd : streams) {
            if (fd != null) {
                fd.close();
            }
        }
        socket.close();
    }
}
