package dev.alcove.network;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;

/**
 * The sockets of a network's server and what comes in by them. What is known here is answered by the thread that reads, and
 * never waits; what is forwarded has a virtual thread each, and no more of them at a time than {@link Turns} allow.
 */
final class DnsServer implements AutoCloseable {
    private static final int FORWARDS = 256;
    private static final int FORWARDS_EACH = 64;
    private static final int CONNECTIONS = 64;
    private static final int CONNECTIONS_EACH = 16;
    private static final int IDLE_MS = 10_000;
    private static final int BACKLOG = 64;
    private static final int LARGEST = 65535;

    private final Names names;
    private final Path zoneFile;
    private final DnsAnswers answers;
    private final List<InetSocketAddress> upstream;
    private final SocketMaker sockets;
    private final DnsForward forward;
    private final Turns forwards = new Turns(FORWARDS, FORWARDS_EACH);
    private final Turns connections = new Turns(CONNECTIONS, CONNECTIONS_EACH);
    private final List<DatagramSocket> udp = new ArrayList<>();
    private final List<ServerSocket> tcp = new ArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Runnable failed;
    private volatile boolean closed;
    private volatile Known known = new Known("", DnsZone.of(List.of()));

    /** The file of names as it was read last, and what it says. */
    private record Known(String text, DnsZone zone) {}

    /**
     * Opens the sockets.
     *
     * @param failed is called when it cannot go on
     * @throws IOException if an address or port is not to be had
     */
    DnsServer(
            Names names,
            HostNetwork host,
            NetworkConfig network,
            List<InetSocketAddress> addresses,
            List<InetSocketAddress> upstream,
            Runnable failed)
            throws IOException {
        this.names = names;
        this.zoneFile = names.zones().file(network.id());
        this.answers = new DnsAnswers(network);
        this.upstream = upstream;
        this.failed = failed;
        this.sockets = new SocketMaker(host);
        this.forward = new DnsForward(sockets);
        boolean done = false;
        try {
            for (InetSocketAddress address : addresses) {
                udp.add(sockets.make(() -> new DatagramSocket(address)));
                tcp.add(sockets.make(() -> new ServerSocket(address.getPort(), BACKLOG, address.getAddress())));
            }
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    /** Begins to answer. */
    void start() {
        for (DatagramSocket socket : udp) {
            Thread.ofPlatform().daemon().name("alcove-dns-udp").start(() -> loop(() -> receive(socket)));
        }
        for (ServerSocket socket : tcp) {
            Thread.ofPlatform().daemon().name("alcove-dns-tcp").start(() -> loop(() -> accept(socket)));
        }
    }

    private interface Turn {
        void take() throws IOException;
    }

    private void loop(Turn turn) {
        try {
            while (!closed) {
                turn.take();
            }
        } catch (IOException e) {
            if (!closed) {
                failed.run();
            }
        }
    }

    /** The names as they are now. The file is small, and read whole: so nobody has to tell that it has changed. */
    private DnsZone zone() {
        String text = NamesFiles.read(zoneFile);
        Known last = known;
        if (!text.equals(last.text)) {
            last = new Known(text, DnsZone.of(ZoneLine.parseAll(LineFile.parse(text))));
            known = last;
        }
        return last.zone;
    }

    private void receive(DatagramSocket socket) throws IOException {
        byte[] buffer = new byte[LARGEST];
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        byte[] question = Arrays.copyOf(buffer, packet.getLength());
        InetAddress from = packet.getAddress();
        if (!answers.isOurs(from)) {
            return;
        }
        Optional<Message> query = parse(question);
        if (query.isEmpty()) {
            return;
        }
        int longest = DnsAnswers.longest(query.get());
        DnsZone zone = zone();
        Optional<Message> answer = answers.answer(query.get(), zone);
        if (answer.isPresent()) {
            send(socket, answer.get().toWire(longest), packet);
        } else if (forwards.take(from)) {
            Thread.ofVirtual().start(() -> {
                try {
                    send(
                            socket,
                            cut(forwarded(question, query.get(), from, zone, false), query.get(), longest),
                            packet);
                } finally {
                    forwards.giveBack(from);
                }
            });
        }
        // With no turn left it asks again, as after any packet that was lost.
    }

    private static void send(DatagramSocket socket, byte[] answer, DatagramPacket question) {
        try {
            socket.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
        } catch (IOException e) {
            // Whoever asked is gone or cannot be reached; there is nobody else to tell.
        }
    }

    private void accept(ServerSocket listener) throws IOException {
        Socket socket = listener.accept();
        InetAddress from = socket.getInetAddress();
        if (!answers.isOurs(from) || !connections.take(from)) {
            socket.close();
            return;
        }
        open.add(socket);
        Thread.ofVirtual().start(() -> {
            try (socket) {
                serve(socket, from);
            } catch (IOException e) {
                // The other side is gone, or was silent for too long.
            } finally {
                open.remove(socket);
                connections.giveBack(from);
            }
        });
    }

    /** One question after the other, until there is none any more. */
    private void serve(Socket socket, InetAddress from) throws IOException {
        socket.setSoTimeout(IDLE_MS);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        while (!closed) {
            byte[] question;
            try {
                question = DnsForward.read(in);
            } catch (EOFException e) {
                return;
            }
            Optional<Message> query = parse(question);
            if (query.isEmpty()) {
                return;
            }
            DnsZone zone = zone();
            Optional<Message> answer = answers.answer(query.get(), zone);
            DnsForward.write(
                    socket.getOutputStream(),
                    answer.isPresent()
                            ? answer.get().toWire(LARGEST)
                            : forwarded(question, query.get(), from, zone, true));
        }
    }

    /** A query; empty for what is none, to which nothing is said: an answer to an answer would go on for ever. */
    private static Optional<Message> parse(byte[] bytes) {
        try {
            Message message = new Message(bytes);
            return message.getHeader().getFlag(Flags.QR) ? Optional.empty() : Optional.of(message);
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** What the others say: those whom the container chose, or the host's. */
    private byte[] forwarded(byte[] question, Message query, InetAddress from, DnsZone zone, boolean isTcp) {
        List<InetSocketAddress> servers = upstream;
        String container = zone.containers().get(from);
        if (container != null) {
            List<InetAddress> its = names.resolverOf(container).servers();
            if (!its.isEmpty()) {
                servers = its.stream()
                        .map(server -> new InetSocketAddress(server, NetworkDns.PORT))
                        .toList();
            }
        }
        return forward.ask(question, servers, isTcp)
                .orElseGet(() -> answers.reply(query, Rcode.SERVFAIL).toWire());
    }

    /** An answer that is longer than whoever asked can take is left out; it asks again over TCP. */
    private byte[] cut(byte[] answer, Message query, int longest) {
        if (answer.length <= longest) {
            return answer;
        }
        Message reply = answers.reply(query, Rcode.NOERROR);
        reply.getHeader().unsetFlag(Flags.AA);
        reply.getHeader().setFlag(Flags.TC);
        return reply.toWire();
    }

    @Override
    public void close() {
        closed = true;
        udp.forEach(DatagramSocket::close);
        tcp.forEach(DnsServer::close);
        open.forEach(DnsServer::close);
        sockets.close();
    }

    private static void close(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
