package dev.alcove.network;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;

/**
 * A server of DNS behind a test's host. It knows {@code outside.example}, the long {@code big.example}, the {@code
 * slow.example} that it never answers, and {@code forged.example}, before whose answer it sends two wrong ones.
 */
final class Upstream implements AutoCloseable {
    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final String address;
    private final List<String> asked = new CopyOnWriteArrayList<>();

    /** Opens it in a network, where it says that {@code outside.example} has an address. */
    Upstream(HostNetwork where, String at, String address) throws IOException {
        this.address = address;
        InetSocketAddress here = new InetSocketAddress(InetAddress.ofLiteral(at), 53);
        udp = where.in(() -> new DatagramSocket(here));
        tcp = where.in(() -> new ServerSocket(53, 10, here.getAddress()));
        Thread.ofPlatform().daemon().start(this::overUdp);
        Thread.ofPlatform().daemon().start(this::overTcp);
    }

    /** What it was asked: {@code udp outside.example. A}. */
    List<String> asked() {
        return List.copyOf(asked);
    }

    private Message answer(Message query, String how) throws IOException {
        var question = query.getQuestion();
        asked.add(how + " " + question.getName() + " " + org.xbill.DNS.Type.string(question.getType()));
        Message answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.RA);
        answer.addRecord(question, Section.QUESTION);
        switch (question.getName().toString()) {
            case "outside.example.", "forged.example." ->
                answer.addRecord(
                        new ARecord(question.getName(), DClass.IN, 60, InetAddress.ofLiteral(address)), Section.ANSWER);
            case "big.example." -> {
                for (int i = 0; i < 20; i++) {
                    answer.addRecord(
                            new TXTRecord(question.getName(), DClass.IN, 60, i + "x".repeat(200)), Section.ANSWER);
                }
            }
            default -> answer.getHeader().setRcode(Rcode.NXDOMAIN);
        }
        return answer;
    }

    private void overUdp() {
        byte[] buffer = new byte[65535];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                udp.receive(packet);
                Message query = new Message(Arrays.copyOf(buffer, packet.getLength()));
                String name = query.getQuestion().getName().toString();
                Message answer = answer(query, "udp");
                if (name.startsWith("slow.")) {
                    continue;
                }
                if (name.startsWith("forged.")) {
                    Message other = answer.clone();
                    other.getHeader().setID((query.getHeader().getID() + 1) & 0xffff);
                    other.removeAllRecords(Section.ANSWER);
                    send(packet, other.toWire());
                    Message wrong = new Message(query.getHeader().getID());
                    wrong.getHeader().setFlag(Flags.QR);
                    wrong.addRecord(
                            org.xbill.DNS.Record.newRecord(
                                    org.xbill.DNS.Name.fromConstantString("other.example."), 1, DClass.IN),
                            Section.QUESTION);
                    send(packet, wrong.toWire());
                }
                send(packet, answer.toWire(DnsAnswers.longest(query)));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void send(DatagramPacket question, byte[] answer) throws IOException {
        udp.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
    }

    private void overTcp() {
        try {
            while (true) {
                try (Socket socket = tcp.accept()) {
                    Message query = new Message(DnsForward.read(new DataInputStream(socket.getInputStream())));
                    DnsForward.write(
                            socket.getOutputStream(), answer(query, "tcp").toWire());
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
    }
}
