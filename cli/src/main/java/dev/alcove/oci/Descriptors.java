package dev.alcove.oci;

import dev.alcove.runtime.ContainerException;

/** The flag --preserve-fds. */
final class Descriptors {
    /** More than a process can have open, whatever its limit; fs.nr_open is at most that. */
    private static final int MOST = 1 << 20;

    private Descriptors() {}

    /**
     * How many descriptors are passed on.
     *
     * @throws ContainerException if it is less than none, or more than there can be
     */
    static int preserved(FlagValues flags) {
        long count = flags.number("preserve-fds", 0);
        if (count < 0 || count > MOST) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    "--preserve-fds: " + count + " is not a number of descriptors, 0 to " + MOST);
        }
        return (int) count;
    }
}
