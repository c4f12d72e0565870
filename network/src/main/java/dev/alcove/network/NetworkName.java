package dev.alcove.network;

import dev.alcove.network.NetworkException.Kind;
import dev.alcove.spec.SpecException;
import java.util.List;

/** What a network, and a container on one, may be called: names of files too. */
final class NetworkName {
    private static final int LONGEST = 64;
    private static final int LONGEST_CONTAINER = 240;
    /** Words of {@code --network} that mean something else. */
    private static final List<String> RESERVED =
            List.of("none", "host", "bridge", "default", "private", "container", "ns", "pasta", "slirp4netns");

    private NetworkName() {}

    /** Whether it can be a network's name. */
    static boolean isGood(String name) {
        return name.length() <= LONGEST && isWord(name);
    }

    /** Refuses what cannot. */
    static void check(String name) {
        if (!isGood(name)) {
            throw NetworkException.of(
                    Kind.INVALID,
                    SpecException.quote(name) + " is not a network's name",
                    "it has 1 to 64 letters, digits, '_', '.' and '-', and begins with a letter or digit",
                    "choose another");
        }
        if (RESERVED.contains(name)) {
            throw NetworkException.of(
                    Kind.INVALID,
                    "a network cannot be called '" + name + "'",
                    "--network " + name + " has a meaning of its own",
                    "choose another");
        }
    }

    /** Refuses what cannot be a container's id here. */
    static void checkContainer(String id) {
        if (id.length() > LONGEST_CONTAINER || !isWord(id)) {
            throw NetworkException.of(
                    Kind.INVALID,
                    SpecException.quote(id) + " is not a container's id",
                    "it has letters, digits, '_', '.' and '-', and begins with a letter or digit",
                    "choose another");
        }
    }

    private static boolean isWord(String word) {
        boolean good = !word.isEmpty();
        for (int i = 0; good && i < word.length(); i++) {
            char c = word.charAt(i);
            boolean alphanumeric = c < 128 && Character.isLetterOrDigit(c);
            good = alphanumeric || (i > 0 && (c == '_' || c == '.' || c == '-'));
        }
        return good;
    }
}
