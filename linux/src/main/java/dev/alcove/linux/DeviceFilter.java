package dev.alcove.linux;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Device rules compiled to an eBPF program of the type BPF_PROG_TYPE_CGROUP_DEVICE, which is how a version 2 group
 * decides about device nodes: bpf(2), kernel documentation admin-guide/cgroup-v2, "Device controller". Compiling is
 * pure; {@link #attach} loads it and puts it on a group.
 *
 * <p>The program walks the rules from the last to the first with the accesses that are not decided yet: a rule that
 * denies one of them ends it with 0, one that allows takes its own away, and when none is left it ends with 1.
 */
public final class DeviceFilter {
    private static final int LOAD_WORD = 0x61;
    private static final int MOVE = 0xbf;
    private static final int SET = 0xb7;
    private static final int AND = 0x54;
    private static final int SHIFT_RIGHT = 0x74;
    private static final int JUMP = 0x05;
    private static final int JUMP_UNLESS_EQUAL = 0x55;
    private static final int JUMP_IF_BITS = 0x45;
    private static final int EXIT = 0x95;

    private static final int RESULT = 0;
    private static final int CONTEXT = 1;
    private static final int TYPE = 2;
    private static final int ACCESS = 3;
    private static final int MAJOR = 4;
    private static final int MINOR = 5;

    private static final int PROG_LOAD = 5;
    private static final int PROG_ATTACH = 8;
    private static final int PROG_DETACH = 9;
    private static final int PROG_GET_FD_BY_ID = 13;
    private static final int PROG_QUERY = 16;
    /** {@code prog_type} at the load: BPF_PROG_TYPE_CGROUP_DEVICE. */
    public static final int TYPE_CGROUP_DEVICE = 15;
    /** {@code attach_type} at the attachment: BPF_CGROUP_DEVICE. */
    public static final int ATTACH_CGROUP_DEVICE = 6;
    /** {@code attach_flags}: BPF_F_ALLOW_MULTI, so that a group inside may have a filter of its own as well. */
    public static final int ALLOW_MULTI = 2;

    private static final int REPLACE = 4;
    /** The kernel attaches no more than this many programs to one group. */
    private static final int MAX_ATTACHED = 64;

    private static final int ATTR_SIZE = 128;

    private final byte[] instructions;

    private DeviceFilter(byte[] instructions) {
        this.instructions = instructions;
    }

    /**
     * Compiles rules: the last that covers an access decides about it, what none covers is denied.
     *
     * @param rules in order
     */
    public static DeviceFilter compile(List<DeviceRule> rules) {
        ByteArrayOutputStream code = new ByteArrayOutputStream();
        // struct bpf_cgroup_dev_ctx { __u32 access_type (access << 16 | type), major, minor; }
        put(code, LOAD_WORD, TYPE, CONTEXT, 0, 0);
        put(code, MOVE, ACCESS, TYPE, 0, 0);
        put(code, AND, TYPE, 0, 0, 0xffff);
        put(code, SHIFT_RIGHT, ACCESS, 0, 0, 16);
        put(code, LOAD_WORD, MAJOR, CONTEXT, 4, 0);
        put(code, LOAD_WORD, MINOR, CONTEXT, 8, 0);
        for (int i = rules.size() - 1; i >= 0; i--) {
            DeviceRule rule = rules.get(i);
            if (rule.total()) {
                // nothing before it counts, and the kernel refuses instructions that cannot be reached
                end(code, rule.allow());
                return new DeviceFilter(code.toByteArray());
            }
            rule(code, rule);
        }
        end(code, false);
        return new DeviceFilter(code.toByteArray());
    }

    private static void rule(ByteArrayOutputStream code, DeviceRule rule) {
        boolean whole = rule.bits() == DeviceRule.ALL;
        int body = whole ? 2 : 4;
        int tests = (rule.type() == 'a' ? 0 : 1)
                + (rule.major().isPresent() ? 1 : 0)
                + (rule.minor().isPresent() ? 1 : 0);
        if (rule.type() != 'a') {
            put(code, JUMP_UNLESS_EQUAL, TYPE, 0, --tests + body, rule.type() == 'b' ? 1 : 2);
        }
        if (rule.major().isPresent()) {
            put(code, JUMP_UNLESS_EQUAL, MAJOR, 0, --tests + body, rule.major().getAsInt());
        }
        if (rule.minor().isPresent()) {
            put(code, JUMP_UNLESS_EQUAL, MINOR, 0, body, rule.minor().getAsInt());
        }
        if (!whole && rule.allow()) {
            put(code, AND, ACCESS, 0, 0, DeviceRule.ALL & ~rule.bits());
            put(code, JUMP_UNLESS_EQUAL, ACCESS, 0, 2, 0);
        } else if (!whole) {
            put(code, JUMP_IF_BITS, ACCESS, 0, 1, rule.bits());
            put(code, JUMP, 0, 0, 2, 0);
        }
        end(code, rule.allow());
    }

    private static void end(ByteArrayOutputStream code, boolean allow) {
        put(code, SET, RESULT, 0, 0, allow ? 1 : 0);
        put(code, EXIT, 0, 0, 0, 0);
    }

    /** struct bpf_insn: opcode, registers (destination in the low half), 16-bit offset, 32-bit immediate, little endian. */
    private static void put(ByteArrayOutputStream code, int opcode, int to, int from, int offset, int immediate) {
        code.write(opcode);
        code.write(from << 4 | to);
        code.write(offset);
        code.write(offset >> 8);
        for (int shift = 0; shift < 32; shift += 8) {
            code.write(immediate >> shift);
        }
    }

    /**
     * The instructions as {@code struct bpf_insn}, 8 bytes each, for whoever loads and attaches it to a new group without
     * this class: BPF_PROG_LOAD with {@link #TYPE_CGROUP_DEVICE} and any license, then BPF_PROG_ATTACH with
     * {@link #ATTACH_CGROUP_DEVICE} and {@link #ALLOW_MULTI}.
     */
    public byte[] instructions() {
        return instructions.clone();
    }

    /**
     * Loads the program and makes it the group's only device program: bpf(2) BPF_PROG_LOAD, BPF_PROG_ATTACH. A single
     * program there is replaced in one step; so there is no moment without a filter. Needs CAP_BPF and CAP_NET_ADMIN,
     * or CAP_SYS_ADMIN, in the initial user namespace.
     *
     * @param directory the version 2 group's directory
     * @throws LinuxException if the kernel refuses
     */
    public void attach(String directory) {
        try (Arena arena = Arena.ofConfined();
                Fd group = CgroupFiles.open(directory);
                Fd program = load(arena)) {
            List<Fd> old = attached(arena, group, directory);
            try {
                boolean replace = old.size() == 1;
                MemorySegment attr = attr(arena);
                target(attr, group, program);
                attr.set(ValueLayout.JAVA_INT, 12, ALLOW_MULTI | (replace ? REPLACE : 0));
                attr.set(ValueLayout.JAVA_INT, 16, replace ? old.getFirst().number() : 0);
                Native.check(bpf(PROG_ATTACH, attr), Syscall.BPF, directory);
                for (int i = 0; !replace && i < old.size(); i++) {
                    MemorySegment detach = attr(arena);
                    target(detach, group, old.get(i));
                    Native.check(bpf(PROG_DETACH, detach), Syscall.BPF, directory);
                }
            } finally {
                old.forEach(Fd::close);
            }
        }
    }

    private static void target(MemorySegment attr, Fd group, Fd program) {
        attr.set(ValueLayout.JAVA_INT, 0, group.number());
        attr.set(ValueLayout.JAVA_INT, 4, program.number());
        attr.set(ValueLayout.JAVA_INT, 8, ATTACH_CGROUP_DEVICE);
    }

    private Fd load(Arena arena) {
        MemorySegment attr = attr(arena);
        attr.set(ValueLayout.JAVA_INT, 0, TYPE_CGROUP_DEVICE);
        attr.set(ValueLayout.JAVA_INT, 4, instructions.length / 8);
        attr.set(ValueLayout.JAVA_LONG, 8, Native.bytes(arena, instructions).address());
        attr.set(ValueLayout.JAVA_LONG, 16, Native.string(arena, "Apache-2.0").address());
        // prog_name, at most 15 bytes, is what bpftool shows
        MemorySegment.copy(Native.string(arena, "alcove_devices"), 0, attr, 48, 15);
        return new Fd(Native.check(bpf(PROG_LOAD, attr), Syscall.BPF, "device filter"), "device filter");
    }

    private static List<Fd> attached(Arena arena, Fd group, String directory) {
        MemorySegment ids = arena.allocate(ValueLayout.JAVA_INT, MAX_ATTACHED);
        MemorySegment attr = attr(arena);
        attr.set(ValueLayout.JAVA_INT, 0, group.number());
        attr.set(ValueLayout.JAVA_INT, 4, ATTACH_CGROUP_DEVICE);
        attr.set(ValueLayout.JAVA_LONG, 16, ids.address());
        attr.set(ValueLayout.JAVA_INT, 24, MAX_ATTACHED);
        Native.check(bpf(PROG_QUERY, attr), Syscall.BPF, directory);
        int count = attr.get(ValueLayout.JAVA_INT, 24);
        List<Fd> programs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            MemorySegment byId = attr(arena);
            byId.set(ValueLayout.JAVA_INT, 0, ids.getAtIndex(ValueLayout.JAVA_INT, i));
            programs.add(new Fd(Native.check(bpf(PROG_GET_FD_BY_ID, byId), Syscall.BPF, directory), "device filter"));
        }
        return programs;
    }

    private static MemorySegment attr(Arena arena) {
        return arena.allocate(ATTR_SIZE, 8);
    }

    /** {@code int bpf(int cmd, union bpf_attr *attr, unsigned int size)}, bpf(2). */
    private static long bpf(int command, MemorySegment attr) {
        return Native.raw(Syscall.BPF, command, attr.address(), ATTR_SIZE);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof DeviceFilter f && Arrays.equals(instructions, f.instructions);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(instructions);
    }

    @Override
    public String toString() {
        return "device filter of " + instructions.length / 8 + " instructions";
    }
}
