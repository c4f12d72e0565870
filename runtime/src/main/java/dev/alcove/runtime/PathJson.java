package dev.alcove.runtime;

import io.avaje.json.JsonException;
import io.avaje.json.JsonReader;
import io.avaje.json.JsonReader.Token;
import io.avaje.json.stream.JsonStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A JSON reader that knows where it is, so that what is refused is named by its path: {@code syscalls[3].args[0].op}.
 * It checks the kind of each value before reading it, and keeps 64-bit numbers exact.
 */
final class PathJson {
    private static final BigInteger MAX = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private final JsonReader in;
    /** Property names and {@code int[1]} counters of array elements, outermost last. */
    private final Deque<Object> path = new ArrayDeque<>();

    PathJson(byte[] text) {
        this.in = JsonStream.builder().build().reader(text);
    }

    void beginObject() {
        expect(Token.BEGIN_OBJECT, "an object");
        read(() -> {
            in.beginObject();
            return in;
        });
    }

    /** The next property's name; null at the object's end. Each is followed by its value and {@link #endField}. */
    @Nullable
    String nextField() {
        boolean more = read(in::hasNextField);
        if (!more) {
            read(() -> {
                in.endObject();
                return in;
            });
            return null;
        }
        String name = read(in::nextField);
        path.push(name);
        return name;
    }

    void endField() {
        path.pop();
    }

    void beginArray() {
        expect(Token.BEGIN_ARRAY, "an array");
        read(() -> {
            in.beginArray();
            return in;
        });
        path.push(new int[] {-1});
    }

    /** Whether another element follows; if none does, the array has been left. */
    boolean nextElement() {
        if (path.peek() instanceof int[] index) {
            index[0]++;
        }
        if (read(in::hasNextElement)) {
            return true;
        }
        read(() -> {
            in.endArray();
            return in;
        });
        path.pop();
        return false;
    }

    /** Reads a null if there is one. */
    boolean isNull() {
        return read(in::isNullValue);
    }

    String string() {
        expect(Token.STRING, "a string");
        return read(in::readString);
    }

    boolean bool() {
        expect(Token.BOOLEAN, "true or false");
        return read(in::readBoolean);
    }

    /** Passes over a value of any kind. */
    void skip() {
        read(() -> {
            in.skipValue();
            return in;
        });
    }

    /** A whole number from 0 to a maximum. */
    long integer(long max) {
        BigInteger number = number();
        if (number.signum() < 0 || number.compareTo(BigInteger.valueOf(max)) > 0) {
            throw refuse(number + " is not from 0 to " + max);
        }
        return number.longValue();
    }

    /** A whole number of 32 bits. */
    long signed() {
        BigInteger number = number();
        if (number.bitLength() > 31) {
            throw refuse(number + " is not a number of 32 bits");
        }
        return number.longValue();
    }

    /** A whole number of 64 bits without sign. */
    long unsigned() {
        BigInteger number = number();
        if (number.signum() < 0 || number.compareTo(MAX) > 0) {
            throw refuse(number + " is not from 0 to " + MAX);
        }
        return number.longValue();
    }

    private BigInteger number() {
        expect(Token.NUMBER, "a number");
        BigDecimal number = read(in::readDecimal);
        // 1e999999999 is a number of a few bytes and of a billion digits
        if (number.precision() > 40 || Math.abs((long) number.scale()) > 40) {
            throw refuse("the number is out of range");
        }
        try {
            return number.toBigIntegerExact();
        } catch (ArithmeticException e) {
            throw refuse(number + " is not a whole number");
        }
    }

    /** Checks that nothing stands after the value. */
    void endDocument() {
        read(() -> {
            in.close();
            return in;
        });
    }

    private void expect(Token token, String what) {
        Token found = read(in::currentToken);
        if (found != token) {
            throw refuse("must be " + what);
        }
    }

    /** What is wrong with the value at this place. */
    IllegalArgumentException refuse(String reason) {
        return new IllegalArgumentException(place("") + reason);
    }

    /** What is wrong with a property of the object at this place. */
    IllegalArgumentException refuseField(String field, String reason) {
        return new IllegalArgumentException(place(field) + reason);
    }

    /** The reason of a record that refused a value of the object at this place, naming its own part first. */
    IllegalArgumentException refuseWith(IllegalArgumentException cause) {
        String place = place("");
        String prefix = place.isEmpty() ? "" : place.substring(0, place.length() - 2) + ".";
        return new IllegalArgumentException(prefix + cause.getMessage(), cause);
    }

    private String place(String field) {
        StringBuilder text = new StringBuilder();
        for (Iterator<Object> from = path.descendingIterator(); from.hasNext(); ) {
            Object part = from.next();
            if (part instanceof int[] index) {
                text.append('[').append(index[0]).append(']');
            } else {
                text.append(text.isEmpty() ? "" : ".").append(part);
            }
        }
        if (!field.isEmpty()) {
            text.append(text.isEmpty() ? "" : ".").append(field);
        }
        return text.isEmpty() ? "" : text.append(": ").toString();
    }

    /** Text that is not JSON, too, is refused by its place. */
    private <T> T read(Supplier<T> step) {
        try {
            return step.get();
        } catch (JsonException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(place("") + "not JSON: " + e.getMessage(), e);
        }
    }
}
