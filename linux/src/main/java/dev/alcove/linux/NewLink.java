package dev.alcove.linux;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a new interface, or a veth's other end, shall be.
 *
 * {@snippet class="dev.alcove.linux.SnippetsTest" region="link"}
 *
 * @param name      the name: 1 to 15 bytes, without slash, colon, percent sign, space or control character
 * @param mac       the hardware address; the kernel makes one up if empty
 * @param mtu       the largest packet in bytes; 0 for the kernel's default
 * @param namespace the network namespace to put it into; the socket's own if empty. Stays the caller's to close
 * @param master    the index of the bridge that it is a port of from the beginning
 * @param up        whether it is set up from the beginning
 */
public record NewLink(String name, Optional<Mac> mac, int mtu, Optional<Fd> namespace, OptionalInt master, boolean up) {
    private static final int LONGEST_NAME = 15;
    private static final int LARGEST_MTU = 65535;

    /** Checks name and size. */
    public NewLink {
        checkName(name);
        if (mtu != 0) {
            checkMtu(mtu);
        }
    }

    /** An interface of this name with the kernel's defaults. */
    public static NewLink named(String name) {
        return new NewLink(name, Optional.empty(), 0, Optional.empty(), OptionalInt.empty(), false);
    }

    /** The same with a hardware address. */
    public NewLink mac(Mac address) {
        return new NewLink(name, Optional.of(address), mtu, namespace, master, up);
    }

    /** The same with a largest packet, 68 to 65535 bytes. */
    public NewLink mtu(int bytes) {
        checkMtu(bytes);
        return new NewLink(name, mac, bytes, namespace, master, up);
    }

    /** The same within another network namespace. */
    public NewLink in(Fd networkNamespace) {
        return new NewLink(name, mac, mtu, Optional.of(networkNamespace), master, up);
    }

    /** The same as a port of a bridge from the beginning. */
    public NewLink master(Link bridge) {
        return new NewLink(name, mac, mtu, namespace, OptionalInt.of(bridge.index()), up);
    }

    /** The same set up from the beginning. */
    public NewLink asUp() {
        return new NewLink(name, mac, mtu, namespace, master, true);
    }

    /**
     * Refuses what the kernel would not take as an interface's name, and what it would take for a pattern.
     *
     * @throws IllegalArgumentException if it is no name
     */
    static void checkName(String name) {
        boolean good = !name.isEmpty()
                && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME
                && !name.equals(".")
                && !name.equals("..");
        for (int i = 0; good && i < name.length(); i++) {
            char c = name.charAt(i);
            good = c != '/'
                    && c != ':'
                    && c != '%'
                    && !Character.isWhitespace(c)
                    && !Character.isSpaceChar(c)
                    && !Character.isISOControl(c);
        }
        if (!good) {
            throw new IllegalArgumentException("'" + name + "' is not an interface name; it has 1 to 15 bytes, without "
                    + "slash, colon, percent sign, space or control character");
        }
    }

    static void checkMtu(int bytes) {
        if (bytes < 68 || bytes > LARGEST_MTU) {
            throw new IllegalArgumentException("an MTU is 68 to 65535 bytes, not " + bytes);
        }
    }
}
