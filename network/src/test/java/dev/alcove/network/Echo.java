package dev.alcove.network;

import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** A server that tells everybody by which address it sees them, over TCP and UDP, IPv4 and IPv6. */
final class Echo implements AutoCloseable {
    /** Nobody answers: a firewall drops. */
    static final String NOTHING = "nothing";

    /** There is nobody. */
    static final String REFUSED = "refused";

    private static final int LONG = 5000;
    private static final int SHORT = 700;

    private final ServerSocket tcp;
    private final DatagramSocket udp;

    private Echo(ServerSocket tcp, DatagramSocket udp) {
        this.tcp = tcp;
        this.udp = udp;
    }

    static Echo at(HostNetwork where, int port) {
        Echo echo = where.in(() -> {
            try {
                return new Echo(new ServerSocket(port), new DatagramSocket(port));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        Thread.ofPlatform().daemon().start(echo::tcp);
        Thread.ofPlatform().daemon().start(echo::udp);
        return echo;
    }

    private void tcp() {
        try {
            while (true) {
                try (Socket socket = tcp.accept()) {
                    socket.getOutputStream().write(text(socket.getInetAddress()));
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void udp() {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[100], 100);
                udp.receive(packet);
                byte[] answer = text(packet.getAddress());
                udp.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private static byte[] text(InetAddress address) {
        return address.getHostAddress().replaceFirst("%.*", "").getBytes(StandardCharsets.US_ASCII);
    }

    /** The address by which a server sees one of these namespaces; {@link #NOTHING}, {@link #REFUSED}. */
    static String ask(HostNetwork from, String protocol, String address, int port) {
        return ask(from, protocol, address, port, LONG);
    }

    /** The same where no answer is expected. */
    static String askInVain(HostNetwork from, String protocol, String address, int port) {
        return ask(from, protocol, address, port, SHORT);
    }

    private static String ask(HostNetwork from, String protocol, String address, int port, int patience) {
        return from.in(() -> {
            InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral(address), port);
            try {
                return protocol.equals("tcp") ? tcp(to, patience) : udp(to, patience);
            } catch (SocketTimeoutException e) {
                return NOTHING;
            } catch (ConnectException | PortUnreachableException e) {
                return REFUSED;
            } catch (NoRouteToHostException e) {
                return "no route";
            } catch (SocketException e) {
                return "error: " + e.getMessage();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static String tcp(InetSocketAddress to, int patience) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(to, patience);
            socket.setSoTimeout(patience);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static String udp(InetSocketAddress to, int patience) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(to);
            socket.setSoTimeout(patience);
            socket.send(new DatagramPacket(new byte[] {'x'}, 1));
            DatagramPacket answer = new DatagramPacket(new byte[100], 100);
            socket.receive(answer);
            return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII);
        }
    }

    @Override
    public void close() {
        udp.close();
        try {
            tcp.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
