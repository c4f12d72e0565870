package dev.alcove.oci;

import dev.alcove.runtime.OciCheckpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code checkpoint} and {@code restore} ask of criu(8).
 *
 * @param images        directory of the image files, absolute; {@code checkpoint} in the caller's directory by default
 * @param work          directory of work files and logs, absolute
 * @param parent        directory of an earlier pre-dump, as criu has it: relative to the images
 * @param leaveRunning  whether the processes go on afterwards
 * @param preDump       whether only memory is dumped
 * @param tcp           whether open TCP connections are allowed
 * @param skipInFlight  whether TCP connections that are not yet established are passed over
 * @param linkRemap     whether a deleted file that is open gets a name again
 * @param unixSockets   whether sockets to processes outside are allowed
 * @param shellJob      whether the processes may be a job of a shell outside
 * @param lazyPages     whether pages come when they are used
 * @param fileLocks     whether locks of files are kept
 * @param autoDedup     whether pages that are in an earlier dump are dropped
 * @param statusFd      the descriptor that gets a byte when pages can be asked for; -1 for none
 * @param pageServer    ADDRESS:PORT of a page server; empty for none
 * @param cgroupsMode   {@code soft}, {@code full} or {@code strict}; empty: soft
 * @param emptyNamespaces kinds that are made but not restored
 * @param lsmProfile    TYPE:NAME; empty: as it was
 * @param lsmMountContext a context of mounts; empty: as it was
 */
record CheckpointRequest(
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
    /** Reads the flags. */
    static CheckpointRequest of(OciContext context, FlagValues flags) {
        Path directory = context.directory();
        return new CheckpointRequest(
                directory.resolve(flags.text("image-path").orElse("checkpoint")),
                flags.text("work-path").map(directory::resolve),
                flags.text("parent-path").orElse(""),
                flags.on("leave-running"),
                flags.on("pre-dump"),
                flags.on("tcp-established"),
                flags.on("tcp-skip-in-flight"),
                flags.on("link-remap"),
                flags.on("ext-unix-sk"),
                flags.on("shell-job"),
                flags.on("lazy-pages"),
                flags.on("file-locks"),
                flags.on("auto-dedup"),
                (int) flags.number("status-fd", -1),
                flags.text("page-server").orElse(""),
                flags.text("manage-cgroups-mode").orElse(""),
                flags.texts("empty-ns"),
                flags.text("lsm-profile").orElse(""),
                flags.text("lsm-mount-context").orElse(""));
    }

    /** The same for the runtime. */
    OciCheckpoint forCriu(String program) {
        return new OciCheckpoint(
                program,
                images,
                work,
                parent,
                leaveRunning,
                preDump,
                tcp,
                skipInFlight,
                linkRemap,
                unixSockets,
                shellJob,
                lazyPages,
                fileLocks,
                autoDedup,
                statusFd,
                pageServer,
                cgroupsMode,
                emptyNamespaces,
                lsmProfile,
                lsmMountContext);
    }
}
