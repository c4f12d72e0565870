package dev.alcove.linux;

/** The kinds of file, inode(7). */
public enum FileType {
    FIFO(0x1000),
    CHARACTER_DEVICE(0x2000),
    DIRECTORY(0x4000),
    BLOCK_DEVICE(0x6000),
    REGULAR(0x8000),
    SYMBOLIC_LINK(0xa000),
    SOCKET(0xc000),
    /** One without a type of its own, as the kernel's anonymous files are (pidfd, eventfd). */
    ANONYMOUS(0);

    private final int bits;

    FileType(int bits) {
        this.bits = bits;
    }

    /** S_IF* in the mode of stat(2) and mknod(2). */
    int bits() {
        return bits;
    }

    static FileType ofMode(int mode) {
        for (FileType type : values()) {
            if (type.bits == (mode & 0xf000)) {
                return type;
            }
        }
        return ANONYMOUS;
    }
}
