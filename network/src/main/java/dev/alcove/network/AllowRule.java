package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.spec.PortMapping.Protocol;
import java.util.Optional;

/**
 * Who may talk to a container, or whom it may talk to. As soon as there is one rule of a direction, all else of that
 * direction is refused, but answers: as a security group of Neutron's.
 *
 * @param direction which way connections are opened
 * @param peer      addresses of the others; empty for anybody
 * @param protocol  the protocol; empty for all
 * @param firstPort the first port (the container's own for FROM, the peer's for TO); 0 for all
 * @param lastPort  the last port
 */
public record AllowRule(
        Direction direction, Optional<Cidr> peer, Optional<Protocol> protocol, int firstPort, int lastPort) {
    /** Which way connections are opened. */
    public enum Direction {
        /** By others to the container. */
        FROM,
        /** By the container to others. */
        TO
    }
}
