package dev.alcove.network;

import dev.alcove.network.NetworkConfig.Driver;
import dev.alcove.network.NetworkException.Kind;
import dev.alcove.spec.SpecException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a network's options say, by docker's names or ours.
 *
 * @param mtu    the largest packet in bytes; 0 for the kernel's default
 * @param link   the bridge's name, or macvlan's parent
 * @param icc    whether containers reach each other where no rule says so
 */
record NetworkOptions(int mtu, Optional<String> link, boolean icc) {
    private static final String MTU = "mtu";
    private static final String DOCKER_MTU = "com.docker.network.driver.mtu";
    private static final String BRIDGE = "com.docker.network.bridge.name";
    private static final String ICC = "icc";
    private static final String DOCKER_ICC = "com.docker.network.bridge.enable_icc";
    private static final String PARENT = "parent";
    private static final String MODE = "macvlan_mode";
    private static final int LEAST_MTU = 68;
    private static final int LEAST_V6_MTU = 1280;
    private static final int LARGEST_MTU = 65535;

    /** Reads them; refuses what the driver does not know. */
    static NetworkOptions of(NetworkRequest request) {
        boolean bridge = request.driver() == Driver.BRIDGE;
        if (request.driver() == Driver.CNI) {
            return plugins(request);
        }
        List<String> known =
                bridge ? List.of(MTU, DOCKER_MTU, BRIDGE, ICC, DOCKER_ICC) : List.of(MTU, DOCKER_MTU, PARENT, MODE);
        int mtu = 0;
        Optional<String> link = Optional.empty();
        boolean icc = true;
        for (Map.Entry<String, String> option : request.options().entrySet()) {
            String value = option.getValue();
            String key = option.getKey();
            if (!known.contains(key)) {
                throw new NetworkException(
                        Kind.INVALID,
                        String.valueOf(SpecException.not("--opt", key, "an option of this driver", known)
                                .getMessage()));
            }
            switch (key) {
                case MTU, DOCKER_MTU -> mtu = mtu(key, value, request);
                case ICC, DOCKER_ICC -> icc = flag(key, value);
                case MODE -> {
                    if (!value.equals("bridge")) {
                        throw bad(key, value, "a mode that is offered", "bridge is the only one");
                    }
                }
                default -> link = Optional.of(linkName(key, value));
            }
        }
        if (request.driver() == Driver.MACVLAN && link.isEmpty()) {
            throw NetworkException.of(
                    Kind.INVALID,
                    "a macvlan network needs an interface of the host that carries it",
                    "no --opt parent=… was given",
                    "--opt parent=eth0; ip link lists the interfaces");
        }
        return new NetworkOptions(mtu, link, icc);
    }

    private static NetworkOptions plugins(NetworkRequest request) {
        List<String> known = List.of(CniNetworks.CONF, CniNetworks.PATH);
        for (String key : request.options().keySet()) {
            if (!known.contains(key)) {
                throw new NetworkException(
                        Kind.INVALID,
                        String.valueOf(SpecException.not("--opt", key, "an option of this driver", known)
                                .getMessage()));
            }
        }
        if (!request.subnets().isEmpty() || request.ipv6() || request.internal()) {
            throw NetworkException.of(
                    Kind.INVALID,
                    "a network of the driver cni takes no addresses and is not internal by a flag",
                    "its configuration says what it is",
                    "write it there, and leave --subnet, --ipv6 and --internal out");
        }
        CniConfig config = CniNetworks.config(request.name(), request.options());
        if (config.plugins().isEmpty()) {
            throw new IllegalStateException("a configuration without plugins was not refused");
        }
        return new NetworkOptions(0, Optional.empty(), true);
    }

    private static int mtu(String key, String value, NetworkRequest request) {
        int mtu = 0;
        boolean digits = !value.isEmpty() && value.length() <= 5;
        for (int i = 0; digits && i < value.length(); i++) {
            digits = value.charAt(i) >= '0' && value.charAt(i) <= '9';
            mtu = mtu * 10 + value.charAt(i) - '0';
        }
        boolean v6 = request.ipv6()
                || request.subnets().stream().anyMatch(s -> s.network().isV6());
        int least = v6 ? LEAST_V6_MTU : LEAST_MTU;
        if (!digits || mtu < least || mtu > LARGEST_MTU) {
            throw bad(key, value, "a packet's size", "give " + least + " to " + LARGEST_MTU + " bytes");
        }
        return mtu;
    }

    private static boolean flag(String key, String value) {
        return switch (value) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw bad(key, value, "yes or no", "write true or false");
        };
    }

    private static String linkName(String key, String value) {
        if (!isLinkName(value)) {
            throw bad(key, value, "an interface's name", "it has 1 to 15 letters, digits, '.', '_' and '-'");
        }
        return value;
    }

    /** Stricter than the kernel, so that the name means itself in firewall rules too. */
    static boolean isLinkName(String name) {
        boolean good = !name.isEmpty() && name.length() <= 15 && !name.equals(".") && !name.equals("..");
        for (int i = 0; good && i < name.length(); i++) {
            char c = name.charAt(i);
            good = c < 128 && (Character.isLetterOrDigit(c) || c == '.' || c == '_' || c == '-');
        }
        return good;
    }

    private static NetworkException bad(String key, String value, String what, String mend) {
        return NetworkException.of(
                Kind.INVALID,
                "--opt " + key + ": " + SpecException.quote(value) + " is not " + what,
                "a slip in writing",
                mend);
    }
}
