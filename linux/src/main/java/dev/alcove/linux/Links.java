package dev.alcove.linux;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The interfaces of the network namespace that a {@link Netlink} was opened in, rtnetlink(7) RTM_*LINK. Every change
 * throws {@link LinuxException} with the kernel's words if it is refused; EPERM without CAP_NET_ADMIN in the
 * namespace's owner.
 */
public final class Links {
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_GETLINK = 18;
    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_LINK = 5;
    private static final int IFLA_MASTER = 10;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int IFLA_EXT_MASK = 29;
    private static final int IFLA_LINK_NETNSID = 37;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_INFO_DATA = 2;
    private static final int IFLA_INFO_SLAVE_KIND = 4;
    private static final int IFLA_INFO_SLAVE_DATA = 5;
    private static final int IFLA_BRPORT_MODE = 4;
    private static final int IFLA_BRPORT_ISOLATED = 33;
    private static final int VETH_INFO_PEER = 1;
    private static final int IFLA_MACVLAN_MODE = 1;
    private static final int MACVLAN_MODE_BRIDGE = 4;
    private static final int RTEXT_FILTER_SKIP_STATS = 8;
    private static final int IFF_UP = 0x1;
    private static final int IFF_RUNNING = 0x40;

    /** The loopback interface is the first of every network namespace. */
    private static final int LOOPBACK_INDEX = 1;

    private static final int IFINFOMSG = 16;
    private static final int MAC_LENGTH = 6;

    private final Netlink net;

    Links(Netlink net) {
        this.net = net;
    }

    /**
     * Brings {@code lo} up in the calling thread's network namespace, where a new namespace has it down.
     *
     * @throws LinuxException if the kernel refuses
     */
    public static void loopbackUp() {
        try (Netlink net = Netlink.open()) {
            net.change(change(LOOPBACK_INDEX, IFF_UP, IFF_UP), "set up", "lo");
        }
    }

    /** All interfaces, in the order of their indexes. */
    public List<Link> list() {
        List<Link> links = new ArrayList<>();
        for (ByteBuffer answer : net.dump(
                () -> header(RTM_GETLINK, NetlinkMessage.DUMP, 0, 0, 0)
                        .attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS),
                "list links")) {
            links.add(read(answer));
        }
        return links;
    }

    /**
     * The interface of a name.
     *
     * @return it, or empty if there is none
     */
    public Optional<Link> find(String name) {
        NewLink.checkName(name);
        NetlinkMessage message = header(RTM_GETLINK, 0, 0, 0, 0)
                .attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS)
                .attribute(IFLA_IFNAME, name);
        List<ByteBuffer> answers = net.get(message, "find link", name, Errno.ENODEV);
        return answers.isEmpty() ? Optional.empty() : Optional.of(read(answers.get(0)));
    }

    /**
     * The interface of a name that must be there.
     *
     * @throws LinuxException ENODEV if it is not
     */
    public Link get(String name) {
        return find(name).orElseThrow(() -> new LinuxException("rtnetlink find link", Errno.ENODEV, name));
    }

    /**
     * Makes a pair of interfaces joined by a wire, veth(4).
     *
     * @param here the end in this namespace
     * @param peer the other end, which may be put into another namespace
     * @return the end in this namespace
     * @throws LinuxException EEXIST if one of the names is taken
     */
    public Link addVeth(NewLink here, NewLink peer) {
        refuseElsewhere(here);
        NetlinkMessage message = create(here);
        int info = message.begin(IFLA_LINKINFO);
        message.attribute(IFLA_INFO_KIND, kind("veth"));
        int data = message.begin(IFLA_INFO_DATA);
        int other = message.begin(VETH_INFO_PEER);
        ifinfomsg(message, 0, peer.up() ? IFF_UP : 0, peer.up() ? IFF_UP : 0);
        describe(message, peer);
        message.end(other);
        message.end(data);
        message.end(info);
        net.change(message, "add veth", here.name() + "+" + peer.name());
        return get(here.name());
    }

    /** Makes a bridge, without ports, forwarding delay and address as the kernel has them by default. */
    public Link addBridge(NewLink link) {
        return add(link, "bridge");
    }

    /**
     * Makes an interface that drops what it is given.
     *
     * @throws LinuxException EOPNOTSUPP if the kernel is built without it
     */
    public Link addDummy(NewLink link) {
        return add(link, "dummy");
    }

    /**
     * Makes an interface with a hardware address of its own on one of this namespace, of macvlan's mode "bridge": those of
     * one parent reach each other, but not the parent itself.
     *
     * @param link   the new one, in this namespace or another
     * @param parent the interface that carries it
     * @throws LinuxException EEXIST if the name is taken; EBUSY or EINVAL if the parent carries none; EOPNOTSUPP if the
     *     kernel is built without it
     */
    public void addMacvlan(NewLink link, Link parent) {
        NetlinkMessage message = create(link).attribute(IFLA_LINK, parent.index());
        int info = message.begin(IFLA_LINKINFO);
        message.attribute(IFLA_INFO_KIND, kind("macvlan"));
        int data = message.begin(IFLA_INFO_DATA);
        message.attribute(IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
        message.end(data);
        message.end(info);
        net.change(message, "add macvlan", link.name() + " on " + parent.name());
    }

    private Link add(NewLink link, String kind) {
        refuseElsewhere(link);
        NetlinkMessage message = create(link);
        int info = message.begin(IFLA_LINKINFO);
        message.attribute(IFLA_INFO_KIND, kind(kind));
        message.end(info);
        net.change(message, "add " + kind, link.name());
        return get(link.name());
    }

    /** Sets it up. */
    public void up(Link link) {
        net.change(change(link.index(), IFF_UP, IFF_UP), "set up", link.name());
    }

    /** Sets it down. */
    public void down(Link link) {
        net.change(change(link.index(), 0, IFF_UP), "set down", link.name());
    }

    /**
     * Renames it. Kernels before 6.3 want it down for that (EBUSY).
     *
     * @param name the new name, as {@link NewLink} takes it
     */
    public void rename(Link link, String name) {
        NewLink.checkName(name);
        net.change(change(link.index(), 0, 0).attribute(IFLA_IFNAME, name), "rename", link.name());
    }

    /** Sets the largest packet, 68 to 65535 bytes. */
    public void mtu(Link link, int bytes) {
        NewLink.checkMtu(bytes);
        net.change(change(link.index(), 0, 0).attribute(IFLA_MTU, bytes), "set mtu of", link.name());
    }

    /** Sets the hardware address. */
    public void mac(Link link, Mac address) {
        net.change(change(link.index(), 0, 0).attribute(IFLA_ADDRESS, address.bytes()), "set mac of", link.name());
    }

    /** Makes it a port of a bridge. */
    public void master(Link link, Link bridge) {
        net.change(change(link.index(), 0, 0).attribute(IFLA_MASTER, bridge.index()), "set master of", link.name());
    }

    /**
     * How a bridge treats one of its ports, bridge(8).
     *
     * @param link     the port
     * @param isolated whether nothing passes between it and other isolated ports; those that are not, and the bridge itself,
     *                 it still reaches
     * @param hairpin  whether a frame may go back out by the port that it came in by
     * @throws LinuxException EINVAL if it is no bridge's port
     */
    public void port(Link link, boolean isolated, boolean hairpin) {
        NetlinkMessage message = change(link.index(), 0, 0);
        int info = message.begin(IFLA_LINKINFO);
        message.attribute(IFLA_INFO_SLAVE_KIND, "bridge");
        int data = message.begin(IFLA_INFO_SLAVE_DATA);
        message.attribute(IFLA_BRPORT_MODE, new byte[] {(byte) (hairpin ? 1 : 0)});
        message.attribute(IFLA_BRPORT_ISOLATED, new byte[] {(byte) (isolated ? 1 : 0)});
        message.end(data);
        message.end(info);
        net.change(message, "set bridge port", link.name());
    }

    /** Takes it out of its bridge. */
    public void noMaster(Link link) {
        net.change(change(link.index(), 0, 0).attribute(IFLA_MASTER, 0), "set master of", link.name());
    }

    /**
     * Moves it into another network namespace under another name. It arrives down, without addresses.
     *
     * @param namespace the namespace; stays the caller's
     * @param name      its name there
     */
    public void move(Link link, Fd namespace, String name) {
        NewLink.checkName(name);
        NetlinkMessage message =
                change(link.index(), 0, 0).attribute(IFLA_IFNAME, name).attribute(IFLA_NET_NS_FD, namespace.number());
        net.change(message, "move", link.name());
    }

    /** Moves it into another network namespace. It arrives down, without addresses. */
    public void move(Link link, Fd namespace) {
        move(link, namespace, link.name());
    }

    /**
     * Deletes it; a veth's other end goes with it.
     *
     * @return false if it was gone already
     */
    public boolean delete(Link link) {
        return net.change(
                header(RTM_DELLINK, NetlinkMessage.ACK, link.index(), 0, 0), "delete", link.name(), Errno.ENODEV);
    }

    /** Without the final NUL, as ip(8) sends it. */
    private static byte[] kind(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    private static void refuseElsewhere(NewLink link) {
        if (link.namespace().isPresent()) {
            throw new IllegalArgumentException("'" + link.name() + "': this interface is made in the socket's own"
                    + " namespace; a veth's other end and a macvlan may go elsewhere");
        }
    }

    private static NetlinkMessage create(NewLink link) {
        int flags = NetlinkMessage.ACK | NetlinkMessage.CREATE | NetlinkMessage.EXCL;
        NetlinkMessage message = header(RTM_NEWLINK, flags, 0, link.up() ? IFF_UP : 0, link.up() ? IFF_UP : 0);
        describe(message, link);
        return message;
    }

    private static void describe(NetlinkMessage message, NewLink link) {
        message.attribute(IFLA_IFNAME, link.name());
        if (link.mtu() != 0) {
            message.attribute(IFLA_MTU, link.mtu());
        }
        if (link.mac().isPresent()) {
            message.attribute(IFLA_ADDRESS, link.mac().get().bytes());
        }
        if (link.namespace().isPresent()) {
            message.attribute(IFLA_NET_NS_FD, link.namespace().get().number());
        }
        if (link.master().isPresent()) {
            message.attribute(IFLA_MASTER, link.master().getAsInt());
        }
    }

    private static NetlinkMessage change(int index, int flags, int mask) {
        return header(RTM_NEWLINK, NetlinkMessage.ACK, index, flags, mask);
    }

    private static NetlinkMessage header(int type, int messageFlags, int index, int flags, int mask) {
        return ifinfomsg(new NetlinkMessage(type, messageFlags), index, flags, mask);
    }

    /** struct ifinfomsg: family, hardware type, index, flags, and which of the flags are meant. */
    private static NetlinkMessage ifinfomsg(NetlinkMessage message, int index, int flags, int mask) {
        return message.u8(0).u8(0).u16(0).u32(index).u32(flags).u32(mask);
    }

    private static Link read(ByteBuffer answer) {
        NetlinkAttributes attributes = NetlinkAttributes.of(answer, IFINFOMSG);
        int flags = answer.getInt(8);
        byte[] mac = attributes.bytes(IFLA_ADDRESS);
        OptionalInt peerNamespace = attributes.u32(IFLA_LINK_NETNSID);
        return new Link(
                answer.getInt(4),
                attributes.string(IFLA_IFNAME),
                attributes.nested(IFLA_LINKINFO).string(IFLA_INFO_KIND),
                (flags & IFF_UP) != 0,
                (flags & IFF_RUNNING) != 0,
                attributes.u32(IFLA_MTU).orElse(0),
                mac.length == MAC_LENGTH ? Optional.of(Mac.of(mac)) : Optional.empty(),
                attributes.u32(IFLA_MASTER),
                attributes.u32(IFLA_LINK),
                // -1 (NETNSA_NSID_NOT_ASSIGNED): elsewhere, but without an id here.
                peerNamespace.orElse(-1) < 0 ? OptionalInt.empty() : peerNamespace);
    }
}
