package dev.alcove.linux;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The main routing table of the network namespace that a {@link Netlink} was opened in, rtnetlink(7) RTM_*ROUTE.
 */
public final class Routes {
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_DELROUTE = 25;
    private static final int RTM_GETROUTE = 26;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PRIORITY = 6;
    private static final int RTA_TABLE = 15;
    private static final int RT_TABLE_MAIN = 254;
    private static final int RT_TABLE_LOCAL = 255;
    private static final int RTPROT_UNSPEC = 0;
    private static final int RTPROT_STATIC = 4;
    private static final int RT_SCOPE_UNIVERSE = 0;
    private static final int RT_SCOPE_LINK = 253;
    private static final int RT_SCOPE_HOST = 254;
    private static final int RT_SCOPE_NOWHERE = 255;
    private static final int RTN_UNSPEC = 0;
    private static final int RTN_UNICAST = 1;
    private static final int RTN_LOCAL = 2;
    private static final int LOCAL_METRIC = 1024;
    private static final int RTMSG = 12;

    private final Netlink net;

    Routes(Netlink net) {
        this.net = net;
    }

    /**
     * The unicast routes of the main table, IPv4 before IPv6. A route over several paths shows neither gateway nor
     * interface.
     */
    public List<Route> list() {
        List<Route> routes = new ArrayList<>();
        for (int family : new int[] {Addresses.AF_INET, Addresses.AF_INET6}) {
            for (ByteBuffer answer : net.dump(
                    () -> header(RTM_GETROUTE, NetlinkMessage.DUMP, family, 0, 0, 0, 0, RTN_UNSPEC), "list routes")) {
                NetlinkAttributes attributes = NetlinkAttributes.of(answer, RTMSG);
                int table = attributes.u32(RTA_TABLE).orElse(answer.get(4) & 0xff);
                // A kernel without IPv6 answers a question about it with everything it has.
                if (answer.get(0) == family && table == RT_TABLE_MAIN && answer.get(7) == RTN_UNICAST) {
                    routes.add(read(answer, attributes));
                }
            }
        }
        return routes;
    }

    /**
     * Adds a route.
     *
     * @throws LinuxException EEXIST if there is one to that destination with that metric; ENETUNREACH if the gateway
     *     is on no network of this namespace
     */
    public void add(Route route) {
        int create = NetlinkMessage.ACK | NetlinkMessage.CREATE | NetlinkMessage.EXCL;
        int scope = route.gateway().isPresent() ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
        net.change(
                about(RTM_NEWROUTE, create, route, RTPROT_STATIC, scope, RTN_UNICAST), "add route", route.toString());
    }

    /**
     * Makes an address the host's own for packets that come by one interface, a route of type "local" in the table of that
     * name. It ends with the interface.
     *
     * @return false if it was so already
     */
    public boolean addLocal(InetAddress address, Link link) {
        byte[] bytes = address.getAddress();
        int family = bytes.length == 4 ? Addresses.AF_INET : Addresses.AF_INET6;
        int scope = bytes.length == 4 ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
        int create = NetlinkMessage.ACK | NetlinkMessage.CREATE | NetlinkMessage.EXCL;
        NetlinkMessage message = header(
                        RTM_NEWROUTE, create, family, bytes.length * 8, RT_TABLE_LOCAL, RTPROT_STATIC, scope, RTN_LOCAL)
                .attribute(RTA_DST, bytes)
                .attribute(RTA_OIF, link.index())
                // IPv6 takes one route of each metric to an address, whichever the interface.
                .attribute(RTA_PRIORITY, LOCAL_METRIC + link.index());
        return net.change(message, "add local route", address.getHostAddress() + " dev " + link.name(), Errno.EEXIST);
    }

    /**
     * Deletes the route with this destination and, where they are given, this gateway, interface and metric.
     *
     * @return false if there is none
     */
    public boolean delete(Route route) {
        return net.change(
                about(RTM_DELROUTE, NetlinkMessage.ACK, route, RTPROT_UNSPEC, RT_SCOPE_NOWHERE, RTN_UNSPEC),
                "delete route",
                route.toString(),
                Errno.ESRCH);
    }

    private static NetlinkMessage about(
            int type, int messageFlags, Route route, int protocol, int scope, int routeType) {
        Cidr to = route.destination();
        int family = to.isV6() ? Addresses.AF_INET6 : Addresses.AF_INET;
        NetlinkMessage message =
                header(type, messageFlags, family, to.prefix(), RT_TABLE_MAIN, protocol, scope, routeType);
        // IPv6 has the empty destination of a default route too, as ip(8) sends it.
        if (to.prefix() > 0 || to.isV6()) {
            message.attribute(RTA_DST, to.address().getAddress());
        }
        if (route.gateway().isPresent()) {
            message.attribute(RTA_GATEWAY, route.gateway().get().getAddress());
        }
        if (route.link().isPresent()) {
            message.attribute(RTA_OIF, route.link().getAsInt());
        }
        if (route.metric() != 0) {
            message.attribute(RTA_PRIORITY, route.metric());
        }
        return message;
    }

    /** struct rtmsg: family, prefix lengths of destination and source, tos, table, protocol, scope, type, flags. */
    private static NetlinkMessage header(
            int type, int messageFlags, int family, int prefix, int table, int protocol, int scope, int routeType) {
        return new NetlinkMessage(type, messageFlags)
                .u8(family)
                .u8(prefix)
                .u8(0)
                .u8(0)
                .u8(table)
                .u8(protocol)
                .u8(scope)
                .u8(routeType)
                .u32(0);
    }

    private static Route read(ByteBuffer answer, NetlinkAttributes attributes) {
        byte[] to = attributes.has(RTA_DST)
                ? attributes.bytes(RTA_DST)
                : new byte[answer.get(0) == Addresses.AF_INET6 ? 16 : 4];
        byte[] gateway = attributes.bytes(RTA_GATEWAY);
        return new Route(
                new Cidr(Cidr.of(to), answer.get(1) & 0xff),
                gateway.length == to.length ? Optional.of(Cidr.of(gateway)) : Optional.empty(),
                attributes.u32(RTA_OIF),
                Math.max(0, attributes.u32(RTA_PRIORITY).orElse(0)));
    }
}
