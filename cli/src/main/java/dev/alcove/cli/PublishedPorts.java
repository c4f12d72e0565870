package dev.alcove.cli;

import dev.alcove.network.Endpoint;
import dev.alcove.spec.PortMapping;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The host's ports that lead to containers, in docker's words. */
final class PublishedPorts {
    private PublishedPorts() {}

    /** By the containers' ids. */
    static Map<String, String> of(Shell shell) {
        Map<String, String> ports = new HashMap<>();
        for (Endpoint endpoint : HostNetworks.of(shell).endpoints()) {
            ports.put(endpoint.container(), text(endpoint.ports()));
        }
        return ports;
    }

    /** {@code 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp}. */
    static String text(List<PortMapping> ports) {
        List<String> texts = new ArrayList<>();
        for (PortMapping port : ports) {
            String rest = port.host() + "->" + port.container() + "/"
                    + port.protocol().word();
            if (port.address().isEmpty()) {
                texts.add("0.0.0.0:" + rest);
                texts.add("[::]:" + rest);
            } else {
                String address = port.address().get().getHostAddress();
                texts.add((address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + rest);
            }
        }
        return String.join(", ", texts);
    }
}
