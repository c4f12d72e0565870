package dev.alcove.network;

import dev.alcove.linux.Cidr;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * The addresses from one to another, both included.
 *
 * @param first the first
 * @param last  the last, of the same family and not before the first
 */
record AddressRange(InetAddress first, InetAddress last) {
    private static final int V4_WITH_BROADCAST = 30;

    /** All of a network, its own address and its broadcasts' included. */
    static AddressRange of(Cidr network) {
        byte[] low = network.network().address().getAddress();
        byte[] high = low.clone();
        for (int bit = network.prefix(); bit < high.length * 8; bit++) {
            high[bit / 8] |= (byte) (0x80 >> bit % 8);
        }
        return new AddressRange(address(low), address(high));
    }

    /**
     * Those that can be given to somebody: without the network's own address (IPv6: that of any router) and, in IPv4, the
     * one of its broadcasts.
     */
    static AddressRange hosts(Cidr network) {
        AddressRange all = of(network);
        boolean v4 = !network.isV6();
        if (v4 && network.prefix() > V4_WITH_BROADCAST) {
            return all;
        }
        return new AddressRange(plus(all.first, 1), v4 ? plus(all.last, -1) : all.last);
    }

    /** What both have; empty ranges have their first behind their last. */
    AddressRange and(AddressRange other) {
        return new AddressRange(
                compare(first, other.first) < 0 ? other.first : first,
                compare(last, other.last) > 0 ? other.last : last);
    }

    boolean isEmpty() {
        return compare(first, last) > 0;
    }

    boolean contains(InetAddress address) {
        return address.getAddress().length == first.getAddress().length
                && compare(first, address) <= 0
                && compare(address, last) <= 0;
    }

    /** The one behind it, or the first behind the last, or behind one that is outside. */
    InetAddress after(InetAddress address) {
        return contains(address) && !address.equals(last) ? plus(address, 1) : first;
    }

    /** Whether two networks have addresses in common. */
    static boolean overlap(Cidr one, Cidr other) {
        return one.prefix() <= other.prefix() ? one.contains(other.address()) : other.contains(one.address());
    }

    /** An address some places on, or back. */
    static InetAddress plus(InetAddress address, int places) {
        byte[] bytes = address.getAddress();
        long carry = places;
        for (int i = bytes.length - 1; i >= 0 && carry != 0; i--) {
            long sum = (bytes[i] & 0xff) + carry;
            bytes[i] = (byte) sum;
            carry = sum >> 8;
        }
        return address(bytes);
    }

    static int compare(InetAddress one, InetAddress other) {
        return Arrays.compareUnsigned(one.getAddress(), other.getAddress());
    }

    static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length, e);
        }
    }
}
