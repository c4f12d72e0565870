package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Arch;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Syscall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** init refuses a program with anything wrong in it before it does anything. */
class MalformedProgramTest {
    private static final String WHY = "test";

    private static final int SAY = 0;
    private static final int JUMP = 1;
    private static final int ON_FAILURE = 2;
    private static final int PUT = 3;
    private static final int GET = 4;
    private static final int DECIMAL = 5;
    private static final int MONITOR = 6;
    private static final int KILL_ALL = 7;
    private static final int EXEC = 8;

    /** One step of each kind that has something to check; it says "x" first, and would end there. */
    private static byte[] sound() {
        Program.Builder p = new Program.Builder(Arch.host());
        Step.Label end = new Step.Label();
        Data buffer = Data.buffer(40, "buffer");
        Arg.Result r = p.register("r");
        p.call(WHY, Syscall.WRITE, Arg.num(1), Arg.string("x"), Arg.num(1));
        p.jump(Step.When.ALWAYS, r, end, WHY);
        p.add(new Step.OnFailure(end, WHY));
        p.add(new Step.Put(Arg.at(buffer), Arg.ZERO, 8, WHY));
        p.add(new Step.Get(r, Arg.at(buffer), 8, WHY));
        p.add(new Step.Decimal(r, Arg.at(buffer), r, "suffix", WHY));
        p.add(new Step.Monitor(r, r, r, r, r, r, Arg.at(buffer), WHY));
        p.add(new Step.KillAll("/none", WHY));
        p.add(new Step.Exec(List.of("/bin/true"), List.of("true"), List.of(), WHY));
        p.bind(end);
        p.add(new Step.Exit(Arg.num(5), WHY));
        return ProgramEncoder.encode(p.build());
    }

    /** A change and what it does. */
    record Case(String name, Consumer<ByteBuffer> change) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static int step(int number) {
        return Wire.HEADER_SIZE + number * Wire.STEP_SIZE;
    }

    private static int arg(int number, int i) {
        return step(number) + Wire.STEP_ARG + 4 * i;
    }

    private static int relocations(ByteBuffer b) {
        return Wire.HEADER_SIZE + b.getInt(Wire.HEADER_STEPS) * Wire.STEP_SIZE;
    }

    private static int data(ByteBuffer b) {
        int code = b.getInt(Wire.HEADER_STEPS) * Wire.STEP_SIZE + b.getInt(Wire.HEADER_RELOCATIONS) * 4;
        return Wire.HEADER_SIZE + ((code + 7) & ~7);
    }

    static List<Case> cases() {
        List<Case> all = new ArrayList<>();
        header(all, "magic", Wire.HEADER_MAGIC, 1);
        header(all, "version", Wire.HEADER_VERSION, Wire.VERSION + 1);
        header(
                all,
                "architecture",
                Wire.HEADER_ARCH,
                (Arch.host() == Arch.X86_64 ? Arch.AARCH64 : Arch.X86_64).audit());
        header(all, "steps", Wire.HEADER_STEPS, 0, -1, Wire.MAX_STEPS + 1, Integer.MAX_VALUE);
        header(all, "results", Wire.HEADER_RESULTS, 0, -1, Wire.MAX_RESULTS + 1);
        header(all, "relocations", Wire.HEADER_RELOCATIONS, -1, Wire.MAX_BYTES, 0x40000000, 0x80000000);
        header(all, "data", Wire.HEADER_DATA, -1, -8, 0, 4, 8, Wire.MAX_BYTES, 0x7ffffff8);
        header(all, "zero", Wire.HEADER_ZERO, 1, -1);
        for (int op : new int[] {0, Wire.OP_SUBTRACT + 1, 0xff}) {
            all.add(new Case("op " + op, b -> b.put(step(SAY) + Wire.STEP_OP, (byte) op)));
        }
        for (int i = 0; i < 6; i++) {
            int at = i;
            all.add(new Case("kind " + i, b -> b.put(step(SAY) + Wire.STEP_KIND + at, (byte) 4)));
            all.add(new Case("register " + i, b -> {
                b.put(step(SAY) + Wire.STEP_KIND + at, (byte) Wire.ARG_RESULT);
                b.putInt(arg(SAY, at), 1);
            }));
            for (int kind : new int[] {Wire.ARG_DATA, Wire.ARG_WIDE}) {
                for (int offset : new int[] {-1, -8, Integer.MIN_VALUE, Wire.MAX_BYTES}) {
                    all.add(new Case("offset " + i + " " + offset + " of kind " + kind, b -> {
                        b.put(step(SAY) + Wire.STEP_KIND + at, (byte) kind);
                        b.putInt(arg(SAY, at), offset);
                    }));
                }
                all.add(new Case("offset " + i + " just behind of kind " + kind, b -> {
                    b.put(step(SAY) + Wire.STEP_KIND + at, (byte) kind);
                    b.putInt(arg(SAY, at), b.getInt(Wire.HEADER_DATA));
                }));
            }
            all.add(new Case("number " + i + " askew", b -> {
                b.put(step(SAY) + Wire.STEP_KIND + at, (byte) Wire.ARG_WIDE);
                b.putInt(arg(SAY, at), 4);
            }));
        }
        all.add(new Case("result", b -> b.putShort(step(SAY) + Wire.STEP_RESULT, (short) 1)));
        all.add(new Case("when", b -> b.put(step(JUMP) + Wire.STEP_WHEN, (byte) 4)));
        all.add(new Case("jump behind the end", b -> b.putInt(arg(JUMP, 1), 10)));
        all.add(new Case("jump far", b -> b.putInt(arg(JUMP, 1), -1)));
        all.add(new Case(
                "jump to a register's step", b -> b.put(step(JUMP) + Wire.STEP_KIND + 1, (byte) Wire.ARG_RESULT)));
        all.add(new Case("failure behind the end", b -> b.putInt(arg(ON_FAILURE, 0), 10)));
        for (int width : new int[] {0, 3, 5, 16, -1}) {
            all.add(new Case("put of " + width, b -> b.putInt(arg(PUT, 2), width)));
            all.add(new Case("get of " + width, b -> b.putInt(arg(GET, 1), width)));
        }
        all.add(new Case(
                "put by a register's width", b -> b.put(step(PUT) + Wire.STEP_KIND + 2, (byte) Wire.ARG_RESULT)));
        all.add(new Case("put at a number", b -> b.put(step(PUT) + Wire.STEP_KIND, (byte) Wire.ARG_NUMBER)));
        all.add(new Case("put over the end", b -> b.putInt(arg(PUT, 0), b.getInt(Wire.HEADER_DATA) - 4)));
        all.add(new Case("get over the end", b -> b.putInt(arg(GET, 0), b.getInt(Wire.HEADER_DATA) - 4)));
        all.add(new Case("decimal without room", b -> b.putInt(arg(DECIMAL, 0), b.getInt(Wire.HEADER_DATA) - 26)));
        all.add(new Case("decimal's suffix is a number", b -> b.put(step(DECIMAL) + Wire.STEP_KIND + 2, (byte) 0)));
        all.add(new Case("decimal's suffix without end", MalformedProgramTest::endless));
        all.add(new Case(
                "monitor's report over the end", b -> b.putInt(arg(MONITOR, 5), b.getInt(Wire.HEADER_DATA) - 32)));
        all.add(new Case("monitor's report askew", b -> b.putInt(arg(MONITOR, 5), b.getInt(arg(MONITOR, 5)) + 4)));
        all.add(new Case("path is a number", b -> b.put(step(KILL_ALL) + Wire.STEP_KIND, (byte) 0)));
        for (int i = 0; i < 3; i++) {
            int at = i;
            all.add(new Case("list " + i + " is a number", b -> b.put(step(EXEC) + Wire.STEP_KIND + at, (byte) 0)));
            all.add(new Case("list " + i + " askew", b -> b.putInt(arg(EXEC, at), b.getInt(arg(EXEC, at)) + 1)));
        }
        all.add(new Case("list's pointer is none of ours", b -> {
            int list = data(b) + b.getInt(arg(EXEC, 2));
            b.putLong(list, 0x1000);
        }));
        all.add(new Case("relocation askew", b -> b.putInt(relocations(b), b.getInt(relocations(b)) + 4)));
        all.add(new Case("relocation behind the end", b -> b.putInt(relocations(b), b.getInt(Wire.HEADER_DATA))));
        all.add(new Case("relocation far", b -> b.putInt(relocations(b), -8)));
        all.add(new Case("relocation twice", b -> b.putInt(relocations(b) + 4, b.getInt(relocations(b)))));
        all.add(new Case(
                "relocated beyond", b -> b.putLong(data(b) + b.getInt(relocations(b)), b.getInt(Wire.HEADER_DATA))));
        return all;
    }

    /** The last bytes of the data have no NUL, and a string starts there. */
    private static void endless(ByteBuffer b) {
        int size = b.getInt(Wire.HEADER_DATA);
        b.putLong(data(b) + size - 8, -1);
        b.putInt(arg(DECIMAL, 2), size - 8);
    }

    private static void header(List<Case> all, String field, int offset, int... values) {
        for (int v : values) {
            all.add(new Case(field + " " + v, b -> b.putInt(offset, v)));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isRefused(Case c) {
        byte[] program = sound();
        c.change().accept(ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN));
        assertThat(program).isNotEqualTo(sound());
        refused(program);
    }

    private static void refused(byte[] program) {
        try (InitRun run = InitRun.start(Arch.host(), program)) {
            run.hangUp();
            assertThat(run.end())
                    .isEqualTo(new InitRun.Outcome(
                            1,
                            List.of(new Launcher.Report(Wire.REPORT_FAILED, 0, Errno.ENOEXEC.number(), 0, 0, 0)),
                            ""));
        }
    }

    @Test
    void withoutAChangeItRuns() {
        assertThat(InitRun.run(sound())).isEqualTo(new InitRun.Outcome(5, List.of(), "x"));
    }

    @Test
    void aProgramCutShortIsRefused() {
        byte[] whole = sound();
        for (int n : new int[] {0, 1, Wire.HEADER_SIZE - 1, Wire.HEADER_SIZE, whole.length / 2, whole.length - 1}) {
            refused(Arrays.copyOf(whole, n));
        }
    }

    @Test
    void aStringWhoseEndIsTakenAwayByAnEarlierStepIsAFailure() {
        Program.Builder p = new Program.Builder(Arch.host());
        Data path = Data.bytes("/none/at/all\0\0\0".getBytes(java.nio.charset.StandardCharsets.US_ASCII), "path");
        p.call(WHY, Syscall.WRITE, Arg.num(1), Arg.at(path), Arg.num(1));
        p.add(new Step.Put(Arg.at(path, 8), Arg.num(-1), 8, WHY));
        p.add(new Step.KillAll("replaced below", WHY));
        byte[] program = ProgramEncoder.encode(p.build());
        ByteBuffer b = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        // The path is the last piece of the data: what stands behind it is cut off.
        b.putInt(arg(2, 0), b.getInt(arg(0, 1)));
        b.putInt(Wire.HEADER_DATA, 16);
        assertThat(InitRun.run(Arrays.copyOf(program, data(b) + 16)).reports())
                .containsExactly(new Launcher.Report(Wire.REPORT_FAILED, 2, Errno.EFAULT.number(), 0, 0, 0));
    }
}
