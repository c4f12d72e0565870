package dev.alcove.spec;

import dev.alcove.spec.JsonShape.Entries;
import dev.alcove.spec.JsonShape.Flag;
import dev.alcove.spec.JsonShape.Items;
import dev.alcove.spec.JsonShape.Properties;
import dev.alcove.spec.JsonShape.Property;
import dev.alcove.spec.JsonShape.Text;
import dev.alcove.spec.JsonShape.Whole;
import dev.alcove.spec.JsonShape.Word;
import java.math.BigInteger;
import java.util.List;

/** The words in which the shape of a configuration is written down. */
final class ShapeWords {
    static final JsonShape FLAG = new Flag();
    static final Text TEXT = new Text("a text without a NUL", text -> text.indexOf('\0') < 0);
    static final Text SOME = new Text("a text that is not empty", text -> !text.isEmpty() && text.indexOf('\0') < 0);
    static final Text ABSOLUTE = new Text("an absolute path", text -> text.startsWith("/") && text.indexOf('\0') < 0);
    /** Go writes an empty text for what is not set. */
    static final Text ABSOLUTE_OR_EMPTY = new Text(
            "an absolute path, or empty", text -> text.isEmpty() || (text.startsWith("/") && text.indexOf('\0') < 0));

    static final Text VARIABLE =
            new Text("an environment variable, NAME=value", text -> text.indexOf('=') > 0 && text.indexOf('\0') < 0);
    static final Text LIST_OF_NUMBERS = new Text("a list of numbers, as 0-3,7", ShapeWords::isCpuSet);
    static final JsonShape INT32 = Whole.range(Integer.MIN_VALUE, Integer.MAX_VALUE);
    static final JsonShape INT64 = Whole.range(Long.MIN_VALUE, Long.MAX_VALUE);
    static final JsonShape UINT16 = Whole.range(0, 0xffff);
    static final JsonShape UINT32 = Whole.range(0, 0xffff_ffffL);
    static final JsonShape UINT64 = new Whole(BigInteger.ZERO, Uint64.MAX.value());

    private ShapeWords() {}

    private static boolean isCpuSet(String text) {
        try {
            return text.isEmpty() || !CpuSet.parse("", text).numbers().isEmpty();
        } catch (SpecException e) {
            return false;
        }
    }

    static Properties object(Property... all) {
        return new Properties(List.of(all));
    }

    static Property may(String name, JsonShape shape) {
        return new Property(name, shape, false);
    }

    static Property must(String name, JsonShape shape) {
        return new Property(name, shape, true);
    }

    static Items list(JsonShape of) {
        return new Items(of, true);
    }

    static Items filled(JsonShape of) {
        return new Items(of, false);
    }

    static Entries map(JsonShape values) {
        return new Entries(SOME, values);
    }

    static Word word(String expected, String... words) {
        return new Word(expected, List.of(words));
    }

    /** Words that begin alike, as {@code SCMP_ACT_ALLOW} and {@code SCMP_ACT_ERRNO}. */
    static Word word(String expected, String prefix, List<String> ends) {
        return new Word(expected, ends.stream().map(end -> prefix + end).toList());
    }
}
