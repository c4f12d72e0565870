package dev.alcove.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What checkpoint and restore of an OCI runtime ask of criu(8).
 *
 * @param program       the program, by its path or by its name in PATH
 * @param images        the folder of the image files, absolute
 * @param work          the folder of work files and the log, absolute; empty: the images'
 * @param parent        the folder of an earlier pre-dump, relative to the images; empty for none
 * @param leaveRunning  whether the processes go on after their checkpoint
 * @param preDump       whether memory alone is dumped, while they run
 * @param tcp           whether open TCP connections are kept
 * @param skipInFlight  whether TCP connections that are not yet established are passed over
 * @param linkRemap     whether a deleted file that is open gets a name again
 * @param unixSockets   whether Unix sockets to processes outside are allowed
 * @param shellJob      whether the processes may belong to a session outside
 * @param lazyPages     whether memory is moved when it is used
 * @param fileLocks     whether locks of files are kept
 * @param autoDedup     whether memory that is in an earlier dump already is left out there
 * @param statusFd      the caller's descriptor that gets a zero byte when memory can be asked for; -1 for none
 * @param pageServer    who takes the memory, {@code ADDRESS:PORT}; empty: the images
 * @param cgroupsMode   how control groups are restored: {@code soft}, {@code full}, {@code strict}, {@code ignore}; empty:
 *                      soft
 * @param emptyNamespaces kinds of namespaces that are made anew and not restored: {@code network}
 * @param lsmProfile    another security profile at the restore, {@code TYPE:NAME}; empty: the same
 * @param lsmMountContext another security context of mounts at the restore; empty: the same
 */
public record OciCheckpoint(
        String program,
        Path images,
        Optional<Path> work,
        String parent,
        boolean leaveRunning,
        boolean preDump,
        boolean tcp,
        boolean skipInFlight,
        boolean linkRemap,
        boolean unixSockets,
        boolean shellJob,
        boolean lazyPages,
        boolean fileLocks,
        boolean autoDedup,
        int statusFd,
        String pageServer,
        String cgroupsMode,
        List<String> emptyNamespaces,
        String lsmProfile,
        String lsmMountContext) {
    /** Copies the list. */
    public OciCheckpoint {
        emptyNamespaces = List.copyOf(emptyNamespaces);
    }
}
