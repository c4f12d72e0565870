package dev.alcove.network;

import dev.alcove.linux.Cidr;
import java.net.InetAddress;
import java.util.Optional;

/**
 * A range of addresses of a network.
 *
 * @param network the whole range, its host part zero
 * @param gateway the address of the network's own end, which containers route by; empty where the network is internal to
 *                others' wires and has none
 * @param range   the part that addresses are given from by themselves; empty for all of it
 */
public record Subnet(Cidr network, Optional<InetAddress> gateway, Optional<Cidr> range) {}
