package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Device rules as an eBPF program and as version 1 lines, against a plain reading of the rules. */
class DeviceFilterTest {
    private static final DeviceRule NULL = DeviceRule.allow('c', 1, 3, "rwm");

    @Test
    void noRulesDenyEverything() {
        assertThat(hex(List.of())).isEqualTo(PROLOGUE + "b700000000000000" + "9500000000000000");
    }

    @Test
    void aRuleOnEverythingEndsTheProgram() {
        assertThat(hex(List.of(NULL, DeviceRule.every(true, 'a', "mrw"))))
                .isEqualTo(PROLOGUE + "b700000001000000" + "9500000000000000");
    }

    @Test
    void oneDevice() {
        assertThat(hex(List.of(NULL)))
                .isEqualTo(PROLOGUE
                        + "5502040002000000" // if type != 2 (character) skip
                        + "5504030001000000" // if major != 1 skip
                        + "5505020003000000" // if minor != 3 skip
                        + "b700000001000000"
                        + "9500000000000000"
                        + "b700000000000000"
                        + "9500000000000000");
    }

    @Test
    void partOfTheAccesses() {
        assertThat(hex(List.of(DeviceRule.every(true, 'b', "m"), DeviceRule.deny('c', 10, 200, "w"))))
                .isEqualTo(PROLOGUE
                        + "5502060002000000"
                        + "550405000a000000"
                        + "55050400c8000000"
                        + "4503010004000000" // if access & 4 (write), deny
                        + "0500020000000000"
                        + "b700000000000000"
                        + "9500000000000000"
                        + "5502040001000000"
                        + "5403000006000000" // mknod is decided
                        + "5503020000000000"
                        + "b700000001000000"
                        + "9500000000000000"
                        + "b700000000000000"
                        + "9500000000000000");
    }

    private static final String PROLOGUE = "6112000000000000"
            + "bf23000000000000"
            + "54020000ffff0000"
            + "7403000010000000"
            + "6114040000000000"
            + "6115080000000000";

    private static String hex(List<DeviceRule> rules) {
        return HexFormat.of().formatHex(DeviceFilter.compile(rules).instructions());
    }

    @Test
    void theProgramDecidesAsTheRulesSay() {
        Random random = new Random(7);
        for (int round = 0; round < 2000; round++) {
            List<DeviceRule> rules = rules(random);
            byte[] program = DeviceFilter.compile(rules).instructions();
            for (char type : new char[] {'b', 'c'}) {
                for (int device = 0; device < 16; device++) {
                    for (int access = 1; access <= DeviceRule.ALL; access++) {
                        boolean allowed = allowed(rules, type, device / 4, device % 4, access);
                        if (run(program, type, device / 4, device % 4, access) != allowed) {
                            fail("%s: %s %d:%d %d", rules, type, device / 4, device % 4, access);
                        }
                    }
                }
            }
        }
    }

    @Test
    void theLinesOfVersionOneDecideAsTheRulesSayOrAreRefused() {
        Random random = new Random(11);
        int refused = 0;
        for (int round = 0; round < 2000; round++) {
            List<DeviceRule> rules = rules(random);
            List<DeviceLines.Line> lines;
            try {
                lines = DeviceLines.of(rules);
            } catch (CgroupUnavailableException e) {
                refused++;
                continue;
            }
            for (char type : new char[] {'b', 'c'}) {
                for (int device = 0; device < 16; device++) {
                    for (int access = 1; access <= DeviceRule.ALL; access++) {
                        boolean allowed = allowed(rules, type, device / 4, device % 4, access);
                        if (kernel(lines, type, device / 4, device % 4, access) != allowed) {
                            fail("%s as %s: %s %d:%d %d", rules, lines, type, device / 4, device % 4, access);
                        }
                    }
                }
            }
        }
        assertThat(refused).isBetween(1, 1500);
    }

    @Test
    void aHoleInAWiderRuleIsRefusedOnVersionOne() {
        assertThatThrownBy(() ->
                        DeviceLines.of(List.of(DeviceRule.every(true, 'c', "rw"), DeviceRule.deny('c', 1, 3, "w"))))
                .isInstanceOf(CgroupUnavailableException.class)
                .hasMessageContaining("'deny c 1:3 w' within the wider 'c *:* rw'");
    }

    private static List<DeviceRule> rules(Random random) {
        String[] accesses = {"r", "w", "m", "rw", "rm", "wm", "rwm", "rwm"};
        List<DeviceRule> rules = new ArrayList<>();
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            rules.add(new DeviceRule(
                    random.nextInt(3) > 0,
                    "abc".charAt(random.nextInt(3)),
                    random.nextInt(3) == 0 ? OptionalInt.empty() : OptionalInt.of(random.nextInt(4)),
                    random.nextInt(3) == 0 ? OptionalInt.empty() : OptionalInt.of(random.nextInt(4)),
                    accesses[random.nextInt(accesses.length)]));
        }
        return rules;
    }

    /** The meaning: for each access the last rule that covers it. */
    private static boolean allowed(List<DeviceRule> rules, char type, int major, int minor, int access) {
        for (int bit = 1; bit <= DeviceRule.WRITE; bit <<= 1) {
            boolean allow = (access & bit) == 0;
            for (DeviceRule rule : rules) {
                if ((access & bit & rule.bits()) != 0
                        && (rule.type() == 'a' || rule.type() == type)
                        && rule.major().orElse(major) == major
                        && rule.minor().orElse(minor) == minor) {
                    allow = rule.allow();
                }
            }
            if (!allow) {
                return false;
            }
        }
        return true;
    }

    /** What the kernel does with lines written to a new group (devcgroup_check_permission). */
    private static boolean kernel(List<DeviceLines.Line> lines, char type, int major, int minor, int access) {
        boolean allows = lines.getFirst().file().equals("devices.allow");
        if (!lines.getFirst().content().equals("a")) {
            fail("the group's state before shows through");
        }
        boolean hit = false;
        for (DeviceLines.Line line : lines.subList(1, lines.size())) {
            if (!line.file().equals(allows ? "devices.deny" : "devices.allow")) {
                fail("not an exception: %s", line);
            }
            String[] part = line.content().split("[ :]", -1);
            DeviceRule rule = new DeviceRule(true, part[0].charAt(0), number(part[1]), number(part[2]), part[3]);
            boolean same = rule.type() == type
                    && rule.major().orElse(major) == major
                    && rule.minor().orElse(minor) == minor;
            hit |= same && (allows ? (rule.bits() & access) != 0 : (access & ~rule.bits()) == 0);
        }
        return allows != hit;
    }

    private static OptionalInt number(String s) {
        return s.equals("*") ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(s));
    }

    /** The few instructions of eBPF that a filter is made of; jumps go forward only, as the kernel wants of us. */
    private static boolean run(byte[] program, char type, int major, int minor, int access) {
        ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        long[] register = new long[11];
        int[] context = {access << 16 | (type == 'b' ? 1 : 2), major, minor};
        for (int at = 0; ; at++) {
            int opcode = code.get(8 * at) & 0xff;
            int to = code.get(8 * at + 1) & 0xf;
            int from = code.get(8 * at + 1) >> 4 & 0xf;
            int offset = code.getShort(8 * at + 2);
            int immediate = code.getInt(8 * at + 4);
            if (offset < 0) {
                fail("a jump back");
            }
            switch (opcode) {
                case 0x61 -> register[to] = Integer.toUnsignedLong(context[offset / 4]);
                case 0xbf -> register[to] = register[from];
                case 0xb7 -> register[to] = immediate;
                case 0x54 -> register[to] = register[to] & immediate & 0xffff_ffffL;
                case 0x74 -> register[to] = (register[to] & 0xffff_ffffL) >>> immediate;
                case 0x05 -> at += offset;
                case 0x55 -> at += register[to] != immediate ? offset : 0;
                case 0x45 -> at += (register[to] & immediate) != 0 ? offset : 0;
                case 0x95 -> {
                    return register[0] == 1;
                }
                default -> throw new AssertionError("not an instruction of ours: " + opcode);
            }
        }
    }
}
