package dev.alcove.linux;

/** The processor architectures Alcove runs on. */
public enum Arch {
    /** 64-bit x86, {@code uname -m} says {@code x86_64}. */
    X86_64("x86_64", 0xC000003E),
    /** 64-bit Arm, {@code uname -m} says {@code aarch64}. */
    AARCH64("aarch64", 0xC00000B7);

    private final String machine;
    private final int audit;

    Arch(String machine, int audit) {
        this.machine = machine;
        this.audit = audit;
    }

    /** The kernel's name, as {@code uname -m} prints it. */
    public String machine() {
        return machine;
    }

    /** AUDIT_ARCH_* of linux/audit.h, which a seccomp filter compares. */
    public int audit() {
        return audit;
    }

    /**
     * The architecture of this JVM.
     *
     * @return the architecture
     * @throws UnsupportedOperationException on a processor Alcove does not know
     */
    public static Arch host() {
        String arch = System.getProperty("os.arch");
        return switch (arch) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64", "arm64" -> AARCH64;
            default ->
                throw new UnsupportedOperationException(
                        "Alcove runs on x86-64 and AArch64, and this JVM is built for " + arch);
        };
    }
}
