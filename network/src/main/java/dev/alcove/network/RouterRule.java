package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.network.NetworkException.Kind;
import dev.alcove.spec.PortMapping.Protocol;
import dev.alcove.spec.SpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a router lets through. With one rule or more all else is refused, but answers.
 *
 * @param from      who opens the connection; empty for anybody
 * @param to        to whom; empty for anybody
 * @param protocol  the protocol; empty for all
 * @param firstPort the first port; 0 for all
 * @param lastPort  the last port
 */
public record RouterRule(
        Optional<Cidr> from, Optional<Cidr> to, Optional<Protocol> protocol, int firstPort, int lastPort) {
    /**
     * Reads {@code FROM,TO[:PORT[-PORT]][/PROTOCOL]}: each a network's name, an address, a range of addresses, or
     * {@code any}.
     *
     * @param text    as {@code web,db:5432/tcp}
     * @param network finds a network's ranges by its name; it throws if there is none
     * @return one rule for each pair of ranges of one family
     * @throws NetworkException INVALID if it is anything else
     */
    static List<RouterRule> parse(String text, Function<String, List<Cidr>> network) {
        int comma = text.indexOf(',');
        if (comma <= 0) {
            throw bad(text, "it is FROM,TO, with a comma");
        }
        List<RouterRule> rules = new ArrayList<>();
        try {
            for (AllowRule from : AllowRule.parse(AllowRule.Direction.FROM, text.substring(0, comma), network)) {
                if (from.firstPort() != 0 || from.protocol().isPresent()) {
                    throw bad(text, "ports and protocol stand behind TO");
                }
                for (AllowRule to : AllowRule.parse(AllowRule.Direction.TO, text.substring(comma + 1), network)) {
                    boolean different = from.peer().isPresent()
                            && to.peer().isPresent()
                            && from.peer().get().isV6() != to.peer().get().isV6();
                    if (!different) {
                        rules.add(new RouterRule(from.peer(), to.peer(), to.protocol(), to.firstPort(), to.lastPort()));
                    }
                }
            }
        } catch (SpecException e) {
            String words = String.valueOf(e.getMessage());
            throw bad(text, words.substring(words.indexOf(": ") + 2));
        }
        if (rules.isEmpty()) {
            throw bad(text, "one is of IPv4 and the other of IPv6");
        }
        return rules;
    }

    private static NetworkException bad(String text, String why) {
        return NetworkException.of(
                Kind.INVALID,
                "--rule: " + SpecException.quote(text) + " is not a rule: " + why,
                "a slip",
                "write it like web,db:5432/tcp or any,10.0.0.7");
    }

    /** As it is read, in numbers. */
    @Override
    public String toString() {
        String ports = firstPort == 0 ? "" : ":" + firstPort + (lastPort == firstPort ? "" : "-" + lastPort);
        return word(from) + ","
                + (to.isPresent() && to.get().isV6() && !ports.isEmpty() ? "[" + to.get() + "]" : word(to)) + ports
                + protocol.map(p -> "/" + p.word()).orElse("");
    }

    private static String word(Optional<Cidr> range) {
        return range.map(Cidr::toString).orElse("any");
    }
}
