package dev.alcove.spec;

import java.util.ArrayList;
import java.util.List;

/** Which namespace of a kind a container gets: {@code --network}, {@code --pid}, {@code --ipc} and the like. */
public sealed interface NamespaceMode {
    /** One of its own: {@code private}. */
    record Own() implements NamespaceMode {}

    /** One of its own that others may join: {@code --ipc shareable}. */
    record Shareable() implements NamespaceMode {}

    /** One of its own with nothing in it: {@code --network none} has only the loopback, {@code --ipc none} no /dev/shm. */
    record None() implements NamespaceMode {}

    /** The host's: {@code host}. */
    record Host() implements NamespaceMode {}

    /**
     * Another container's: {@code container:REFERENCE}.
     *
     * @param reference its name or id
     */
    record Container(String reference) implements NamespaceMode {}

    /**
     * One that a file stands for: {@code ns:PATH}.
     *
     * @param path absolute, on the host, as {@code /proc/7/ns/net} or {@code /run/netns/blue}
     */
    record Path(String path) implements NamespaceMode {}

    /**
     * One that is kept by a name: {@code ns:NAME}.
     *
     * @param name letters, digits and {@code _.-}
     */
    record Pinned(String name) implements NamespaceMode {}

    /**
     * Reads a flag's value.
     *
     * @param kind which flag
     * @param text {@code private}, {@code host}, {@code container:REFERENCE}, {@code ns:PATH}, {@code
     *     ns:NAME}, or a word of this flag alone
     * @throws SpecException if the flag does not take it
     */
    static NamespaceMode parse(NamespaceKind kind, String text) {
        String field = kind.flag();
        int colon = text.indexOf(':');
        if (colon >= 0) {
            String rest = text.substring(colon + 1);
            return switch (text.substring(0, colon)) {
                case "container" -> container(field, text, rest);
                case "ns" ->
                    rest.startsWith("/") || !isName(rest)
                            ? new Path(ContainerPath.clean(field, rest))
                            : new Pinned(rest);
                default -> throw unknown(kind, text.substring(0, colon));
            };
        }
        if (kind.ownWords().contains(text)) {
            return text.equals("none") ? new None() : new Shareable();
        }
        return switch (text) {
            case "private" -> new Own();
            case "host" -> new Host();
            case "container" -> throw SpecException.not(field, text, "complete: container:NAME");
            case "ns" -> throw SpecException.not(field, text, "complete: ns:/PATH");
            default -> throw unknown(kind, text);
        };
    }

    private static NamespaceMode container(String field, String text, String reference) {
        if (!isName(reference)) {
            throw SpecException.not(field, text, "a container: a name or id follows 'container:'");
        }
        return new Container(reference);
    }

    private static boolean isName(String text) {
        boolean good = !text.isEmpty() && Split.isAlphanumeric(text.charAt(0));
        for (int i = 1; i < text.length() && good; i++) {
            char c = text.charAt(i);
            good = Split.isAlphanumeric(c) || c == '_' || c == '.' || c == '-';
        }
        return good;
    }

    private static SpecException unknown(NamespaceKind kind, String text) {
        List<String> words = new ArrayList<>(kind.ownWords());
        words.addAll(List.of("private", "host", "container:NAME", "ns:PATH", "ns:NAME"));
        var near = new ArrayList<>(words);
        near.add("container:");
        near.add("ns:");
        return DidYouMean.nearest(text, near).isPresent()
                ? SpecException.not(kind.flag(), text, "a mode of this flag", near)
                : SpecException.not(kind.flag(), text, "a mode of this flag", words);
    }
}
