package dev.alcove.it.tricks;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Reaches for what is not its own: the first argument says how, the others what. */
public final class Prying {
    private Prying() {}

    /** Tries; ends with 0 if it got it. */
    public static void main(String[] arguments) throws Exception {
        String what = arguments.length > 1 ? arguments[1] : "";
        switch (arguments[0]) {
            case "read" -> System.out.println(Files.readString(Path.of(what)));
            case "write" -> Files.writeString(Path.of(what), arguments[2], StandardOpenOption.WRITE);
            case "create" -> Files.writeString(Path.of(what), "was here");
            case "delete" -> Files.delete(Path.of(what));
            case "link" -> {
                Path link = Files.createSymbolicLink(Path.of("/tmp/link"), Path.of(what));
                System.out.println(Files.readString(link));
            }
            case "chmod" -> {
                Path file = Files.createFile(Path.of("/tmp/shell"));
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
                Files.setAttribute(file, "unix:mode", 04755);
            }
            case "exec" -> {
                Process process = Runtime.getRuntime().exec(new String[] {what});
                System.out.println(process.waitFor());
            }
            case "signal" ->
                System.out.println(
                        ProcessHandle.of(Long.parseLong(what)).orElseThrow().destroyForcibly());
            case "list" -> ProcessHandle.allProcesses().forEach(p -> System.out.println(p.pid()));
            case "tcp" -> {
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(what)));
                }
            }
            case "listen" -> {
                try (ServerSocket socket = new ServerSocket(Integer.parseInt(what))) {
                    System.out.println(socket.getLocalPort());
                }
            }
            case "udp" -> {
                try (DatagramSocket socket = new DatagramSocket()) {
                    socket.send(new DatagramPacket(
                            new byte[1], 1, InetAddress.getLoopbackAddress(), Integer.parseInt(what)));
                }
            }
            case "unix" -> {
                try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(what))) {
                    System.out.println(channel.isConnected());
                }
            }
            case "library" -> System.load(what);
            case "exit" -> System.exit(Integer.parseInt(what));
            case "environment" -> System.getenv().forEach((k, v) -> System.out.println(k + "=" + v));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.out.println("got it");
    }
}
