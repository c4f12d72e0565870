package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A conversation with the kernel about a network namespace's links, addresses and routes, rtnetlink(7).
 *
 * <p>The socket belongs to the network namespace the opening thread is in, and stays with it wherever the socket is
 * used later. Requests are checked strictly, and a refusal carries the kernel's own explanation (the extended
 * acknowledgement) in the exception's object. Safe for several threads; their requests go one after another.
 *
 * {@snippet class="dev.alcove.linux.SnippetsTest" region="netlink"}
 * }
 */
public final class Netlink implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int NETLINK_ROUTE = 0;
    private static final int NETLINK_NETFILTER = 12;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int NETLINK_GET_STRICT_CHK = 12;
    private static final int MSG_TRUNC = 0x20;

    private static final int RTM_GETNSID = 90;
    private static final int NETNSA_NSID = 1;
    private static final int NETNSA_FD = 3;

    private static final int NLMSG_NOOP = 1;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int NLMSG_OVERRUN = 4;
    private static final int F_MULTI = 0x2;
    private static final int F_DUMP_INTR = 0x10;
    private static final int F_CAPPED = 0x100;
    private static final int F_ACK_TLVS = 0x200;
    private static final int NLMSGERR_ATTR_MSG = 1;

    /** An error of the kernel's inside that reaches user space through netlink; it has no errno(3) name. */
    private static final int ENOTSUPP = 524;

    /** The kernel fills a dump's parts up to what the reader offers, 32 KiB at most. */
    private static final int BUFFER = 32 * 1024;

    private static final int ADDRESS = 12;
    private static final int DUMP_ATTEMPTS = 16;

    private final Fd socket;
    private int sequence;

    /** What the kernel said when it refused: the error, and its words if it had any. */
    private record Refusal(Errno errno, String words) {}

    private Netlink(Fd socket) {
        this.socket = socket;
    }

    /**
     * Opens a socket in the calling thread's network namespace.
     *
     * <p>{@code int socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)}, netlink(7).
     *
     * @return the conversation, to be closed
     * @throws LinuxException if there is no such socket to be had
     */
    public static Netlink open() {
        return open(NETLINK_ROUTE);
    }

    /** The same about what the firewall knows, NETLINK_NETFILTER. */
    static Netlink openNetfilter() {
        return open(NETLINK_NETFILTER);
    }

    private static Netlink open(int protocol) {
        long fd = Native.raw(Syscall.SOCKET, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
        Fd socket = new Fd(Native.check(fd, Syscall.SOCKET, "rtnetlink"), "rtnetlink");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment on = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
            for (int option : new int[] {NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK}) {
                Native.check(
                        Native.raw(Syscall.SETSOCKOPT, socket.number(), SOL_NETLINK, option, on.address(), 4),
                        Syscall.SETSOCKOPT,
                        "rtnetlink");
            }
        } catch (LinuxException e) {
            socket.close();
            throw e;
        }
        return new Netlink(socket);
    }

    /** The namespace's interfaces. */
    public Links links() {
        return new Links(this);
    }

    /** The namespace's addresses. */
    public Addresses addresses() {
        return new Addresses(this);
    }

    /** The namespace's routes. */
    public Routes routes() {
        return new Routes(this);
    }

    /**
     * The number by which this namespace knows another, ip-netns(8) "nsid": what {@link Link#peerNamespace} says.
     *
     * @param other a network namespace
     * @return the number, or empty if this namespace has none for it
     * @throws LinuxException if the kernel refuses
     */
    public OptionalInt namespaceId(Namespace other) {
        // struct rtgenmsg: the family, padded to four bytes.
        NetlinkMessage message = new NetlinkMessage(RTM_GETNSID, 0)
                .u32(0)
                .attribute(NETNSA_FD, other.fd().number());
        for (ByteBuffer answer : get(message, "find id of", other.toString(), null)) {
            int id = NetlinkAttributes.of(answer, 4).u32(NETNSA_NSID).orElse(-1);
            if (id >= 0) {
                return OptionalInt.of(id);
            }
        }
        return OptionalInt.empty();
    }

    /**
     * Sends a request that is acknowledged.
     *
     * @param what     what is being done, for the exception: {@code add veth}
     * @param object   to what
     * @param expected a refusal that the caller expects
     * @return true if done, false if it was refused with the expected error
     * @throws LinuxException if it was refused with another
     */
    boolean change(NetlinkMessage message, String what, String object, @Nullable Errno expected) {
        Refusal refusal = exchange(message, payload -> {});
        if (refusal == null) {
            return true;
        }
        if (refusal.errno == expected) {
            return false;
        }
        throw refused(what, object, refusal);
    }

    /** Sends a request that is acknowledged and must succeed. */
    void change(NetlinkMessage message, String what, String object) {
        change(message, what, object, null);
    }

    /**
     * Asks for one thing.
     *
     * @return the answers behind their headers; none if it was refused with the expected error
     */
    List<ByteBuffer> get(NetlinkMessage message, String what, String object, @Nullable Errno expected) {
        List<ByteBuffer> answers = new ArrayList<>();
        Refusal refusal = exchange(message, answers::add);
        if (refusal != null && refusal.errno != expected) {
            throw refused(what, object, refusal);
        }
        return answers;
    }

    /**
     * Asks for all things of a kind. The list is one instant's: when the kernel says that something changed meanwhile,
     * it is asked again.
     *
     * @param request makes the request, once per attempt
     */
    List<ByteBuffer> dump(java.util.function.Supplier<NetlinkMessage> request, String what) {
        Refusal refusal = null;
        for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
            List<ByteBuffer> answers = new ArrayList<>();
            refusal = exchange(request.get(), answers::add);
            if (refusal == null) {
                return answers;
            }
            if (refusal.errno != Errno.EINTR) {
                break;
            }
        }
        throw refused(what, "", java.util.Objects.requireNonNull(refusal));
    }

    private static LinuxException refused(String what, String object, Refusal refusal) {
        String words = refusal.words.isEmpty() ? "" : "(" + refusal.words + ")";
        String shown = object.isEmpty() || words.isEmpty() ? object + words : object + " " + words;
        return new LinuxException("rtnetlink " + what, refusal.errno, shown);
    }

    private synchronized @Nullable Refusal exchange(NetlinkMessage message, Consumer<ByteBuffer> answer) {
        int number = ++sequence;
        try (Arena arena = Arena.ofConfined()) {
            send(Native.bytes(arena, message.bytes(number)));
            MemorySegment buffer = arena.allocate(BUFFER, 8);
            MemorySegment from = arena.allocate(ADDRESS + 4L, 4);
            boolean interrupted = false;
            while (true) {
                ByteBuffer received = receive(buffer, from);
                while (received.remaining() >= NetlinkMessage.HEADER) {
                    int start = received.position();
                    int length = received.getInt(start);
                    if (length < NetlinkMessage.HEADER || length > received.remaining()) {
                        throw new LinuxException("recvfrom", Errno.EBADMSG, "rtnetlink");
                    }
                    received.position(Math.min(received.limit(), start + ((length + 3) & ~3)));
                    if (received.getInt(start + 8) != number) {
                        continue;
                    }
                    int type = received.getShort(start + 4) & 0xffff;
                    int flags = received.getShort(start + 6) & 0xffff;
                    ByteBuffer payload = copy(received, start + NetlinkMessage.HEADER, start + length);
                    interrupted |= (flags & F_DUMP_INTR) != 0;
                    switch (type) {
                        case NLMSG_NOOP -> {}
                        case NLMSG_ERROR -> {
                            return refusal(payload, flags, true);
                        }
                        case NLMSG_DONE -> {
                            Refusal refusal = refusal(payload, flags, false);
                            return refusal == null && interrupted
                                    ? new Refusal(Errno.EINTR, "changed while it was read")
                                    : refusal;
                        }
                        case NLMSG_OVERRUN -> {
                            return new Refusal(Errno.EOVERFLOW, "");
                        }
                        default -> {
                            answer.accept(payload);
                            if ((flags & F_MULTI) == 0 && !message.wantsAck()) {
                                return null;
                            }
                        }
                    }
                }
            }
        }
    }

    /** Reads struct nlmsgerr, or the error number that NLMSG_DONE carries, with the attributes behind. */
    private static @Nullable Refusal refusal(ByteBuffer payload, int flags, boolean withRequest) {
        int error = payload.remaining() >= 4 ? payload.getInt(0) : 0;
        if (error >= 0) {
            return null;
        }
        String words = "";
        if ((flags & F_ACK_TLVS) != 0) {
            int skip = 4;
            if (withRequest) {
                // The request's header always follows; the rest of the request only when the answer is not capped.
                boolean capped = (flags & F_CAPPED) != 0 || payload.limit() < 8;
                skip += capped ? NetlinkMessage.HEADER : (payload.getInt(4) + 3) & ~3;
            }
            words = NetlinkAttributes.of(payload, skip).string(NLMSGERR_ATTR_MSG);
        }
        return new Refusal(error == -ENOTSUPP ? Errno.EOPNOTSUPP : Errno.of(-error), words);
    }

    private static ByteBuffer copy(ByteBuffer source, int from, int to) {
        ByteBuffer copy = ByteBuffer.allocate(to - from).order(ByteOrder.nativeOrder());
        source.get(from, copy.array());
        return copy;
    }

    private void send(MemorySegment message) {
        long sent;
        do {
            sent = Native.raw(Syscall.SENDTO, socket.number(), message.address(), message.byteSize(), 0, 0, 0);
        } while (Native.is(sent, Errno.EINTR));
        Native.check(sent, Syscall.SENDTO, "rtnetlink");
    }

    /** Receives one datagram of the kernel's; what others may have sent to this socket is dropped. */
    private ByteBuffer receive(MemorySegment buffer, MemorySegment from) {
        while (true) {
            from.set(ValueLayout.JAVA_INT, ADDRESS, ADDRESS);
            long n = Native.raw(
                    Syscall.RECVFROM,
                    socket.number(),
                    buffer.address(),
                    BUFFER,
                    MSG_TRUNC,
                    from.address(),
                    from.address() + ADDRESS);
            if (Native.is(n, Errno.EINTR)) {
                continue;
            }
            Native.check(n, Syscall.RECVFROM, "rtnetlink");
            if (n > BUFFER) {
                throw new LinuxException("recvfrom", Errno.EMSGSIZE, "rtnetlink");
            }
            int sender = from.get(ValueLayout.JAVA_INT, 4);
            if (sender == 0) {
                return buffer.asSlice(0, n).asByteBuffer().order(ByteOrder.nativeOrder());
            }
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
