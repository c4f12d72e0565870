package dev.alcove.spec;

import java.net.InetAddress;
import java.util.Optional;

/**
 * A line of the container's /etc/hosts: {@code --add-host NAME:ADDRESS}.
 *
 * @param name    a host name
 * @param address an IPv4 or IPv6 address; empty for {@code host-gateway}, the host as the container's network reaches it
 */
public record HostEntry(String name, Optional<InetAddress> address) {
    private static final String FIELD = "--add-host";
    private static final String GATEWAY = "host-gateway";

    /**
     * Reads {@code NAME:ADDRESS} or {@code NAME=ADDRESS}; an IPv6 address may stand in brackets, and {@code host-gateway}
     * stands for an address that is not known yet. Nothing is looked up.
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
        if (address.equals(GATEWAY)) {
            return new HostEntry(name, Optional.empty());
        }
        if (address.startsWith("[") && address.endsWith("]")) {
            address = address.substring(1, address.length() - 1);
        }
        // The JDK also takes 10.7 and numbers; /etc/hosts needs all four parts. A zone means nothing inside.
        boolean usual = address.indexOf(':') >= 0
                ? address.indexOf('%') < 0
                : Split.at('.', address).size() == 4;
        if (usual) {
            try {
                return new HostEntry(name, Optional.of(InetAddress.ofLiteral(address)));
            } catch (IllegalArgumentException e) {
                throw SpecException.not(FIELD, address, "an IP address or host-gateway");
            }
        }
        throw SpecException.not(FIELD, address, "an IP address or host-gateway");
    }
}
