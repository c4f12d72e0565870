package dev.alcove.linux;

/** The kinds of file, inode(7). */
public enum FileType {
    /** A named pipe, fifo(7), or one without a name, pipe(2). */
    FIFO(0x1000),
    /** A device of bytes, such as a terminal. */
    CHARACTER_DEVICE(0x2000),
    /** A directory. */
    DIRECTORY(0x4000),
    /** A device of blocks, such as a disk. */
    BLOCK_DEVICE(0x6000),
    /** A file of bytes. */
    REGULAR(0x8000),
    /** A link by name, symlink(7). */
    SYMBOLIC_LINK(0xa000),
    /** A socket, unix(7) and others. */
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
