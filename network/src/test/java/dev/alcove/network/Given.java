package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Mac;
import dev.alcove.spec.HostEntry;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Networks and containers as tests of names need them. */
final class Given {
    private Given() {}

    /** A bridge whose addresses are {@code 10.NUMBER.0.0/16}, {@code fd00:NUMBER::/64}. */
    static NetworkConfig network(String name, int number) {
        return new NetworkConfig(
                id(number),
                name,
                NetworkConfig.Driver.BRIDGE,
                Optional.of("br" + number),
                List.of(
                        subnet("10." + number + ".0.0/16", "10." + number + ".0.1"),
                        subnet("fd00:" + number + "::/64", "fd00:" + number + "::1")),
                false,
                true,
                0,
                Map.of(),
                Map.of(),
                Instant.EPOCH);
    }

    static Subnet subnet(String range, String gateway) {
        return new Subnet(Cidr.parse(range), Optional.of(Cidr.parseAddress(gateway)), Optional.empty());
    }

    static NetworkConfig internal(NetworkConfig network) {
        return new NetworkConfig(
                network.id(),
                network.name(),
                network.driver(),
                network.link(),
                network.subnets(),
                true,
                network.icc(),
                network.mtu(),
                network.options(),
                network.labels(),
                network.created());
    }

    /** 64 digits that begin with a number. */
    static String id(int number) {
        return (number + "0".repeat(64)).substring(0, 12) + "f".repeat(52);
    }

    /** A container's id: its short one is the number in twelve digits. */
    static String container(int number) {
        return "c" + "0".repeat(11 - Integer.toString(number).length()) + number + "e".repeat(52);
    }

    /** A place on a network with the host part {@code number}. */
    static Joined joined(NetworkConfig network, int number, String... aliases) {
        List<Cidr> addresses = new ArrayList<>();
        for (Subnet subnet : network.subnets()) {
            byte[] bytes = subnet.network().address().getAddress();
            bytes[bytes.length - 1] = (byte) number;
            bytes[bytes.length - 2] = (byte) (number >> 8);
            addresses.add(new Cidr(address(bytes), subnet.network().prefix()));
        }
        return new Joined(
                network.id(),
                network.name(),
                "eth0",
                "veth" + number,
                addresses,
                Mac.parse("02:00:00:00:00:01"),
                List.of(aliases));
    }

    private static java.net.InetAddress address(byte[] bytes) {
        try {
            return java.net.InetAddress.getByAddress(bytes);
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    static Endpoint endpoint(int number, String name, String hostname, Joined... joined) {
        return new Endpoint(
                container(number), name, hostname, List.of(joined), List.of(), List.of(), Path.of("/nowhere"));
    }

    static PlugRequest request(Endpoint endpoint, ResolverOptions resolver, String... hosts) {
        List<HostEntry> entries = new ArrayList<>();
        for (String host : hosts) {
            entries.add(HostEntry.parse(host));
        }
        return new PlugRequest(
                endpoint.container(),
                endpoint.name(),
                endpoint.hostname(),
                List.of(JoinRequest.of("any")),
                List.of(),
                List.of(),
                resolver,
                entries,
                endpoint.alive());
    }

    static PlugRequest request(Endpoint endpoint) {
        return request(endpoint, ResolverOptions.hosts());
    }
}
