package dev.alcove.linux;

/**
 * A calling convention that a seccomp filter tells apart, seccomp(2): the architecture the kernel reports with each
 * call, and on x86-64 the x32 convention, which has the same architecture and marks its numbers with a bit.
 */
public enum SeccompArch {
    /** 64-bit x86. */
    X86_64(0xC000003E, 0, true),
    /** 32-bit x86 (i386), which a 64-bit kernel serves too. */
    X86(0x40000003, 1, false),
    /** 64-bit x86 with 32-bit pointers; its numbers carry {@code __X32_SYSCALL_BIT}, 0x40000000. */
    X32(0xC000003E, 2, false),
    /** 64-bit Arm. */
    AARCH64(0xC00000B7, 3, true),
    /** 32-bit Arm (EABI), which a 64-bit kernel may serve too. */
    ARM(0x40000028, 4, false);

    /** {@code __X32_SYSCALL_BIT}. */
    static final int X32_BIT = 0x40000000;

    private final int audit;
    private final int column;
    private final boolean wide;

    SeccompArch(int audit, int column, boolean wide) {
        this.audit = audit;
        this.column = column;
        this.wide = wide;
    }

    /** The convention of 64-bit programs on a machine. */
    public static SeccompArch of(Arch arch) {
        return switch (arch) {
            case X86_64 -> X86_64;
            case AARCH64 -> AARCH64;
        };
    }

    /** AUDIT_ARCH_* of linux/audit.h. */
    int audit() {
        return audit;
    }

    /** Its column in the table of numbers. */
    int column() {
        return column;
    }

    /** Whether arguments have 64 bits; of the others, x32 among them, a filter compares the low 32. */
    boolean wide() {
        return wide;
    }

    /** What is added to the numbers of this convention. */
    int bit() {
        return this == X32 ? X32_BIT : 0;
    }
}
