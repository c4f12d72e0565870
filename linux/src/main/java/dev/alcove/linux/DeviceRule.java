package dev.alcove.linux;

import java.util.List;
import java.util.OptionalInt;

/**
 * One rule about device nodes, in the shape of the kernel's {@code devices.allow} lines. In a list the last rule that
 * covers an access decides about it; an access that none covers is denied.
 *
 * @param allow  whether it allows or denies
 * @param type   {@code 'b'} block, {@code 'c'} character, {@code 'a'} both
 * @param major  0 to 4095, empty for all
 * @param minor  0 to 1048575, empty for all
 * @param access some of {@code r} (read), {@code w} (write), {@code m} (mknod), each once
 */
public record DeviceRule(boolean allow, char type, OptionalInt major, OptionalInt minor, String access) {
    static final int MKNOD = 1;
    static final int READ = 2;
    static final int WRITE = 4;
    static final int ALL = MKNOD | READ | WRITE;
    private static final int MAX_MAJOR = (1 << 12) - 1;
    private static final int MAX_MINOR = (1 << 20) - 1;

    /**
     * Checks every part.
     *
     * @throws IllegalArgumentException naming the component
     */
    public DeviceRule {
        if (type != 'a' && type != 'b' && type != 'c') {
            throw new IllegalArgumentException("type: '" + type + "' is not a (all), b (block) or c (character)");
        }
        range("major", major, MAX_MAJOR);
        range("minor", minor, MAX_MINOR);
        if (access.isEmpty() || bits(access) == 0) {
            throw new IllegalArgumentException("access: '" + access + "' is not made of r, w and m, each at most once");
        }
    }

    /** Allows a device: {@code allow('c', 1, 3, "rwm")} is /dev/null. */
    public static DeviceRule allow(char type, int major, int minor, String access) {
        return new DeviceRule(true, type, OptionalInt.of(major), OptionalInt.of(minor), access);
    }

    /** Denies a device. */
    public static DeviceRule deny(char type, int major, int minor, String access) {
        return new DeviceRule(false, type, OptionalInt.of(major), OptionalInt.of(minor), access);
    }

    /** Allows or denies all numbers of a type. */
    public static DeviceRule every(boolean allow, char type, String access) {
        return new DeviceRule(allow, type, OptionalInt.empty(), OptionalInt.empty(), access);
    }

    /**
     * The same as one rule about all devices and then only exceptions to it, none of which takes back another. What is denied
     * within something wider that is allowed, or the reverse, cannot be said so and is left out.
     *
     * @param rules in order
     * @return the rule about all, then the exceptions
     */
    public static List<DeviceRule> flattened(List<DeviceRule> rules) {
        return DeviceLines.flattened(rules);
    }

    /** Whether it covers every access to every device. */
    boolean total() {
        return type == 'a' && major.isEmpty() && minor.isEmpty() && bits() == ALL;
    }

    /** The accesses as the kernel's BPF_DEVCG_ACC_* bits. */
    int bits() {
        return bits(access);
    }

    private static int bits(String access) {
        int bits = 0;
        for (int i = 0; i < access.length(); i++) {
            int bit = switch (access.charAt(i)) {
                case 'r' -> READ;
                case 'w' -> WRITE;
                case 'm' -> MKNOD;
                default -> 0;
            };
            if (bit == 0 || (bits & bit) != 0) {
                return 0;
            }
            bits |= bit;
        }
        return bits;
    }

    private static void range(String what, OptionalInt n, int max) {
        if (n.isPresent() && (n.getAsInt() < 0 || n.getAsInt() > max)) {
            throw new IllegalArgumentException(what + ": " + n.getAsInt() + " is not between 0 and " + max);
        }
    }

    /** As the kernel writes it, with the verdict before it: {@code allow c 1:3 rwm}. */
    @Override
    public String toString() {
        return (allow ? "allow " : "deny ") + type + " " + number(major) + ":" + number(minor) + " " + access;
    }

    static String number(OptionalInt n) {
        return n.isPresent() ? Integer.toString(n.getAsInt()) : "*";
    }
}
