package dev.alcove.network;

import dev.alcove.linux.Cidr;
import java.net.Inet6Address;
import java.net.InetAddress;

/** IPv4 or IPv6, as nftables writes what differs between them. */
enum Family {
    V4,
    V6;

    static Family of(InetAddress address) {
        return address instanceof Inet6Address ? V6 : V4;
    }

    static Family of(Cidr cidr) {
        return of(cidr.address());
    }

    /** The protocol whose fields are meant. */
    String protocol() {
        return this == V4 ? "ip" : "ip6";
    }

    /** The type of an address. */
    String type() {
        return this == V4 ? "ipv4_addr" : "ipv6_addr";
    }

    /** The family of a packet. */
    String nfproto() {
        return this == V4 ? "ipv4" : "ipv6";
    }

    /** A set's name for this family: {@code own4}. */
    String name(String of) {
        return name(of, "");
    }

    /** A set's name for this family: {@code any4_port}. */
    String name(String of, String end) {
        return of + (this == V4 ? "4" : "6") + end;
    }
}
