package dev.alcove.runtime;

import dev.alcove.linux.Arch;
import dev.alcove.linux.CgroupController;
import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.CgroupLimits;
import dev.alcove.linux.CgroupWrites;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FileIo;
import dev.alcove.linux.FileVersion;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Open;
import dev.alcove.linux.Pidfd;
import dev.alcove.spec.LinuxNamespace;
import dev.alcove.spec.OciHooks;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** Puts the {@link StandingProgram} of a container into its folder, if one can be made of it. */
final class StandingCommands {
    /** What a pipe takes whole: of what was printed in part nobody could print the rest. */
    private static final int MOST_PRINTED = 4096;

    private final Path folder;
    private final OciRecord record;
    private final OciSpec config;

    StandingCommands(Path folder, OciRecord record, OciSpec config) {
        this.folder = folder;
        this.record = record;
        this.config = config;
    }

    /** A failure is none: what is not there, or not whole, is not used. */
    void write(StandingProgram.States states) {
        if (isLong(states.created())
                || isLong(states.running())
                || isLong(states.paused())
                || isLong(states.stopped())) {
            return;
        }
        try (Fd directory = Open.path().directory().at(folder)) {
            OptionalLong identity = identity();
            FileVersion version = FileVersion.find(directory, OciRecord.FILE).orElse(null);
            if (identity.isEmpty() || version == null) {
                return;
            }
            byte[] program = ProgramEncoder.encode(
                    StandingProgram.of(Arch.host(), facts(states, version, identity.getAsLong())));
            try (Fd file = Open.write().create(0600).exclusive().noFollow().at(directory, StandingProgram.FILE)) {
                FileIo.writeAll(file, program);
            }
        } catch (LinuxException | IllegalArgumentException e) {
            // A full disk, or a group that is not made by us: a JVM does it all.
            return;
        }
    }

    private static boolean isLong(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length > MOST_PRINTED || text.indexOf('\0') >= 0;
    }

    /** What tells the first process from any later one: without Linux 6.9 all processes have the same. */
    private OptionalLong identity() {
        try (Pidfd first = Pidfd.open(record.pid()).orElse(null);
                Pidfd self = Pidfd.open(Kernel.pid()).orElse(null)) {
            if (first == null || self == null) {
                return OptionalLong.empty();
            }
            long number = FileVersion.of(first.fd()).inode().number();
            return number == FileVersion.of(self.fd()).inode().number()
                    ? OptionalLong.empty()
                    : OptionalLong.of(number);
        }
    }

    private StandingProgram.Facts facts(StandingProgram.States states, FileVersion version, long identity) {
        CgroupLayout layout = ThisProcess.cgroups();
        CgroupWrites group = CgroupWrites.plan(layout, record.group(), CgroupLimits.none());
        Optional<CgroupHierarchy> freezer = layout.of(CgroupController.FREEZER).filter(h -> h.writable(record.group()));
        boolean unified = freezer.isPresent() && freezer.get().unified();
        OciHooks hooks = config.hooks();
        return new StandingProgram.Facts(
                version,
                record.pid(),
                identity,
                hooks == null
                        || (hooks.startContainer().isEmpty()
                                && hooks.poststart().isEmpty()),
                hooks == null || hooks.poststop().isEmpty(),
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
