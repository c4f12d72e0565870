package dev.alcove.linux;

import java.nio.file.Path;

/**
 * What a network is made of, done once each, in the network namespace that it is started in: for {@link NetlinkBytesTest},
 * which looks at the messages. Argument: the path of another network namespace.
 */
final class NetlinkActs {
    private NetlinkActs() {}

    public static void main(String[] args) {
        try (Netlink net = Netlink.open();
                Namespace other = Namespace.at(Path.of(args[0]))) {
            Links links = net.links();
            Link bridge = links.addBridge(
                    NewLink.named("br0").mac(Mac.parse("02:00:00:00:00:01")).mtu(1400));
            net.addresses().add(bridge, Cidr.parse("10.1.2.1/24"));
            net.addresses().addNoDad(bridge, Cidr.parse("fd00::1/64"));
            links.up(bridge);
            Link veth = links.addVeth(
                    NewLink.named("av0").mtu(1400).master(bridge).asUp(),
                    NewLink.named("eth0")
                            .mac(Mac.parse("02:42:0a:01:02:03"))
                            .mtu(1400)
                            .in(other.fd()));
            links.addMacvlan(
                    NewLink.named("eth1").mac(Mac.parse("02:42:0a:01:02:04")).in(other.fd()), bridge);
            net.routes().add(Route.byDefault(Cidr.parseAddress("10.1.2.254")).dev(bridge));
            net.routes().add(Route.byDefault(Cidr.parseAddress("fd00::2")).dev(bridge));
            net.addresses().delete(bridge, Cidr.parse("10.1.2.1/24"));
            links.noMaster(veth);
            links.master(veth, bridge);
            links.down(veth);
            links.delete(veth);
        }
    }
}
