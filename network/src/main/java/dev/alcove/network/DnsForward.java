package dev.alcove.network;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Asks others: passes a question on as it is, with a number of its own, and the answer back. Over UDP what came over UDP, over
 * TCP what came over TCP: whoever gets an answer that was cut off asks again over TCP, as ever.
 */
final class DnsForward {
    /** Less than the five seconds after which a resolver asks again. */
    private static final long ALL_MS = 4500;

    private static final long EACH_MS = 2000;
    private static final int LARGEST = 65535;
    private static final int HEADER = 12;
    private static final int RCODE = 3;
    private static final int SERVFAIL = 2;
    private static final int REFUSED = 5;

    private final SocketMaker sockets;
    private final SecureRandom random = new SecureRandom();

    DnsForward(SocketMaker sockets) {
        this.sockets = sockets;
    }

    /**
     * Asks one server after the other, round by round.
     *
     * @param question a query of one question, in its wire format
     * @return what the first says that can tell; if none can, what the last said; empty if none said anything
     */
    Optional<byte[]> ask(byte[] question, List<InetSocketAddress> servers, boolean tcp) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ALL_MS);
        Optional<byte[]> last = Optional.empty();
        for (int round = 0; round < 2; round++) {
            for (InetSocketAddress server : servers) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return last;
                }
                try {
                    int wait = (int) Math.min(EACH_MS, left);
                    byte[] answer = tcp ? overTcp(question, server, wait) : overUdp(question, server, wait);
                    last = Optional.of(answer);
                    int rcode = answer[RCODE] & 0xf;
                    if (rcode != SERVFAIL && rcode != REFUSED) {
                        return last;
                    }
                } catch (IOException e) {
                    // Not there, or too slow: the next one is asked. That none answers is said to whoever asked us.
                }
            }
            if (last.isPresent()) {
                return last;
            }
        }
        return last;
    }

    /** A socket, and with it a port, for each question: whoever would answer in the server's stead must guess both. */
    private byte[] overUdp(byte[] question, InetSocketAddress server, int waitMs) throws IOException {
        byte[] asked = numbered(question);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
        try (DatagramSocket socket = sockets.make(DatagramSocket::new)) {
            socket.connect(server);
            socket.send(new DatagramPacket(asked, asked.length));
            byte[] buffer = new byte[LARGEST];
            while (true) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    throw new SocketTimeoutException();
                }
                socket.setSoTimeout((int) left);
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                byte[] answer = Arrays.copyOf(buffer, packet.getLength());
                if (isAnswer(answer, asked)) {
                    return renumbered(answer, question);
                }
            }
        }
    }

    private byte[] overTcp(byte[] question, InetSocketAddress server, int waitMs) throws IOException {
        byte[] asked = numbered(question);
        // The channel has the kernel's socket from the beginning; a Socket makes it when it connects.
        try (SocketChannel channel = sockets.make(SocketChannel::open)) {
            Socket socket = channel.socket();
            socket.connect(server, waitMs);
            socket.setSoTimeout(waitMs);
            write(socket.getOutputStream(), asked);
            byte[] answer = read(new DataInputStream(socket.getInputStream()));
            if (!isAnswer(answer, asked)) {
                throw new IOException("an answer to something else");
            }
            return renumbered(answer, question);
        }
    }

    /** A message over TCP has its length before it. */
    static void write(OutputStream out, byte[] message) throws IOException {
        out.write(ByteBuffer.allocate(2 + message.length)
                .putShort((short) message.length)
                .put(message)
                .array());
        out.flush();
    }

    static byte[] read(DataInputStream in) throws IOException {
        byte[] message = new byte[in.readUnsignedShort()];
        in.readFully(message);
        return message;
    }

    private byte[] numbered(byte[] question) {
        byte[] asked = question.clone();
        int id = random.nextInt(1 << 16);
        asked[0] = (byte) (id >> 8);
        asked[1] = (byte) id;
        return asked;
    }

    private static byte[] renumbered(byte[] answer, byte[] question) {
        answer[0] = question[0];
        answer[1] = question[1];
        return answer;
    }

    /** Whether it is an answer, of this number and, unless it has none, with this question. */
    private static boolean isAnswer(byte[] answer, byte[] asked) {
        if (answer.length < HEADER || answer[0] != asked[0] || answer[1] != asked[1] || (answer[2] & 0x80) == 0) {
            return false;
        }
        int end = HEADER;
        while (end < asked.length && asked[end] != 0) {
            end += 1 + (asked[end] & 0xff);
        }
        end = Math.min(end + 5, asked.length);
        if (answer[4] == 0 && answer[5] == 0) {
            return true;
        }
        for (int i = HEADER; i < end; i++) {
            if (i >= answer.length || folded(answer[i]) != folded(asked[i])) {
                return false;
            }
        }
        return true;
    }

    /** Letters are the same in whatever case; the bytes of types and classes are too small to be any. */
    private static int folded(byte b) {
        return b >= 'A' && b <= 'Z' ? b + 'a' - 'A' : b;
    }
}
