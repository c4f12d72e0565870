package dev.alcove.linux;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * A mount: a line of /proc/PID/mountinfo, proc_pid_mountinfo(5). The kernel's escapes (a blank as {@code \040}) are
 * undone.
 *
 * @param id            the mount's id
 * @param parent        the id of the mount it is on; of the root mount its own or one not listed
 * @param deviceMajor   of the file system, as stat(2) has it
 * @param deviceMinor   of the file system, as stat(2) has it
 * @param root          which directory of the file system is mounted; of nsfs the namespace, {@code net:[4026531840]}
 * @param mountPoint    where, from the root of the process
 * @param options       the mount's own: {@code rw}, {@code nosuid}
 * @param peerGroup     {@code shared:N}, or empty
 * @param master        {@code master:N}, or empty
 * @param propagateFrom {@code propagate_from:N}, or empty
 * @param unbindable    whether it is
 * @param type          the file system's: {@code ext4}, {@code fuse.sshfs}
 * @param source        where it comes from, as whoever mounted it said
 * @param superOptions  the file system's own: {@code rw}, {@code size=64k}
 */
public record MountInfo(
        int id,
        int parent,
        int deviceMajor,
        int deviceMinor,
        String root,
        String mountPoint,
        List<String> options,
        OptionalInt peerGroup,
        OptionalInt master,
        OptionalInt propagateFrom,
        boolean unbindable,
        String type,
        String source,
        List<String> superOptions) {
    /** Copies the lists. */
    public MountInfo {
        options = List.copyOf(options);
        superOptions = List.copyOf(superOptions);
    }

    /** Whether it, or its file system, can only be read. */
    public boolean isReadOnly() {
        return options.contains("ro") || superOptions.contains("ro");
    }

    /** How changes below it travel; one that is both is {@link Propagation#SHARED}, with {@link #master} set. */
    public Propagation propagation() {
        if (peerGroup.isPresent()) {
            return Propagation.SHARED;
        }
        if (master.isPresent()) {
            return Propagation.SLAVE;
        }
        return unbindable ? Propagation.UNBINDABLE : Propagation.PRIVATE;
    }

    /**
     * Reads the whole text.
     *
     * @param text the file's contents
     * @throws IllegalArgumentException if a line is not of this form
     */
    public static List<MountInfo> parse(String text) {
        List<MountInfo> mounts = new ArrayList<>();
        for (String line : ProcFile.lines(text)) {
            mounts.add(line(line));
        }
        return mounts;
    }

    /** {@code 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue}. */
    private static MountInfo line(String line) {
        ProcFile.Words words = new ProcFile.Words(line);
        int id = (int) words.takeSigned();
        int parent = (int) words.takeSigned();
        String device = words.take();
        int colon = device.indexOf(':');
        String root = unescape(words.take());
        String mountPoint = unescape(words.take());
        List<String> options = commas(words.take());
        OptionalInt peerGroup = OptionalInt.empty();
        OptionalInt master = OptionalInt.empty();
        OptionalInt propagateFrom = OptionalInt.empty();
        boolean unbindable = false;
        for (String field = words.take(); !field.equals("-"); field = words.take()) {
            if (field.startsWith("shared:")) {
                peerGroup = group(field);
            } else if (field.startsWith("master:")) {
                master = group(field);
            } else if (field.startsWith("propagate_from:")) {
                propagateFrom = group(field);
            } else if (field.equals("unbindable")) {
                unbindable = true;
            }
        }
        String type = unescape(words.take());
        // The source may be the empty string, which leaves two blanks in a row: the options are then the only word.
        String source = unescape(words.take());
        String superOptions;
        if (words.next()) {
            superOptions = words.word();
        } else {
            superOptions = source;
            source = "";
        }
        return new MountInfo(
                id,
                parent,
                (int) ProcFile.decimal(device.substring(0, colon)),
                (int) ProcFile.decimal(device.substring(colon + 1)),
                root,
                mountPoint,
                options,
                peerGroup,
                master,
                propagateFrom,
                unbindable,
                type,
                source,
                commas(superOptions));
    }

    private static OptionalInt group(String field) {
        return OptionalInt.of((int) ProcFile.decimal(field.substring(field.indexOf(':') + 1)));
    }

    private static List<String> commas(String text) {
        List<String> words = new ArrayList<>();
        for (int from = 0; from < text.length(); ) {
            int comma = text.indexOf(',', from);
            int to = comma < 0 ? text.length() : comma;
            words.add(unescape(text.substring(from, to)));
            from = to + 1;
        }
        return words;
    }

    /** A backslash and three octal digits stand for a byte: blank, tab, line end, backslash, sometimes #. */
    static String unescape(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\\'
                    && i + 3 < bytes.length
                    && octal(bytes[i + 1])
                    && octal(bytes[i + 2])
                    && octal(bytes[i + 3])) {
                out.write((bytes[i + 1] - '0') << 6 | (bytes[i + 2] - '0') << 3 | bytes[i + 3] - '0');
                i += 3;
            } else {
                out.write(bytes[i]);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static boolean octal(byte b) {
        return b >= '0' && b <= '7';
    }
}
