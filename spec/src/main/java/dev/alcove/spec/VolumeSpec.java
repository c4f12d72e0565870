package dev.alcove.spec;

import java.util.List;

/**
 * A volume as people write it: {@code -v}, {@code --mount} or {@code --tmpfs}.
 *
 * <p>The options are config.json's mount options without {@code bind} and {@code rbind}, each pair ({@code ro} and
 * {@code rw}, {@code exec} and {@code noexec}, …) at most once; what is not there is the planner's choice.
 */
public sealed interface VolumeSpec {
    /** Where it is seen inside: absolute and clean. */
    String destination();

    /** Mount options, as {@code ro}, {@code noexec}, {@code rslave}. */
    List<String> options();

    /** Whether it can only be read, be it just itself or with what is mounted below. */
    default boolean readOnly() {
        return options().contains("ro") || options().contains("rro");
    }

    /** What becomes of mounts below a bind's source. */
    enum Recursion {
        /** They are seen too; under {@code ro} read-only where the kernel can. */
        ENABLED,
        /** They are not seen. */
        DISABLED,
        /** They are seen too, and stay writable even under {@code ro}. */
        WRITABLE,
        /** They are seen too, and read-only as well or it is refused. */
        READONLY
    }

    /**
     * A file or directory of the host.
     *
     * @param source      its path; relative to the caller's directory if it is not absolute
     * @param destination where it is seen inside
     * @param options     mount options
     * @param recursion   what becomes of mounts below the source
     * @param create      whether a missing source is made as a directory, as {@code -v} does and {@code --mount} does not
     */
    record Bind(String source, String destination, List<String> options, Recursion recursion, boolean create)
            implements VolumeSpec {
        /** Copies the options. */
        public Bind {
            options = List.copyOf(options);
        }
    }

    /**
     * A file system in memory.
     *
     * @param destination where it is seen inside
     * @param options     mount options and tmpfs(5)'s own, without size and mode
     * @param size        at most so much; {@link Bytes#UNLIMITED} leaves it to the kernel, which gives half the memory
     * @param mode        the root's permission bits, 0 to 07777
     */
    record Tmpfs(String destination, List<String> options, Bytes size, int mode) implements VolumeSpec {
        /** The mode when none is given: all may write, only owners delete. */
        public static final int DEFAULT_MODE = 01777;

        /** Copies the options. */
        public Tmpfs {
            options = List.copyOf(options);
        }
    }

    /**
     * A volume that Alcove keeps.
     *
     * @param name        its name; empty: anonymous, made for this container
     * @param destination where it is seen inside
     * @param options     mount options
     * @param copy        whether a new volume is filled with what the image has there
     */
    record Named(String name, String destination, List<String> options, boolean copy) implements VolumeSpec {
        /** Copies the options. */
        public Named {
            options = List.copyOf(options);
        }
    }

    /**
     * Reads {@code -v}: {@code SOURCE:DESTINATION[:OPTIONS]}, or {@code DESTINATION} alone for an anonymous volume. A source
     * with a slash, or beginning with a dot, is a path; any other is a volume's name. SELinux's {@code z} and {@code Z} are
     * taken and kept.
     *
     * @throws SpecException naming what is wrong
     */
    static VolumeSpec parse(String text) {
        return VolumeText.volume("-v", text);
    }

    /**
     * Reads {@code --mount}: {@code type=bind|tmpfs|volume,source=…,target=…,…} in CSV.
     *
     * @throws SpecException naming the key that is wrong
     */
    static VolumeSpec parseMount(String text) {
        return MountText.mount(text);
    }

    /**
     * Reads {@code --tmpfs}: {@code /PATH[:OPTIONS]}, as {@code /run:size=64m,mode=1777,noexec}.
     *
     * @throws SpecException naming the option that is wrong
     */
    static Tmpfs parseTmpfs(String text) {
        return VolumeText.tmpfs("--tmpfs", text);
    }
}
