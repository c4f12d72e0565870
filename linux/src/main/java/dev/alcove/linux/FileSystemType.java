package dev.alcove.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** File systems told apart by the number that statfs(2) gives in {@code f_type}. */
public enum FileSystemType {
    /** cgroup version 1. */
    CGROUP(0x27e0eb),
    /** cgroup version 2. */
    CGROUP2(0x63677270),
    /** Memory, which may be swapped out, tmpfs(5). */
    TMPFS(0x01021994),
    /** Memory without a limit. */
    RAMFS(0x858458f6),
    /** Processes, proc(5). */
    PROC(0x9fa0),
    /** Devices, sysfs(5). */
    SYSFS(0x62656572),
    /** Namespaces. */
    NSFS(0x6e736673),
    /** Terminals, pts(4). */
    DEVPTS(0x1cd1),
    /** POSIX message queues, mq_overview(7). */
    MQUEUE(0x19800202),
    /** Layers over each other, overlayfs. */
    OVERLAY(0x794c7630),
    /** One that a program serves, fuse(4). */
    FUSE(0x65735546),
    /** ext2, ext3 and ext4. */
    EXT(0xef53),
    /** XFS, xfs(5). */
    XFS(0x58465342),
    /** Btrfs, btrfs(5). */
    BTRFS(0x9123683e),
    /** Of another machine, nfs(5). */
    NFS(0x6969),
    /** Pinned programs and maps of bpf(2). */
    BPF(0xcafe4a11),
    /** Any other. */
    OTHER(0);

    private static final int STATFS_SIZE = 120;

    private final int magic;

    FileSystemType(int magic) {
        this.magic = magic;
    }

    /** Of an open file, fstatfs(2). */
    public static FileSystemType of(Fd fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(STATFS_SIZE, 8);
            Native.check(Native.raw(Syscall.FSTATFS, fd.number(), buffer.address()), Syscall.FSTATFS, fd);
            return read(buffer);
        }
    }

    /** Of a path, statfs(2). */
    public static FileSystemType of(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(STATFS_SIZE, 8);
            long name = Native.path(arena, path).address();
            Native.check(Native.raw(Syscall.STATFS, name, buffer.address()), Syscall.STATFS, path);
            return read(buffer);
        }
    }

    private static FileSystemType read(MemorySegment statfs) {
        int magic = (int) statfs.get(ValueLayout.JAVA_LONG, 0);
        for (FileSystemType type : values()) {
            if (type.magic == magic && type != OTHER) {
                return type;
            }
        }
        return OTHER;
    }
}
