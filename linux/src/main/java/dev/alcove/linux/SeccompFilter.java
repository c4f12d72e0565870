package dev.alcove.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * A compiled seccomp filter: a classic BPF program over struct seccomp_data, seccomp(2). Immutable. Loading it is not
 * done here: it binds the calling thread for good, so a container's own init does it.
 */
public final class SeccompFilter {
    private static final int INSTRUCTION = 8;

    private final byte[] bytes;
    private final Set<SeccompFlag> flags;

    private SeccompFilter(byte[] bytes, Set<SeccompFlag> flags) {
        this.bytes = bytes;
        this.flags = flags;
    }

    /** The same program, to be loaded with these flags. */
    public SeccompFilter with(Set<SeccompFlag> loaded) {
        return new SeccompFilter(bytes, Set.copyOf(loaded));
    }

    /** How it is to be loaded; nothing if it was not said. */
    public Set<SeccompFlag> flags() {
        return flags;
    }

    /**
     * A filter compiled earlier. Its shape is checked, and that every jump stays inside; the kernel checks the rest.
     *
     * @param bytes an array of struct sock_filter, little-endian
     * @return the filter
     * @throws IllegalArgumentException if these bytes are no program of 1 to 4096 instructions that ends in a return
     */
    public static SeccompFilter of(byte[] bytes) {
        int count = bytes.length / INSTRUCTION;
        if (count * INSTRUCTION != bytes.length || count < 1 || count > BpfAssembler.LIMIT) {
            throw new IllegalArgumentException(
                    bytes.length + " bytes are not 1 to " + BpfAssembler.LIMIT + " instructions of 8 bytes");
        }
        SeccompFilter filter = new SeccompFilter(bytes.clone(), Set.of());
        for (int i = 0; i < count; i++) {
            if (!filter.known(i, count)) {
                throw new IllegalArgumentException("instruction " + i + " is none of a seccomp filter, or leads out");
            }
        }
        return filter;
    }

    private boolean known(int i, int count) {
        return switch (code(i)) {
            case BpfAssembler.RET -> true;
            case BpfAssembler.LD, BpfAssembler.AND -> i + 1 < count;
            case BpfAssembler.JA -> (k(i) & 0xffffffffL) < count - i - 1;
            case BpfAssembler.JEQ, BpfAssembler.JGT, BpfAssembler.JGE, BpfAssembler.JSET ->
                Math.max(yes(i), no(i)) < count - i - 1;
            default -> false;
        };
    }

    /** The program: struct sock_filter[], 8 bytes an instruction, in the byte order of x86 and Arm. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** How many instructions it has, 1 to 4096. */
    public int length() {
        return bytes.length / INSTRUCTION;
    }

    /** Whether it asks a supervisor about some calls, so that loading it must make a listener. */
    public boolean notifies() {
        for (int i = 0; i < length(); i++) {
            if (code(i) == BpfAssembler.RET && SeccompAction.of(k(i)) == SeccompAction.NOTIFY) {
                return true;
            }
        }
        return false;
    }

    /** The most instructions that a call can take through it. */
    public int depth() {
        int[] depths = new int[length()];
        for (int i = depths.length - 1; i >= 0; i--) {
            depths[i] = 1
                    + switch (code(i)) {
                        case BpfAssembler.RET -> 0;
                        case BpfAssembler.JA -> depths[i + 1 + k(i)];
                        case BpfAssembler.LD, BpfAssembler.AND -> depths[i + 1];
                        default -> Math.max(depths[i + 1 + yes(i)], depths[i + 1 + no(i)]);
                    };
        }
        return depths[0];
    }

    /**
     * The program for people: an instruction a line, with the places jumped to, and words for what is loaded and
     * returned.
     */
    public String disassembly() {
        StringBuilder text = new StringBuilder(length() * 32);
        for (int i = 0; i < length(); i++) {
            String place = Integer.toString(i);
            text.append(" ".repeat(4 - Math.min(4, place.length())))
                    .append(place)
                    .append("  ");
            instruction(i, text);
            text.append('\n');
        }
        return text.toString();
    }

    private void instruction(int i, StringBuilder text) {
        switch (code(i)) {
            case BpfAssembler.LD -> text.append("load ").append(field(k(i)));
            case BpfAssembler.AND -> text.append("and 0x").append(Integer.toHexString(k(i)));
            case BpfAssembler.JA -> text.append("go to ").append(i + 1 + k(i));
            case BpfAssembler.JEQ -> branch("==", i, text);
            case BpfAssembler.JGT -> branch(">", i, text);
            case BpfAssembler.JGE -> branch(">=", i, text);
            case BpfAssembler.JSET -> branch("&", i, text);
            default -> {
                SeccompAction action = SeccompAction.of(k(i));
                text.append("return ").append(action);
                if (action.takesErrno()) {
                    text.append(' ').append(k(i) & 0xffff);
                }
            }
        }
    }

    private void branch(String operator, int i, StringBuilder text) {
        text.append("if ").append(operator).append(' ');
        if (k(i) >= 0 && k(i) < 4096) {
            text.append(k(i));
        } else {
            text.append("0x").append(Integer.toHexString(k(i)));
        }
        text.append(" go to ").append(i + 1 + yes(i)).append(" else ").append(i + 1 + no(i));
    }

    private static String field(int offset) {
        return switch (offset) {
            case 0 -> "number";
            case 4 -> "architecture";
            case 8 -> "pointer.low";
            case 12 -> "pointer.high";
            default -> "argument" + (offset - 16) / 8 + (offset % 8 == 0 ? ".low" : ".high");
        };
    }

    private int code(int i) {
        return (bytes[i * INSTRUCTION] & 0xff) | (bytes[i * INSTRUCTION + 1] & 0xff) << 8;
    }

    private int yes(int i) {
        return bytes[i * INSTRUCTION + 2] & 0xff;
    }

    private int no(int i) {
        return bytes[i * INSTRUCTION + 3] & 0xff;
    }

    private int k(int i) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(i * INSTRUCTION + 4);
    }
}
