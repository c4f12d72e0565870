package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The requests that change something, beside those that ip(8) sends for the same act, both as strace(1) sees them leave:
 * the same type, flags, fixed part, and the same attributes with the same bytes.
 *
 * <p>Three things may differ, and do: the sequence number; the order of attributes, which means nothing; the flag "nested"
 * (NLA_F_NESTED), which ip leaves away. And a descriptor's number is the sender's own affair.
 */
class NetlinkBytesTest {
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_GETLINK = 18;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int IFLA_INFO_DATA = 2;
    private static final int VETH_INFO_PEER = 1;
    private static final int IFINFOMSG = 16;
    private static final int NLM_F_CREATE = 0x400;

    /** What ip is told, in the order of {@link NetlinkActs}. */
    private static final List<String> ACTS = List.of(
            "link add name br0 address 02:00:00:00:00:01 mtu 1400 type bridge",
            "address add 10.1.2.1/24 brd + dev br0",
            "address add fd00::1/64 dev br0 nodad",
            "link set br0 up",
            "link add name av0 mtu 1400 master br0 up type veth peer name eth0 address 02:42:0a:01:02:03 mtu 1400"
                    + " netns OTHER",
            "link add link br0 name eth1 address 02:42:0a:01:02:04 netns OTHER type macvlan mode bridge",
            "route add default via 10.1.2.254 dev br0 proto static",
            "-6 route add default via fd00::2 dev br0 proto static",
            "address delete 10.1.2.1/24 dev br0",
            "link set av0 nomaster",
            "link set av0 master br0",
            "link set av0 down",
            "link delete av0");

    @TempDir
    private Path folder;

    private static String program(String name) {
        for (String directory : new String[] {"/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"}) {
            if (Files.isExecutable(Path.of(directory + name))) {
                return directory + name;
            }
        }
        String reason = "skipped: needs " + name;
        System.out.println(reason);
        Assumptions.abort(reason);
        return "";
    }

    @Test
    void theKernelGetsWhatIpWouldSend() throws Exception {
        Needs.root();
        String ip = program("ip");
        List<byte[]> theirs = new ArrayList<>();
        List<byte[]> ours;
        try (NetworkNamespaceThread one = new NetworkNamespaceThread("ip");
                NetworkNamespaceThread two = new NetworkNamespaceThread("java");
                NetworkNamespaceThread other = new NetworkNamespaceThread("other")) {
            String path = "/proc/" + ProcessHandle.current().pid() + "/fd/"
                    + other.namespace().number();
            for (String act : ACTS) {
                List<String> command = new ArrayList<>(List.of(ip));
                command.addAll(List.of(act.replace("OTHER", path).split(" ", -1)));
                List<byte[]> sent = one.call(() -> traced(command));
                assertThat(sent).as(act).hasSize(1);
                theirs.addAll(sent);
            }
            // The same names again, made by the other.
            other.run(() -> {
                try (Netlink net = Netlink.open()) {
                    net.links().find("eth0").ifPresent(net.links()::delete);
                    net.links().find("eth1").ifPresent(net.links()::delete);
                }
            });
            ours = two.call(() -> traced(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    NetlinkActs.class.getName(),
                    path)));
        }
        assertThat(ours).hasSameSizeAs(theirs);
        for (int i = 0; i < ACTS.size(); i++) {
            assertThat(shown(ours.get(i))).as(ACTS.get(i)).isEqualTo(shown(theirs.get(i)));
        }
    }

    /** The requests that a program sends to change something. */
    private List<byte[]> traced(List<String> command) throws IOException, InterruptedException {
        Path trace = folder.resolve("trace");
        List<String> all = new ArrayList<>(List.of(
                program("strace"),
                "-f",
                "--seccomp-bpf",
                "-e",
                "trace=sendto,sendmsg",
                "-e",
                "raw=sendto,sendmsg",
                "-e",
                "write=all",
                "-o",
                trace.toString()));
        all.addAll(command);
        Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("%s: %s", command, said).isZero();
        List<byte[]> requests = new ArrayList<>();
        StringBuilder hex = new StringBuilder();
        for (String line : (Files.readString(trace) + "\nend").lines().toList()) {
            if (line.startsWith(" | ")) {
                // The place, two groups of eight bytes, the same as text.
                hex.append(line, line.indexOf(' ', 3), Math.min(line.length(), 60));
            } else if (!line.startsWith(" *")) {
                if (!hex.isEmpty()) {
                    byte[] bytes = HexFormat.of().parseHex(hex.toString().replace(" ", ""));
                    if (changes(bytes)) {
                        requests.add(bytes);
                    }
                }
                hex.setLength(0);
            }
        }
        return requests;
    }

    /** Not the questions, nor the empty request by which ip finds out how strict the kernel is. */
    private static boolean changes(byte[] message) {
        ByteBuffer header = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder());
        if (message.length < NetlinkMessage.HEADER || header.getInt(0) != message.length) {
            return false;
        }
        int type = header.getShort(4);
        boolean probe =
                type == RTM_NEWLINK && message.length == NetlinkMessage.HEADER + IFINFOMSG && header.getInt(20) == 0;
        return type % 4 != RTM_GETLINK % 4 && !probe;
    }

    private static String shown(byte[] message) {
        ByteBuffer header = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder());
        int type = header.getShort(4);
        int fixed = switch (type / 4) {
            case 4 -> IFINFOMSG;
            case 5 -> 8;
            default -> 12;
        };
        int flags = header.getShort(6);
        String text = "type " + type + " flags " + Integer.toHexString(flags) + " fixed "
                + HexFormat.of().formatHex(message, NetlinkMessage.HEADER, NetlinkMessage.HEADER + fixed);
        boolean link = type / 4 == 4 && (type != RTM_NEWLINK || (flags & NLM_F_CREATE) != 0);
        return text + attributes(message, NetlinkMessage.HEADER + fixed, message.length, link ? "link" : "");
    }

    /** Attributes in the order of their types. */
    private static String attributes(byte[] bytes, int from, int to, String what) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        Map<Integer, String> shown = new TreeMap<>();
        int at = from;
        while (at + 4 <= to) {
            int length = buffer.getShort(at) & 0xffff;
            int type = buffer.getShort(at + 2) & 0x3fff;
            assertThat(length).isBetween(4, to - at);
            int begin = at + 4;
            int end = at + length;
            String nested = nested(what, type, length);
            String value;
            if (nested.equals("peer")) {
                value = HexFormat.of().formatHex(bytes, begin, begin + IFINFOMSG)
                        + attributes(bytes, begin + IFINFOMSG, end, "link");
            } else if (!nested.isEmpty()) {
                value = attributes(bytes, begin, end, nested);
            } else if (what.equals("link") && type == IFLA_NET_NS_FD) {
                value = "a descriptor";
            } else {
                value = HexFormat.of().formatHex(bytes, begin, end);
            }
            assertThat(shown.put(type, value)).as("one attribute of a type").isNull();
            at += (length + 3) & ~3;
        }
        return shown.toString();
    }

    /** What an attribute's value is, if it is attributes. */
    private static String nested(String what, int type, int length) {
        if (what.equals("link") && type == IFLA_LINKINFO) {
            return "info";
        }
        if (what.equals("info") && type == IFLA_INFO_DATA) {
            return "data";
        }
        // macvlan's mode has the number of a veth's peer, and is shorter than that can be.
        return what.equals("data") && type == VETH_INFO_PEER && length > IFINFOMSG ? "peer" : "";
    }
}
