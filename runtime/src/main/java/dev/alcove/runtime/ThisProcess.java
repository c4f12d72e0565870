package dev.alcove.runtime;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.linux.IdMap;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.Proc;
import dev.alcove.linux.ProcStatus;
import java.util.Optional;

/**
 * What does not change while this process lives, read when it is first asked for: a start reads it again and again, and
 * the kernel makes these texts anew each time.
 */
final class ThisProcess {
    private ThisProcess() {}

    /** Read by the first who asks for who we are. */
    private static final class Identity {
        static final Optional<ProcStatus> STATUS = Proc.status(Kernel.pid());
        static final boolean INITIAL_USER_NAMESPACE =
                Proc.uidMap(Kernel.pid()).map(IdMap::isWhole).orElse(false);
    }

    /** Read by the first who asks for the kernel's capabilities. */
    private static final class LastCapability {
        static final int NUMBER = Capabilities.last();
    }

    /** Read by the first who asks for control groups. */
    private static final class Groups {
        static final CgroupLayout LAYOUT = CgroupLayout.read();
    }

    /**
     * Its users, groups and capabilities: a JVM has no call that changes them for all its threads.
     *
     * @throws ContainerException if /proc does not show it
     */
    static ProcStatus status() {
        return Identity.STATUS.orElseThrow(() -> new ContainerException(
                ContainerException.Kind.UNSUPPORTED,
                "/proc does not show this process\n  likely cause: /proc is not mounted"
                        + "\n  mend: mount -t proc proc /proc"));
    }

    /** Whether its user namespace is the machine's first one: it maps all ids. */
    static boolean inInitialUserNamespace() {
        return Identity.INITIAL_USER_NAMESPACE;
    }

    /** The highest capability that this kernel knows. */
    static int lastCapability() {
        return LastCapability.NUMBER;
    }

    /** The control groups that are mounted, and where it may make more. */
    static CgroupLayout cgroups() {
        return Groups.LAYOUT;
    }
}
