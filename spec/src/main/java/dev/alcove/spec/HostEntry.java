package dev.alcove.spec;

import java.net.InetAddress;

/**
 * A line of the container's /etc/hosts: {@code --add-host NAME:ADDRESS}.
 *
 * @param name    a host name
 * @param address an IPv4 or IPv6 address
 */
public record HostEntry(String name, InetAddress address) {
    private static final String FIELD = "--add-host";

    /**
     * Reads {@code NAME:ADDRESS} or {@code NAME=ADDRESS}; an IPv6 address may stand in brackets. Nothing is looked up.
     *
     * @throws SpecException if the name is no host name or the address is written in no usual form
     */
    public static HostEntry parse(String text) {
        int equals = text.indexOf('=');
        int end = equals >= 0 ? equals : text.indexOf(':');
        if (end <= 0) {
            throw SpecException.not(FIELD, text, "an entry, as db:10.0.0.7 or db=fd00::7");
        }
        String name = Hostname.checked(FIELD, text.substring(0, end));
        String address = text.substring(end + 1);
        if (address.startsWith("[") && address.endsWith("]")) {
            address = address.substring(1, address.length() - 1);
        }
        // The JDK also takes 10.7 and numbers; /etc/hosts needs all four parts. A zone means nothing inside.
        boolean usual = address.indexOf(':') >= 0
                ? address.indexOf('%') < 0
                : Split.at('.', address).size() == 4;
        if (usual) {
            try {
                return new HostEntry(name, InetAddress.ofLiteral(address));
            } catch (IllegalArgumentException e) {
                throw SpecException.not(FIELD, address, "an IP address");
            }
        }
        throw SpecException.not(FIELD, address, "an IP address");
    }
}
