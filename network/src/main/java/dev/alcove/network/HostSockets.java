package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Proc;
import dev.alcove.linux.ProcStat;
import dev.alcove.spec.PortMapping;
import dev.alcove.spec.PortMapping.Protocol;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The sockets of a host's processes, as /proc/net tells of them, proc_net(5). */
final class HostSockets {
    /** Of a connection whose socket is closed already. */
    private static final String TIME_WAIT = "06";

    /**
     * A socket that has a port of the host's.
     *
     * @param inode by which its process is found
     */
    record Bound(Protocol protocol, InetAddress address, int port, long inode) {
        /** Whether a published port would be in its way. What is bound to all of IPv6 mostly has IPv4 too. */
        boolean meets(PortMapping mapping) {
            boolean v6 = address.getAddress().length == 16;
            return protocol == mapping.protocol()
                    && port == mapping.host()
                    && ((v6 && address.isAnyLocalAddress()) || Ports.overlap(Optional.of(address), mapping.address()));
        }
    }

    private HostSockets() {}

    /** All of the calling thread's network namespace. */
    static List<Bound> look() {
        List<Bound> all = new ArrayList<>();
        for (Protocol protocol : new Protocol[] {Protocol.TCP, Protocol.UDP}) {
            for (String end : new String[] {"", "6"}) {
                all.addAll(parse(protocol, text(Path.of("/proc/thread-self/net", protocol.word() + end))));
            }
        }
        return all;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            // A kernel without IPv6 has no such file.
            return "";
        }
    }

    /** Reads the lines: number, local address, remote address, state, …, inode as the tenth word. */
    static List<Bound> parse(Protocol protocol, String text) {
        List<Bound> all = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            String[] words = line.strip().split(" +", -1);
            if (words.length > 9 && words[1].indexOf(':') > 0 && !words[3].equals(TIME_WAIT)) {
                int colon = words[1].indexOf(':');
                all.add(new Bound(
                        protocol,
                        address(words[1].substring(0, colon)),
                        HexFormat.fromHexDigits(words[1].substring(colon + 1)),
                        Long.parseLong(words[9])));
            }
        }
        return all;
    }

    /** Words of 32 bits, each as this machine's memory has it. */
    private static InetAddress address(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        if (java.nio.ByteOrder.nativeOrder() == java.nio.ByteOrder.LITTLE_ENDIAN) {
            for (int i = 0; i < bytes.length; i += 4) {
                byte first = bytes[i];
                byte second = bytes[i + 1];
                bytes[i] = bytes[i + 3];
                bytes[i + 1] = bytes[i + 2];
                bytes[i + 2] = second;
                bytes[i + 3] = first;
            }
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalArgumentException("an address has 4 or 16 bytes: " + hex, e);
        }
    }

    /** Who has a socket: {@code process 812 (nginx)}; without words if no process that is to be seen has it. */
    static Optional<String> owner(long inode) {
        String wanted = "socket:[" + inode + "]";
        for (int pid : Proc.pids()) {
            for (int fd : Proc.descriptors(pid)) {
                try {
                    if (Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd/" + fd))
                            .toString()
                            .equals(wanted)) {
                        String name = Proc.stat(pid).map(ProcStat::name).orElse("");
                        return Optional.of("process " + pid + (name.isEmpty() ? "" : " (" + name + ")"));
                    }
                } catch (IOException e) {
                    // It was closed meanwhile.
                }
            }
        }
        return Optional.empty();
    }

    /** Whether an address is one of the host's: so that something can be bound to it. */
    static boolean isLocal(InetAddress address, List<Cidr> own) {
        return address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || own.stream().anyMatch(c -> c.address().equals(address));
    }
}
