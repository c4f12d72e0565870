package dev.alcove.linux;

final class SyscallTable {
    private SyscallTable() {}
}
