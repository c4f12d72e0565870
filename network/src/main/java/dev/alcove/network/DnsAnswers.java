package dev.alcove.network;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * What a network's server says by itself, RFC 1035. A container is found as {@code web} and as {@code web.NETWORK}, in
 * whatever case. A name that is a container's but has no such record is there without it (NODATA); an address of the network
 * that nobody has is nowhere else either (NXDOMAIN); what is not ours is to be forwarded. From an internal network nothing
 * leads out, no questions either: there is nothing else then.
 */
final class DnsAnswers {
    /** A container that ends is found no longer than this, in seconds. */
    private static final long TTL = 5;

    /** What goes through every network in one piece, DNS flag day 2020. */
    static final int LARGEST_UDP = 1232;

    private static final int SMALLEST_UDP = 512;
    private static final int BADVERS = 16;

    private final NetworkConfig network;
    private final AtomicInteger turn = new AtomicInteger();

    DnsAnswers(NetworkConfig network) {
        this.network = network;
    }

    /**
     * The answer to a question.
     *
     * @return empty if it is to be forwarded
     */
    Optional<Message> answer(Message query, DnsZone zone) {
        Record question = query.getQuestion();
        OPTRecord edns = query.getOPT();
        if (query.getHeader().getOpcode() != Opcode.QUERY) {
            return Optional.of(reply(query, Rcode.NOTIMP));
        }
        if (question == null || query.getHeader().getCount(Section.QUESTION) != 1) {
            return Optional.of(reply(query, Rcode.FORMERR));
        }
        if (edns != null && edns.getVersion() != 0) {
            return Optional.of(reply(query, BADVERS));
        }
        if (question.getType() == Type.AXFR || question.getType() == Type.IXFR) {
            return Optional.of(reply(query, Rcode.REFUSED));
        }
        if (question.getDClass() != DClass.IN) {
            return network.internal() ? Optional.of(reply(query, Rcode.REFUSED)) : Optional.empty();
        }
        Name name = question.getName();
        Optional<List<InetAddress>> found = find(name, zone);
        if (found.isPresent()) {
            return Optional.of(addresses(query, found.get()));
        }
        Optional<InetAddress> reverse = reversed(name);
        if (reverse.isPresent() && isOurs(reverse.get())) {
            return Optional.of(pointer(query, reverse.get(), zone));
        }
        return network.internal() ? Optional.of(reply(query, Rcode.NXDOMAIN)) : Optional.empty();
    }

    private Optional<List<InetAddress>> find(Name name, DnsZone zone) {
        String text = name.toString(true);
        Optional<List<InetAddress>> found = zone.find(text);
        int rest = text.length() - network.name().length() - 1;
        if (found.isEmpty()
                && rest > 0
                && text.charAt(rest) == '.'
                && text.regionMatches(
                        true, rest + 1, network.name(), 0, network.name().length())) {
            return zone.find(text.substring(0, rest));
        }
        return found;
    }

    /** Each in its turn is the first: whoever takes the first spreads what is asked of several with one alias. */
    private Message addresses(Message query, List<InetAddress> found) {
        Message reply = reply(query, Rcode.NOERROR);
        Name name = query.getQuestion().getName();
        int type = query.getQuestion().getType();
        List<Record> records = new ArrayList<>();
        for (InetAddress address : found) {
            boolean v4 = address instanceof Inet4Address;
            if (v4 && (type == Type.A || type == Type.ANY)) {
                records.add(new ARecord(name, DClass.IN, TTL, address));
            } else if (!v4 && (type == Type.AAAA || type == Type.ANY)) {
                records.add(new AAAARecord(name, DClass.IN, TTL, address));
            }
        }
        if (!records.isEmpty()) {
            Collections.rotate(records, -Math.floorMod(turn.getAndIncrement(), records.size()));
        }
        records.forEach(record -> reply.addRecord(record, Section.ANSWER));
        return reply;
    }

    private Message pointer(Message query, InetAddress address, DnsZone zone) {
        String name = zone.canonical().get(address);
        if (name == null) {
            return reply(query, Rcode.NXDOMAIN);
        }
        Message reply = reply(query, Rcode.NOERROR);
        int type = query.getQuestion().getType();
        if (type == Type.PTR || type == Type.ANY) {
            try {
                Name target = Name.fromString(name + "." + network.name() + ".");
                reply.addRecord(new PTRRecord(query.getQuestion().getName(), DClass.IN, TTL, target), Section.ANSWER);
            } catch (TextParseException e) {
                // A name with a label of more than 63 characters: it is found in /etc/hosts alone.
                return reply;
            }
        }
        return reply;
    }

    private static Optional<InetAddress> reversed(Name name) {
        try {
            return Optional.of(ReverseMap.fromName(name));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** Whether an address is of the network. */
    boolean isOurs(InetAddress address) {
        return network.subnets().stream().anyMatch(subnet -> subnet.network().contains(address));
    }

    /** A reply without records. */
    Message reply(Message query, int rcode) {
        Message reply = new Message(query.getHeader().getID());
        Header header = reply.getHeader();
        header.setFlag(Flags.QR);
        header.setOpcode(query.getHeader().getOpcode());
        if (query.getHeader().getFlag(Flags.RD)) {
            header.setFlag(Flags.RD);
        }
        if (rcode == Rcode.NOERROR || rcode == Rcode.NXDOMAIN) {
            header.setFlag(Flags.AA);
        }
        if (!network.internal()) {
            header.setFlag(Flags.RA);
        }
        header.setRcode(rcode & 0xf);
        if (query.getQuestion() != null) {
            reply.addRecord(query.getQuestion(), Section.QUESTION);
        }
        if (query.getOPT() != null) {
            reply.addRecord(new OPTRecord(LARGEST_UDP, rcode >> 4, 0), Section.ADDITIONAL);
        }
        return reply;
    }

    /** How long an answer by UDP may be for whoever asks so. */
    static int longest(Message query) {
        OPTRecord edns = query.getOPT();
        return edns == null ? SMALLEST_UDP : Math.clamp(edns.getPayloadSize(), SMALLEST_UDP, LARGEST_UDP);
    }
}
