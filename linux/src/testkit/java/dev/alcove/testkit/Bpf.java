package dev.alcove.testkit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** An interpreter of classic BPF as seccomp uses it, written from the kernel's filter documentation. */
public final class Bpf {
    private final int[] codes;
    private final int[] yes;
    private final int[] no;
    private final int[] ks;

    /** A program: struct sock_filter[], little-endian. */
    public Bpf(byte[] program) {
        int count = program.length / 8;
        codes = new int[count];
        yes = new int[count];
        no = new int[count];
        ks = new int[count];
        ByteBuffer in = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            codes[i] = in.getShort() & 0xffff;
            yes[i] = in.get() & 0xff;
            no[i] = in.get() & 0xff;
            ks[i] = in.getInt();
        }
    }

    /** What the filter returns for a call. */
    public int run(int number, int arch, long... args) {
        int[] data = new int[16];
        data[0] = number;
        data[1] = arch;
        data[2] = 0x1000;
        for (int i = 0; i < args.length; i++) {
            data[4 + 2 * i] = (int) args[i];
            data[5 + 2 * i] = (int) (args[i] >>> 32);
        }
        int a = 0;
        int x = 0;
        int[] memory = new int[16];
        int pc = 0;
        while (true) {
            int k = ks[pc];
            int code = codes[pc];
            switch (code) {
                case 0x20 -> a = data[k / 4];
                case 0x00 -> a = k;
                case 0x60 -> a = memory[k];
                case 0x02 -> memory[k] = a;
                case 0x07 -> x = a;
                case 0x87 -> a = x;
                case 0x54 -> a &= k;
                case 0x05 -> pc += k;
                case 0x15 -> pc += a == k ? yes[pc] : no[pc];
                case 0x25 -> pc += Integer.compareUnsigned(a, k) > 0 ? yes[pc] : no[pc];
                case 0x35 -> pc += Integer.compareUnsigned(a, k) >= 0 ? yes[pc] : no[pc];
                case 0x45 -> pc += (a & k) != 0 ? yes[pc] : no[pc];
                case 0x06 -> {
                    return k;
                }
                default ->
                    throw new IllegalStateException("instruction " + pc + " has code 0x" + Integer.toHexString(code));
            }
            pc++;
        }
    }
}
