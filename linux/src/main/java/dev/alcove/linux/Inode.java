package dev.alcove.linux;

/**
 * What makes a file, or a namespace, the same one as another: inode(7).
 *
 * @param device the device's number as stat(2) has it in {@code st_dev}
 * @param number the inode's number on that device
 */
public record Inode(long device, long number) {
    /** The device number of a major and minor one, as makedev(3) joins them. */
    static long device(long major, long minor) {
        return (minor & 0xff)
                | (major & 0xfff) << 8
                | (minor & ~0xffL & 0xffffffffL) << 12
                | (major & ~0xfffL & 0xffffffffL) << 32;
    }
}
