package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What create and run of an OCI runtime are asked for.
 *
 * @param id            the container's id
 * @param bundle        the bundle's folder
 * @param consoleSocket the listening socket that gets the terminal's master
 * @param pidfdSocket   the listening socket that gets a pidfd of the first process
 * @param pidFile       where the pid is written
 * @param preserved     how many of the caller's descriptors from 3 on the container keeps
 * @param keyring       whether it gets a session keyring of its own
 * @param foreground    whether the caller waits for its end
 * @param keep          whether its folder stays when its end was waited for
 * @param pivot         whether pivot_root(2) may be used
 * @param groups        whether it gets control groups
 * @param terminal      takes the terminal's master where no socket does
 */
public record OciRequest(
        String id,
        Path bundle,
        Optional<Path> consoleSocket,
        Optional<Path> pidfdSocket,
        Optional<Path> pidFile,
        int preserved,
        boolean keyring,
        boolean foreground,
        boolean keep,
        boolean pivot,
        CgroupDriver groups,
        Optional<Consumer<Fd>> terminal) {
    /** Nothing but an id and a bundle. */
    public static OciRequest of(String id, Path bundle) {
        return new OciRequest(
                id,
                bundle,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                true,
                false,
                true,
                true,
                CgroupDriver.CGROUPFS,
                Optional.empty());
    }
}
