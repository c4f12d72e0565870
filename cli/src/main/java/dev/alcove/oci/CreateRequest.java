package dev.alcove.oci;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What {@code create} and {@code run} ask for.
 *
 * @param id            the container's id; checked
 * @param bundle        the bundle's directory, absolute; not looked at yet
 * @param config        the configuration, absolute: the bundle's config.json or another
 * @param consoleSocket the socket that gets the terminal, absolute
 * @param pidfdSocket   the socket that gets the pidfd, absolute
 * @param pidFile       the file that gets the process id, absolute
 * @param pivot         whether pivot_root(2) may be used
 * @param newKeyring    whether the container gets a session keyring of its own
 * @param preserveFds   how many descriptors from 3 on the process gets, beside those of LISTEN_FDS
 * @param subreaper     whether processes that lost their parent are reaped while {@code run} waits
 */
record CreateRequest(
        String id,
        Path bundle,
        Path config,
        Optional<Path> consoleSocket,
        Optional<Path> pidfdSocket,
        Optional<Path> pidFile,
        boolean pivot,
        boolean newKeyring,
        int preserveFds,
        boolean subreaper) {
    /** Reads the flags of create, run and restore. */
    static CreateRequest of(OciContext context, OciArguments arguments) {
        FlagValues flags = arguments.flags();
        Path directory = context.directory();
        Path bundle = directory.resolve(flags.text("bundle").orElse("")).normalize();
        return new CreateRequest(
                ContainerIds.check(arguments.id()),
                bundle,
                flags.text("config").map(directory::resolve).orElseGet(() -> bundle.resolve("config.json")),
                flags.text("console-socket").map(directory::resolve),
                flags.text("pidfd-socket").map(directory::resolve),
                flags.text("pid-file").map(directory::resolve),
                !flags.on("no-pivot"),
                !flags.on("no-new-keyring"),
                Descriptors.preserved(flags),
                !flags.on("no-subreaper"));
    }
}
