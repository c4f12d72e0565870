package dev.alcove.linux;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The addresses of the network namespace that a {@link Netlink} was opened in, rtnetlink(7) RTM_*ADDR. */
public final class Addresses {
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_DELADDR = 21;
    private static final int RTM_GETADDR = 22;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_BROADCAST = 4;
    private static final int IFA_FLAGS = 8;
    private static final int IFA_F_NODAD = 0x02;
    private static final int IFA_F_TENTATIVE = 0x40;
    private static final int IFADDRMSG = 8;
    private static final int LONGEST_WITH_BROADCAST = 30;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    private final Netlink net;

    Addresses(Netlink net) {
        this.net = net;
    }

    /** All addresses of all interfaces. */
    public List<LinkAddress> list() {
        List<LinkAddress> addresses = new ArrayList<>();
        for (ByteBuffer answer :
                net.dump(() -> header(RTM_GETADDR, NetlinkMessage.DUMP, 0, 0, 0, 0), "list addresses")) {
            int family = answer.get(0);
            if (family == AF_INET || family == AF_INET6) {
                addresses.add(read(answer));
            }
        }
        return addresses;
    }

    /** The addresses of one interface. */
    public List<LinkAddress> list(Link link) {
        List<LinkAddress> addresses = list();
        addresses.removeIf(address -> address.link() != link.index());
        return addresses;
    }

    /**
     * Gives an interface an address, and with it the route to the address's network.
     *
     * @throws LinuxException EEXIST if it has it already
     */
    public void add(Link link, Cidr address) {
        add(link, address, 0);
    }

    /**
     * Gives an interface an address at once: IPv6 does not first ask around for a second or two whether someone else
     * has it ({@code ip address add … nodad}). The same as {@link #add} for IPv4.
     *
     * @throws LinuxException EEXIST if it has it already
     */
    public void addNoDad(Link link, Cidr address) {
        add(link, address, IFA_F_NODAD);
    }

    private void add(Link link, Cidr address, int flags) {
        int create = NetlinkMessage.ACK | NetlinkMessage.CREATE | NetlinkMessage.EXCL;
        NetlinkMessage message = about(RTM_NEWADDR, create, link, address, address.isV6() ? flags : 0);
        if (!address.isV6() && address.prefix() <= LONGEST_WITH_BROADCAST) {
            message.attribute(IFA_BROADCAST, address.broadcast());
        }
        net.change(message, "add address", address + " to " + link.name());
    }

    /**
     * Takes an address away.
     *
     * @return false if the interface did not have it
     */
    public boolean delete(Link link, Cidr address) {
        return net.change(
                about(RTM_DELADDR, NetlinkMessage.ACK, link, address, 0),
                "delete address",
                address + " of " + link.name(),
                Errno.EADDRNOTAVAIL);
    }

    private static NetlinkMessage about(int type, int messageFlags, Link link, Cidr address, int flags) {
        byte[] bytes = address.address().getAddress();
        int family = address.isV6() ? AF_INET6 : AF_INET;
        return header(type, messageFlags, family, address.prefix(), flags, link.index())
                .attribute(IFA_LOCAL, bytes)
                .attribute(IFA_ADDRESS, bytes);
    }

    /** struct ifaddrmsg: family, prefix length, flags, scope, interface. */
    private static NetlinkMessage header(int type, int messageFlags, int family, int prefix, int flags, int index) {
        return new NetlinkMessage(type, messageFlags)
                .u8(family)
                .u8(prefix)
                .u8(flags)
                .u8(0)
                .u32(index);
    }

    private static LinkAddress read(ByteBuffer answer) {
        NetlinkAttributes attributes = NetlinkAttributes.of(answer, IFADDRMSG);
        // On a point-to-point interface ADDRESS is the other end's and LOCAL its own; IPv6 has LOCAL only then.
        byte[] bytes = attributes.bytes(attributes.has(IFA_LOCAL) ? IFA_LOCAL : IFA_ADDRESS);
        int flags = attributes.u32(IFA_FLAGS).orElse(answer.get(2) & 0xff);
        return new LinkAddress(
                answer.getInt(4), new Cidr(Cidr.of(bytes), answer.get(1) & 0xff), (flags & IFA_F_TENTATIVE) != 0);
    }
}
