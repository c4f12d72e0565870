package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import dev.alcove.linux.CgroupController;
import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.CgroupLimits;
import dev.alcove.linux.CgroupWrites;
import dev.alcove.spec.LinuxNamespace;
import dev.alcove.spec.OciHooks;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** Puts the {@link StandingProgram} of a container into its folder, if one can be made of it. */
final class StandingCommands {
    /** What a pipe takes whole: of what was printed in part nobody could print the rest. */
    private static final int MOST_PRINTED = 4096;

    private final Path folder;
    private final OciRecord record;
    private final OciSpec config;

    private final long identity;

    StandingCommands(Path folder, OciRecord record, OciSpec config, long identity) {
        this.folder = folder;
        this.record = record;
        this.config = config;
        this.identity = identity;
    }

    /** A failure is none: what is not there, or not whole, is not used. */
    void write(StandingProgram.States states) {
        if (record.group().isEmpty()
                || isLong(states.created())
                || isLong(states.running())
                || isLong(states.paused())
                || isLong(states.stopped())) {
            return;
        }
        try {
            FileVersion version = FileVersion.of(folder.resolve(OciRecord.FILE));
            byte[] program = ProgramEncoder.encode(StandingProgram.of(Arch.host(), facts(states, version)));
            // What is cut off is no program: the first to look at it sees that.
            try (FileChannel out = FileChannel.open(
                    folder.resolve(StandingProgram.FILE),
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                ByteBuffer bytes = ByteBuffer.wrap(program);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            // A full disk, or a group that is not made by us: a JVM does it all.
            return;
        }
    }

    private static boolean isLong(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length > MOST_PRINTED || text.indexOf('\0') >= 0;
    }

    private StandingProgram.Facts facts(StandingProgram.States states, FileVersion version) throws IOException {
        CgroupLayout layout = record.unit().isEmpty() ? ThisProcess.cgroups() : CgroupLayout.read(record.group());
        CgroupWrites group = CgroupWrites.plan(layout, record.group(), CgroupLimits.none());
        Optional<CgroupHierarchy> freezer = layout.of(CgroupController.FREEZER).filter(h -> h.writable(record.group()));
        boolean unified = freezer.isPresent() && freezer.get().unified();
        OciHooks hooks = config.hooks();
        return new StandingProgram.Facts(
                version,
                Files.readString(Path.of(StandingProgram.BOOT)).strip(),
                record.pid(),
                identity,
                hooks == null
                        || (hooks.startContainer().isEmpty()
                                && hooks.poststart().isEmpty()),
                // systemd is asked by Java.
                record.unit().isEmpty() && !OciContainer.endsInJava(config),
                ownPids(),
                group.remove(),
                freezer.map(h -> h.directory(record.group()) + (unified ? "/cgroup.freeze" : "/freezer.state")),
                unified,
                record.id(),
                states);
    }

    private boolean ownPids() {
        OciLinux linux = config.linux();
        if (linux != null) {
            for (LinuxNamespace namespace : linux.namespaces()) {
                if (namespace.type().equals("pid")) {
                    return namespace.path().isEmpty();
                }
            }
        }
        return false;
    }
}
