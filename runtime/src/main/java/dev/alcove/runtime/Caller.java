package dev.alcove.runtime;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.CgroupController;
import dev.alcove.linux.ProcStatus;
import dev.alcove.linux.SubIds;
import dev.alcove.linux.UserDatabase;
import dev.alcove.spec.LinuxIdMapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Who starts the container, and what that gives by default: ids to map, devices to limit, the resolver to use. */
final class Caller {
    /** As many ids as a system's users and groups need, nobody included. */
    private static final long RANGE = 65536;

    /** Above what useradd gives to users and to their ranges. */
    private static final long UNUSED = 0x7000_0000L;

    private final ProcStatus status;

    private Caller(ProcStatus status) {
        this.status = status;
    }

    static Caller read() {
        return new Caller(ThisProcess.status());
    }

    /** Whether namespaces can be made without a user namespace. */
    boolean privileged() {
        return status.capabilities().effective().contains(Capability.SYS_ADMIN);
    }

    /** The caller's effective user. */
    long uid() {
        return status.uids().get(1);
    }

    /** What can be given to a container without a user namespace of its own. */
    Set<Capability> capabilities() {
        return status.capabilities().effective();
    }

    Set<Capability> known() {
        return Capabilities.known();
    }

    /** Whether there is a devices controller that the caller may use. */
    boolean limitsDevices() {
        return privileged()
                && ThisProcess.cgroups().of(CgroupController.DEVICES).isPresent();
    }

    /**
     * Whether it can give a container users that are nobody else's: root of the machine, where user namespaces may be made.
     */
    boolean hasUnusedIds() {
        Set<Capability> own = capabilities();
        return privileged()
                && own.contains(Capability.SETUID)
                && own.contains(Capability.SETGID)
                && ThisProcess.inInitialUserNamespace()
                && !text("/proc/sys/user/max_user_namespaces").strip().equals("0");
    }

    List<LinuxIdMapping> uidMappings() {
        return mappings("/etc/subuid", status.uids().get(1));
    }

    List<LinuxIdMapping> gidMappings() {
        return mappings("/etc/subgid", status.gids().get(1));
    }

    /**
     * For root a range that is nobody else's. For others root inside is the caller outside; what lies above comes from
     * the caller's ranges, if there are any and newuidmap and newgidmap, which alone may map them, are installed.
     */
    private List<LinuxIdMapping> mappings(String file, long own) {
        List<LinuxIdMapping> all = new ArrayList<>();
        if (privileged() && ThisProcess.inInitialUserNamespace()) {
            all.add(new LinuxIdMapping(0, rangeOfRoot(file), RANGE));
            return all;
        }
        all.add(new LinuxIdMapping(0, own, 1));
        if (onPath("newuidmap").isEmpty() || onPath("newgidmap").isEmpty()) {
            return all;
        }
        long uid = status.uids().get(1);
        String name = UserDatabase.parse(text("/etc/passwd"), "")
                .user(uid)
                .map(UserDatabase.User::name)
                .orElse("");
        long inside = 1;
        for (SubIds.Range r : SubIds.parse(text(file), name, uid).ranges()) {
            all.add(new LinuxIdMapping(inside, r.first(), r.count()));
            inside += r.count();
        }
        return all;
    }

    /** The first range of {@code alcove} or {@code root} that is large enough; without one, ids that nobody is given. */
    private static long rangeOfRoot(String file) {
        String text = text(file);
        for (String name : new String[] {"alcove", "root"}) {
            for (SubIds.Range r : SubIds.parse(text, name, 0).ranges()) {
                if (r.count() >= RANGE) {
                    return r.first();
                }
            }
        }
        return UNUSED;
    }

    /** Where a program is that PATH leads to. */
    static Optional<Path> onPath(String program) {
        String path = System.getenv().getOrDefault("PATH", Defaults.PATH);
        for (int from = 0; from <= path.length(); ) {
            int colon = path.indexOf(':', from);
            int to = colon < 0 ? path.length() : colon;
            if (to > from) {
                Path found = Path.of(path.substring(from, to), program);
                if (Files.isExecutable(found)) {
                    return Optional.of(found);
                }
            }
            from = to + 1;
        }
        return Optional.empty();
    }

    /** The host's resolver configuration, for a container that uses the host's network. */
    String resolvConf() {
        return text("/etc/resolv.conf");
    }

    private static String text(String file) {
        Path path = Path.of(file);
        if (!Files.isReadable(path)) {
            return "";
        }
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new ContainerException(ContainerException.Kind.INTERNAL, "cannot read " + file, e);
        }
    }
}
