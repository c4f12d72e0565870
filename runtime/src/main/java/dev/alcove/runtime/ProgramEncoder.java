package dev.alcove.runtime;

import dev.alcove.linux.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The binary form of a program, as {@code init/wire.table} lays it down. */
final class ProgramEncoder {
    private final Program program;
    private final IdentityHashMap<Data, Integer> places = new IdentityHashMap<>(128);
    private final Map<String, Integer> strings = new HashMap<>(512);
    private byte[] data = new byte[16384];
    private int used;
    private int[] relocations = new int[128];
    private int relocated;
    private byte[] steps = new byte[0];
    private int position;

    private ProgramEncoder(Program program) {
        this.program = program;
    }

    static byte[] encode(Program program) {
        return new ProgramEncoder(program).encode();
    }

    private byte[] encode() {
        int[] numbers = new int[program.steps().size() + 1];
        int count = 0;
        for (int i = 0; i < program.steps().size(); i++) {
            numbers[i] = count;
            if (!(program.steps().get(i) instanceof Step.Heading)) {
                count++;
            }
        }
        numbers[program.steps().size()] = count;
        if (count > Wire.MAX_STEPS || program.registers() > Wire.MAX_RESULTS) {
            throw new IllegalStateException("a program of " + count + " steps is too long");
        }
        steps = new byte[count * Wire.STEP_SIZE];
        for (Step s : program.steps()) {
            if (!(s instanceof Step.Heading)) {
                step(s, numbers);
            }
        }
        return assemble(count);
    }

    private byte[] assemble(int count) {
        int dataSize = (used + 7) & ~7;
        int dataStart = Wire.HEADER_SIZE + ((count * Wire.STEP_SIZE + relocated * 4 + 7) & ~7);
        int size = dataStart + dataSize;
        if (size > Wire.MAX_BYTES) {
            throw new IllegalArgumentException("the command, its environment and the mounts are too much: " + size
                    + " bytes of program, at most " + Wire.MAX_BYTES);
        }
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(Wire.MAGIC).putInt(Wire.VERSION).putInt(program.arch().audit());
        out.putInt(count)
                .putInt(program.registers())
                .putInt(relocated)
                .putInt(dataSize)
                .putInt(0);
        out.put(steps);
        for (int i = 0; i < relocated; i++) {
            out.putInt(relocations[i]);
        }
        out.position(dataStart);
        out.put(data, 0, dataSize);
        return out.array();
    }

    private void step(Step step, int[] numbers) {
        int base = position;
        putInt(base + Wire.STEP_LEAST, Integer.MIN_VALUE);
        putShort(base + Wire.STEP_RESULT, (short) Wire.NONE);
        // No pattern switch: that is linked at run time, which a cold start feels.
        if (step instanceof Step.Call c) {
            op(base, Wire.OP_CALL);
            putShort(base + Wire.STEP_CALL, (short) c.call().number(program.arch()));
            if (c.into() != null) {
                result(base, c.into());
            }
            tolerate(base, c.tolerated(), c.anyError());
            putInt(base + Wire.STEP_LEAST, c.least());
            for (int i = 0; i < c.args().size(); i++) {
                arg(base, i, c.args().get(i));
            }
        } else if (step instanceof Step.Jump j) {
            op(base, Wire.OP_JUMP);
            steps[base + Wire.STEP_WHEN] = (byte)
                    switch (j.when()) {
                        case ALWAYS -> Wire.WHEN_ALWAYS;
                        case ZERO -> Wire.WHEN_ZERO;
                        case NEGATIVE -> Wire.WHEN_NEGATIVE;
                        case POSITIVE -> Wire.WHEN_POSITIVE;
                    };
            arg(base, 0, j.value());
            argument(base, 1, Wire.ARG_NUMBER, numbers[j.to().index()]);
        } else if (step instanceof Step.OnFailure f) {
            op(base, Wire.OP_ON_FAILURE);
            argument(base, 0, Wire.ARG_NUMBER, numbers[f.to().index()]);
        } else if (step instanceof Step.Channel c) {
            op(base, Wire.OP_CHANNEL);
            arg(base, 0, c.fd());
        } else if (step instanceof Step.Put p) {
            op(base, Wire.OP_PUT);
            arg(base, 0, p.to());
            arg(base, 1, p.value());
            arg(base, 2, Arg.num(p.width()));
        } else if (step instanceof Step.Get g) {
            op(base, Wire.OP_GET);
            result(base, g.into());
            arg(base, 0, g.from());
            arg(base, 1, Arg.num(g.width()));
        } else if (step instanceof Step.Subtract s) {
            op(base, Wire.OP_SUBTRACT);
            result(base, s.into());
            arg(base, 0, s.from());
            arg(base, 1, s.number());
        } else if (step instanceof Step.Decimal d) {
            op(base, Wire.OP_DECIMAL);
            result(base, d.length());
            arg(base, 0, d.to());
            arg(base, 1, d.value());
            arg(base, 2, Arg.string(d.suffix()));
        } else if (step instanceof Step.Exec e) {
            op(base, Wire.OP_EXEC);
            arg(base, 0, Arg.at(Data.list(e.paths(), "paths")));
            arg(base, 1, Arg.at(Data.list(e.argv(), "argv")));
            arg(base, 2, Arg.at(Data.list(e.env(), "env")));
        } else if (step instanceof Step.Await a) {
            op(base, Wire.OP_AWAIT);
            arg(base, 0, a.fd());
        } else if (step instanceof Step.Monitor m) {
            op(base, Wire.OP_MONITOR);
            result(base, m.ended());
            arg(base, 0, m.pid());
            arg(base, 1, m.pidfd());
            arg(base, 2, m.control());
            arg(base, 3, m.timeout());
            arg(base, 4, m.terminal());
            arg(base, 5, m.exited());
        } else if (step instanceof Step.Reap r) {
            op(base, Wire.OP_REAP);
            result(base, r.status());
            arg(base, 0, r.child());
        } else if (step instanceof Step.KillAll k) {
            op(base, Wire.OP_KILL_ALL);
            arg(base, 0, Arg.string(k.procs()));
        } else if (step instanceof Step.Exit e) {
            op(base, Wire.OP_EXIT);
            arg(base, 0, e.status());
        } else if (step instanceof Step.Heading h) {
            throw new IllegalStateException("not a step: " + h.title());
        }
        position = base + Wire.STEP_SIZE;
    }

    private void putShort(int at, short value) {
        steps[at] = (byte) value;
        steps[at + 1] = (byte) (value >>> 8);
    }

    private void putInt(int at, int value) {
        steps[at] = (byte) value;
        steps[at + 1] = (byte) (value >>> 8);
        steps[at + 2] = (byte) (value >>> 16);
        steps[at + 3] = (byte) (value >>> 24);
    }

    private void op(int base, int op) {
        steps[base + Wire.STEP_OP] = (byte) op;
    }

    private void result(int base, Arg.Result r) {
        putShort(base + Wire.STEP_RESULT, (short) r.register());
    }

    private void tolerate(int base, List<Errno> errors, boolean any) {
        if (any) {
            steps[base + Wire.STEP_TOLERATE] = (byte) Wire.ANY;
        }
        if (errors.size() > 4) {
            throw new IllegalStateException("a step tolerates at most four errors");
        }
        for (int i = 0; i < errors.size(); i++) {
            steps[base + Wire.STEP_TOLERATE + i] = (byte) errors.get(i).number();
        }
    }

    private void arg(int base, int i, Arg arg) {
        // No pattern switch: that is linked at run time, which a cold start feels.
        if (arg instanceof Arg.Num n) {
            int small = (int) n.value();
            if (small == n.value()) {
                argument(base, i, Wire.ARG_NUMBER, small);
            } else {
                argument(base, i, Wire.ARG_WIDE, place(Data.longs(n.text(), n.value())));
            }
        } else if (arg instanceof Arg.Result r) {
            argument(base, i, Wire.ARG_RESULT, r.register());
        } else if (arg instanceof Arg.At a) {
            argument(base, i, Wire.ARG_DATA, place(a.data()) + a.offset());
        }
    }

    private void argument(int base, int i, int kind, int value) {
        steps[base + Wire.STEP_KIND + i] = (byte) kind;
        putInt(base + Wire.STEP_ARG + 4 * i, value);
    }

    /** Where a piece stands in the data; put there when it is first used. Equal strings share a place. */
    private int place(Data piece) {
        String literal = piece.literal();
        Integer known = literal == null ? places.get(piece) : strings.get(literal);
        if (known != null) {
            return known;
        }
        int at = (used + 7) & ~7;
        int end = at + Math.max(1, piece.size());
        if (end + 8 > data.length) {
            data = java.util.Arrays.copyOf(data, Math.max(data.length * 2, end + 4096));
        }
        piece.copyTo(data, at);
        used = end;
        if (literal == null) {
            places.put(piece, at);
        } else {
            strings.put(literal, at);
        }
        for (Data.Pointer p : piece.pointers()) {
            int target = place(p.target());
            Data.put(data, at + p.at(), target);
            if (relocated == relocations.length) {
                relocations = java.util.Arrays.copyOf(relocations, relocated * 2);
            }
            relocations[relocated++] = at + p.at();
        }
        return at;
    }
}
