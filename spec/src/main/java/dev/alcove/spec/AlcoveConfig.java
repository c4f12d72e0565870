package dev.alcove.spec;

import io.avaje.json.JsonReader;
import io.avaje.json.JsonReader.Token;
import io.avaje.json.stream.JsonStream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The configuration file of the command line: what a machine, or a user, wants other than the defaults.
 *
 * <pre>{@code
 * {
 *   "network": "none",
 *   "publish-address": "127.0.0.1",
 *   "network-pool": ["10.200.0.0/16", "fd42:a1c0::/32"]
 * }
 * }</pre>
 *
 * @param network        what a container gets without {@code --network}, as that flag takes it
 * @param publishAddress the host's address that ports are published on where {@code -p} names none; all of them if empty
 * @param networkPool    where networks without {@code --subnet} get their addresses from, {@code ADDRESS/PREFIX} each;
 *                       empty for the built-in ranges
 */
public record AlcoveConfig(Optional<String> network, Optional<InetAddress> publishAddress, List<String> networkPool) {
    /** The most bytes a file may have. */
    public static final int MAX_BYTES = 64 << 10;

    private static final int DEEPEST = 8;
    private static final List<String> KEYS = List.of("network", "publish-address", "network-pool");

    /** Copies the list. */
    public AlcoveConfig {
        networkPool = List.copyOf(networkPool);
    }

    /** Nothing said: the defaults. */
    public static AlcoveConfig none() {
        return new AlcoveConfig(Optional.empty(), Optional.empty(), List.of());
    }

    /** This one, and where it says nothing another. */
    public AlcoveConfig over(AlcoveConfig other) {
        return new AlcoveConfig(
                network.or(other::network),
                publishAddress.or(other::publishAddress),
                networkPool.isEmpty() ? other.networkPool : networkPool);
    }

    /**
     * Reads a file's content.
     *
     * @param document strict JSON in UTF-8
     * @throws SpecException naming the key, if it is malformed, a key is unknown or there twice, or a value is wrong
     */
    public static AlcoveConfig parse(byte[] document) {
        if (document.length > MAX_BYTES) {
            throw SpecException.of("", "the document has " + document.length + " bytes, more than " + MAX_BYTES);
        }
        JsonScan.check(document, DEEPEST);
        JsonReader in = JsonStream.builder().build().reader(document);
        expect(in, "", Token.BEGIN_OBJECT, "an object, as {\"network\": \"none\"}");
        Optional<String> network = Optional.empty();
        Optional<InetAddress> address = Optional.empty();
        List<String> pool = List.of();
        Set<String> seen = new HashSet<>();
        in.beginObject();
        while (in.hasNextField()) {
            String key = in.nextField();
            if (!KEYS.contains(key)) {
                throw SpecException.not("", key, "a key of this file", KEYS);
            }
            if (!seen.add(key)) {
                throw SpecException.of(key, "is there twice");
            }
            switch (key) {
                case "network" -> {
                    String text = text(in, key);
                    NetworkFlag.parse(key, text);
                    network = Optional.of(text);
                }
                case "publish-address" -> address = Optional.of(IpText.parse(key, text(in, key)));
                default -> pool = pool(in, key);
            }
        }
        in.endObject();
        return new AlcoveConfig(network, address, pool);
    }

    private static List<String> pool(JsonReader in, String key) {
        expect(in, key, Token.BEGIN_ARRAY, "a list of ranges, as [\"10.200.0.0/16\"]");
        List<String> pool = new ArrayList<>();
        in.beginArray();
        while (in.hasNextElement()) {
            String field = key + "[" + pool.size() + "]";
            String range = text(in, field);
            int slash = range.indexOf('/');
            String prefix = slash < 0 ? "" : range.substring(slash + 1);
            boolean good = Split.isDigits(prefix) && prefix.length() <= 3;
            if (good) {
                int most = IpText.parse(field, range.substring(0, slash)).getAddress().length * 8;
                good = Integer.parseInt(prefix) <= most;
            }
            if (!good) {
                throw SpecException.not(field, range, "a range of addresses, as 10.200.0.0/16");
            }
            pool.add(range);
        }
        in.endArray();
        return pool;
    }

    private static String text(JsonReader in, String field) {
        expect(in, field, Token.STRING, "a text");
        return in.readString();
    }

    private static void expect(JsonReader in, String field, Token kind, String expected) {
        Token found = in.currentToken();
        if (found != kind) {
            String what = switch (found) {
                case BEGIN_OBJECT -> "an object";
                case BEGIN_ARRAY -> "a list";
                case STRING -> "a text";
                case NUMBER -> "a number";
                case BOOLEAN -> "true or false";
                default -> "null";
            };
            throw SpecException.of(field, what + " is not " + expected);
        }
    }
}
