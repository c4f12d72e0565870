package dev.alcove.linux;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/**
 * The connections that the calling thread's network namespace tracks, which is how an answer finds its way back through a
 * translated address; nf_conntrack, by ctnetlink (linux/netfilter/nfnetlink_conntrack.h).
 */
public final class Connections {
    private static final int CTNETLINK = 1 << 8;
    private static final int GET = CTNETLINK | 1;
    private static final int DELETE = CTNETLINK | 2;
    private static final int NFGENMSG = 4;
    private static final int CTA_TUPLE_ORIG = 1;
    private static final int CTA_TUPLE_REPLY = 2;
    private static final int CTA_ID = 12;
    private static final int CTA_ZONE = 18;
    private static final int CTA_FILTER = 25;
    private static final int CTA_TUPLE_IP = 1;
    private static final int CTA_IP_V4_SRC = 1;
    private static final int CTA_IP_V6_SRC = 3;
    private static final int CTA_TUPLE_PROTO = 2;
    private static final int CTA_PROTO_NUM = 1;
    private static final int CTA_PROTO_DST_PORT = 3;
    private static final int CTA_FILTER_ORIG_FLAGS = 1;
    private static final int CTA_FILTER_REPLY_FLAGS = 2;
    private static final int UDP = 17;

    /** What of a connection is compared, net/netfilter/nf_internals.h in the kernel. */
    private static final int SOURCE = 1;

    private static final int PROTOCOL_AND_TARGET_PORT = 1 << 3 | 1 << 5;

    private Connections() {}

    /**
     * Forgets all that an address began, and all that it answers, whichever address was asked. What comes of them afterwards
     * is as the first packet of a new one: else a client of UDP that never pauses would be led for ever to where a published
     * port was, and who gets the address next would get its packets.
     *
     * @return how many
     * @throws LinuxException EPERM without CAP_NET_ADMIN
     */
    public static int forget(InetAddress address) {
        byte[] bytes = address.getAddress();
        int family = bytes.length == 4 ? Addresses.AF_INET : Addresses.AF_INET6;
        try (Netlink net = Netlink.openNetfilter()) {
            return forget(net, family, () -> from(family, bytes, CTA_TUPLE_REPLY, CTA_FILTER_REPLY_FLAGS))
                    + forget(net, family, () -> from(family, bytes, CTA_TUPLE_ORIG, CTA_FILTER_ORIG_FLAGS));
        }
    }

    /**
     * Forgets what was sent to a port over UDP: a client that sent there before the port was published would not be led to
     * the container, since addresses are translated when a connection begins, and to the kernel it has begun.
     *
     * @param port 1 to 65535
     * @return how many
     * @throws LinuxException EPERM without CAP_NET_ADMIN
     */
    public static int forgetUdpTo(int port) {
        try (Netlink net = Netlink.openNetfilter()) {
            return forget(net, Addresses.AF_INET, () -> to(Addresses.AF_INET, port))
                    + forget(net, Addresses.AF_INET6, () -> to(Addresses.AF_INET6, port));
        }
    }

    private static int forget(Netlink net, int family, Supplier<NetlinkMessage> question) {
        int count = 0;
        for (ByteBuffer each : net.dump(question, "list connections")) {
            NetlinkAttributes attributes = NetlinkAttributes.of(each, NFGENMSG);
            NetlinkMessage message = header(DELETE, NetlinkMessage.ACK, family)
                    .nested(CTA_TUPLE_ORIG, attributes.bytes(CTA_TUPLE_ORIG))
                    .attribute(CTA_ID, attributes.bytes(CTA_ID));
            if (attributes.has(CTA_ZONE)) {
                message.attribute(CTA_ZONE, attributes.bytes(CTA_ZONE));
            }
            // It may have ended by itself meanwhile.
            if (net.change(message, "forget connection", "", Errno.ENOENT)) {
                count++;
            }
        }
        return count;
    }

    private static NetlinkMessage from(int family, byte[] address, int tuple, int flags) {
        NetlinkMessage message = header(GET, NetlinkMessage.DUMP, family);
        int outer = message.begin(tuple);
        int ip = message.begin(CTA_TUPLE_IP);
        message.attribute(address.length == 4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, address);
        message.end(ip);
        message.end(outer);
        return filter(message, flags, SOURCE);
    }

    private static NetlinkMessage to(int family, int port) {
        NetlinkMessage message = header(GET, NetlinkMessage.DUMP, family);
        int outer = message.begin(CTA_TUPLE_ORIG);
        int protocol = message.begin(CTA_TUPLE_PROTO);
        message.attribute(CTA_PROTO_NUM, new byte[] {UDP});
        message.attribute(CTA_PROTO_DST_PORT, new byte[] {(byte) (port >> 8), (byte) port});
        message.end(protocol);
        message.end(outer);
        return filter(message, CTA_FILTER_ORIG_FLAGS, PROTOCOL_AND_TARGET_PORT);
    }

    private static NetlinkMessage filter(NetlinkMessage message, int which, int compared) {
        int filter = message.begin(CTA_FILTER);
        message.attribute(which, compared);
        message.end(filter);
        return message;
    }

    /** struct nfgenmsg: family, version, resource. */
    private static NetlinkMessage header(int type, int messageFlags, int family) {
        return new NetlinkMessage(type, messageFlags).u8(family).u8(0).u16(0);
    }
}
