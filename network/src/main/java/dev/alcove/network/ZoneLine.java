package dev.alcove.network;

import dev.alcove.linux.Cidr;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * An address of a container on a network, and what it is called there: a line of the network's own list of names, from which
 * the containers' files are made and DNS is answered.
 *
 * @param address   the address
 * @param names     its name, its short id, its aliases; the first is the one that an address is answered with
 * @param hostname  its host name, if it is none of these and the container does not keep it to itself; else empty
 * @param container the container's id
 */
record ZoneLine(InetAddress address, List<String> names, String hostname, String container) {
    private static final int SHORT = 12;
    /** What is left of a line beside the address and the container: names that need more get further lines. */
    private static final int ROOM = 255 - 40 - 70;

    ZoneLine {
        names = List.copyOf(names);
    }

    /**
     * The lines of a container's place on a network.
     *
     * @param keepsHostname whether its host name is not for the others
     */
    static List<ZoneLine> of(Endpoint endpoint, Joined joined, boolean keepsHostname) {
        List<String> names = names(endpoint, joined);
        String hostname = keepsHostname || contains(names, endpoint.hostname()) ? "" : endpoint.hostname();
        List<ZoneLine> lines = new ArrayList<>();
        for (Cidr address : joined.addresses()) {
            // All lines of a container have its short id, by which they are found again.
            String id = shortId(endpoint.container());
            List<String> some = new ArrayList<>();
            int length = 0;
            String last = hostname;
            for (String name : names) {
                if (!some.isEmpty() && length + name.length() + 1 > ROOM) {
                    lines.add(new ZoneLine(address.address(), some, last, endpoint.container()));
                    last = "";
                    some = new ArrayList<>(List.of(id));
                    length = id.length();
                }
                some.add(name);
                length += name.length() + 1;
            }
            lines.add(new ZoneLine(address.address(), some, last, endpoint.container()));
        }
        return lines;
    }

    /** What a container is called on a network, without its host name. */
    static List<String> names(Endpoint endpoint, Joined joined) {
        Set<String> names = new LinkedHashSet<>();
        if (!endpoint.name().isEmpty()) {
            names.add(endpoint.name());
        }
        names.add(shortId(endpoint.container()));
        names.addAll(joined.aliases());
        return List.copyOf(names);
    }

    static String shortId(String container) {
        return container.substring(0, Math.min(SHORT, container.length()));
    }

    /** Host names are the same in whatever case, RFC 4343. */
    static boolean contains(List<String> names, String name) {
        for (String one : names) {
            if (one.equalsIgnoreCase(name)) {
                return true;
            }
        }
        return name.isEmpty();
    }

    /** Whether one of its names is this. */
    boolean isCalled(String name) {
        return !name.isEmpty() && contains(names, name);
    }

    /** {@code 10.88.1.5 TAB web 0123456789ab db TAB =host TAB 0123…}. */
    String text() {
        return AddressText.of(address) + "\t" + String.join(" ", names) + (hostname.isEmpty() ? "" : "\t=" + hostname)
                + "\t" + container;
    }

    /** What {@link #text} wrote. */
    static ZoneLine parse(String line) {
        int names = line.indexOf('\t');
        int more = line.indexOf('\t', names + 1);
        int container = line.lastIndexOf('\t');
        String hostname = container == more ? "" : line.substring(more + 2, container);
        return new ZoneLine(
                Cidr.parseAddress(line.substring(0, names)),
                List.of(line.substring(names + 1, more).split(" ", -1)),
                hostname,
                line.substring(container + 1));
    }

    /** All lines of a list. */
    static List<ZoneLine> parseAll(List<String> lines) {
        List<ZoneLine> all = new ArrayList<>();
        for (String line : lines) {
            all.add(parse(line));
        }
        return all;
    }

    static String folded(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
