package dev.alcove.network;

import dev.alcove.linux.Mac;
import dev.alcove.spec.PortMapping;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What plugins are told of one interface: the environment, and what is added to their configuration. CNI specification
 * 1.0.0, sections 2 and 3. Pure.
 *
 * @param container the container's id
 * @param netns     the path of its network namespace; empty if that is gone
 * @param ifname    the interface's name inside
 * @param ports     the host's ports that are to lead to it
 * @param addresses addresses that are asked for
 * @param mac       a hardware address that is asked for
 * @param path      where plugins are found, folders between colons
 */
record CniCall(
        String container,
        String netns,
        String ifname,
        List<PortMapping> ports,
        List<InetAddress> addresses,
        Optional<Mac> mac,
        String path) {
    CniCall {
        ports = List.copyOf(ports);
        addresses = List.copyOf(addresses);
    }

    /** The same when the namespace is gone, which DEL has to manage with. */
    CniCall withoutNamespace() {
        return new CniCall(container, "", ifname, ports, addresses, mac, path);
    }

    /**
     * A plugin's environment.
     *
     * @param command {@code ADD}, {@code DEL}, {@code CHECK}
     * @param search  PATH, for the programs that plugins call
     */
    List<String> environment(String command, String search) {
        List<String> environment = new ArrayList<>();
        environment.add("CNI_COMMAND=" + command);
        environment.add("CNI_CONTAINERID=" + container);
        environment.add("CNI_NETNS=" + netns);
        environment.add("CNI_IFNAME=" + ifname);
        environment.add("CNI_PATH=" + path);
        environment.add("CNI_ARGS=" + arguments());
        environment.add("PATH=" + search);
        return environment;
    }

    /** Plugins that know them take addresses so too; the others are asked to pass over what they do not know. */
    private String arguments() {
        StringBuilder text = new StringBuilder("IgnoreUnknown=1");
        if (!addresses.isEmpty()) {
            text.append(";IP=").append(addresses.getFirst().getHostAddress());
        }
        mac.ifPresent(address -> text.append(";MAC=").append(address));
        return text.toString();
    }

    /**
     * A plugin's standard input: its configuration with the network's name and version, what it is able to take, and the
     * result of the plugin before it.
     *
     * @param previous that result; empty for none
     */
    String input(CniConfig network, Map<String, Object> plugin, Map<String, Object> previous) {
        Map<String, Object> input = new LinkedHashMap<>(plugin);
        input.put("name", network.name());
        input.put("cniVersion", network.version());
        Map<String, Object> able = CniJson.part(plugin, "capabilities");
        input.remove("capabilities");
        Map<String, Object> runtime = runtime(able);
        if (!runtime.isEmpty()) {
            input.put("runtimeConfig", runtime);
        }
        if (!previous.isEmpty()) {
            input.put("prevResult", previous);
        }
        return CniJson.write(input);
    }

    /** What plugins of these capabilities take, by the conventions of the CNI project. */
    private Map<String, Object> runtime(Map<String, Object> able) {
        Map<String, Object> runtime = new LinkedHashMap<>();
        if (Boolean.TRUE.equals(able.get("portMappings")) && !ports.isEmpty()) {
            List<Map<String, Object>> mappings = new ArrayList<>();
            for (PortMapping port : ports) {
                Map<String, Object> mapping = new LinkedHashMap<>();
                mapping.put("hostPort", port.host());
                mapping.put("containerPort", port.container());
                mapping.put("protocol", port.protocol().word());
                port.address().ifPresent(a -> mapping.put("hostIP", a.getHostAddress()));
                mappings.add(mapping);
            }
            runtime.put("portMappings", mappings);
        }
        if (Boolean.TRUE.equals(able.get("ips")) && !addresses.isEmpty()) {
            runtime.put(
                    "ips", addresses.stream().map(InetAddress::getHostAddress).toList());
        }
        if (Boolean.TRUE.equals(able.get("mac")) && mac.isPresent()) {
            runtime.put("mac", mac.get().toString());
        }
        return runtime;
    }
}
