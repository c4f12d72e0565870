package dev.alcove.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What each record does to its components: absence becomes emptiness, collections are copied, ranges are checked. */
final class Fields {
    private static final long UINT32_MAX = 0xFFFF_FFFFL;
    private static final int UINT16_MAX = 0xFFFF;

    private Fields() {}

    static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    static Boolean flag(@Nullable Boolean value) {
        return value != null && value;
    }

    static Uint64 number(@Nullable Uint64 value) {
        return value == null ? Uint64.ZERO : value;
    }

    static OciUser user(@Nullable OciUser value) {
        return value == null ? OciUser.root() : value;
    }

    static <T> List<T> list(String field, @Nullable List<T> value) {
        if (value == null || value.isEmpty()) {
            return List.of();
        }
        int index = 0;
        for (@Nullable T element : value) {
            if (element == null) {
                throw SpecException.of(field + "[" + index + "]", "null is not allowed in a list");
            }
            index++;
        }
        return List.copyOf(value);
    }

    /** An unmodifiable copy in the same order, so that documents are written as they were read. */
    static <T> Map<String, T> map(String field, @Nullable Map<String, T> value) {
        if (value == null || value.isEmpty()) {
            return Map.of();
        }
        for (Map.Entry<String, @Nullable T> entry : new ArrayList<Map.Entry<String, @Nullable T>>(value.entrySet())) {
            if (entry.getValue() == null) {
                throw SpecException.of(field + "." + entry.getKey(), "null is not allowed in a map");
            }
        }
        return Collections.unmodifiableMap(new LinkedHashMap<>(value));
    }

    static List<Long> ids(String field, @Nullable List<Long> value) {
        List<Long> ids = list(field, value);
        for (int i = 0; i < ids.size(); i++) {
            uint32(field + "[" + i + "]", ids.get(i));
        }
        return ids;
    }

    static void uint32(String field, @Nullable Long value) {
        if (value != null && (value < 0 || value > UINT32_MAX)) {
            throw SpecException.not(field, Long.toString(value), "a number from 0 to 4294967295");
        }
    }

    static void uint16(String field, @Nullable Integer value) {
        if (value != null && (value < 0 || value > UINT16_MAX)) {
            throw SpecException.not(field, Integer.toString(value), "a number from 0 to 65535");
        }
    }
}
