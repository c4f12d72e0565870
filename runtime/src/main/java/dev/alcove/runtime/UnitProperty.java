package dev.alcove.runtime;

import java.util.List;

/**
 * A property of a systemd unit, org.freedesktop.systemd1(5), in the words of busctl(1).
 *
 * @param name      such as {@code MemoryMax}
 * @param signature its type on the bus, such as {@code t}
 * @param words     the value; before an array's elements goes their number
 */
record UnitProperty(String name, String signature, List<String> words) {
    UnitProperty {
        words = List.copyOf(words);
    }

    static UnitProperty text(String name, String value) {
        return new UnitProperty(name, "s", List.of(value));
    }

    static UnitProperty on(String name) {
        return new UnitProperty(name, "b", List.of("true"));
    }

    static UnitProperty off(String name) {
        return new UnitProperty(name, "b", List.of("false"));
    }

    /** A number of 64 bits; any negative one is none at all, systemd's infinity. */
    static UnitProperty number(String name, long value) {
        return new UnitProperty(name, "t", List.of(Long.toUnsignedString(value < 0 ? -1 : value)));
    }
}
