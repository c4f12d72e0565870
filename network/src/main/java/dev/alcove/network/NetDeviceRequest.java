package dev.alcove.network;

import dev.alcove.spec.SpecException;

/**
 * A device of the host's that a container is to have, {@code --net-device}.
 *
 * @param name   its name on the host
 * @param inside its name in the container
 */
public record NetDeviceRequest(String name, String inside) {
    private static final String FLAG = "--net-device";
    private static final int LONGEST = 15;

    /**
     * Reads {@code NAME} or {@code NAME=INSIDE}.
     *
     * @throws SpecException if one is no interface's name
     */
    public static NetDeviceRequest parse(String text) {
        int equals = text.indexOf('=');
        String name = checked(text, equals < 0 ? text : text.substring(0, equals));
        String inside = checked(text, equals < 0 ? text : text.substring(equals + 1));
        if (name.equals("lo") || inside.equals("lo")) {
            throw SpecException.of(FLAG, "the loopback interface is each network's own, and cannot be moved");
        }
        return new NetDeviceRequest(name, inside);
    }

    private static String checked(String text, String name) {
        boolean good = !name.isEmpty() && name.length() <= LONGEST && !name.equals(".") && !name.equals("..");
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            good &= c > ' ' && c < 127 && c != '/' && c != ':' && c != '%' && c != '=';
        }
        if (!good) {
            throw SpecException.not(FLAG, text, "an interface, as eth1 or eth1=lan");
        }
        return name;
    }
}
