package dev.alcove.cli;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerBuilder.Room;
import dev.alcove.spec.HostEntry;
import dev.alcove.spec.Hostname;
import dev.alcove.spec.NamespaceMode;
import dev.alcove.spec.NetworkFlag;
import dev.alcove.spec.Sysctl;
import dev.alcove.spec.TimeOffset;
import java.nio.file.Path;
import java.util.Optional;

/** The flags about namespaces and what is in them. */
final class RoomFlags {
    /** Digits of an id that are enough for people. */
    static final int SHORT_ID = 12;

    private RoomFlags() {}

    static void apply(Shell shell, Arguments arguments, NetworkWish network, ContainerBuilder builder) {
        boolean ownIpc = true;
        boolean ownUts = true;
        for (dev.alcove.spec.NamespaceKind kind : dev.alcove.spec.NamespaceKind.values()) {
            NamespaceMode mode;
            if (kind == dev.alcove.spec.NamespaceKind.NETWORK) {
                mode = network.first() instanceof NetworkFlag.Room chosen ? chosen.mode() : new NamespaceMode.Own();
            } else {
                Optional<String> text = arguments.value(kind.flag().substring(2));
                if (text.isEmpty()) {
                    continue;
                }
                mode = NamespaceMode.parse(kind, text.get());
            }
            NamespaceKind room = kernelKind(kind);
            builder.room(room, room(shell, kind, room, mode));
            boolean own = isOwn(mode);
            switch (kind) {
                case IPC -> {
                    ownIpc = own;
                    if (mode instanceof NamespaceMode.None) {
                        builder.shm(-1);
                    }
                }
                case UTS -> ownUts = own;
                default -> {}
            }
        }
        for (String text : arguments.all("sysctl")) {
            Sysctl sysctl = Sysctl.parse(text);
            sysctl.check(ownIpc, network.isOwn(), ownUts);
            builder.sysctl(sysctl.key(), sysctl.value());
        }
        names(arguments, network, builder, ownUts);
        for (String text : arguments.all("time-offset")) {
            builder.timeOffset(TimeOffset.parse(text));
        }
    }

    private static void names(Arguments arguments, NetworkWish network, ContainerBuilder builder, boolean ownUts) {
        if (ownUts) {
            builder.environment().put("HOSTNAME", builder.id().substring(0, SHORT_ID));
        }
        for (String flag : new String[] {"hostname", "domainname"}) {
            Optional<String> text = arguments.value(flag);
            if (text.isEmpty()) {
                continue;
            }
            String name = Hostname.parse("--" + flag, text.get()).text();
            if (!ownUts) {
                throw new UsageException("run", "--" + flag + ": cannot be set where --uts shares another's names");
            }
            if (flag.equals("hostname")) {
                builder.hostname(name);
                builder.environment().put("HOSTNAME", name);
            } else {
                builder.domainname(name);
            }
        }
        for (HostEntry entry : network.hosts()) {
            // One on networks has a file of theirs.
            entry.address().ifPresent(address -> builder.host(entry.name(), address.getHostAddress()));
        }
    }

    /** Whether it is the container's own. */
    static boolean isOwn(NamespaceMode mode) {
        return mode instanceof NamespaceMode.Own
                || mode instanceof NamespaceMode.Shareable
                || mode instanceof NamespaceMode.None;
    }

    private static Room room(Shell shell, dev.alcove.spec.NamespaceKind kind, NamespaceKind room, NamespaceMode mode) {
        if (mode instanceof NamespaceMode.Host) {
            return new Room.Host();
        }
        if (mode instanceof NamespaceMode.Path path) {
            return new Room.Joined(NamespaceFiles.checked(kind, room, Path.of(path.path())));
        }
        if (mode instanceof NamespaceMode.Pinned pinned) {
            return new Room.Joined(NamespaceFiles.ofPin(shell, kind, room, pinned.name()));
        }
        if (mode instanceof NamespaceMode.Container container) {
            return new Room.Joined(NamespaceFiles.ofContainer(shell, kind, room, container.reference()));
        }
        return new Room.Own();
    }

    private static NamespaceKind kernelKind(dev.alcove.spec.NamespaceKind kind) {
        return switch (kind) {
            case NETWORK -> NamespaceKind.NET;
            case PID -> NamespaceKind.PID;
            case IPC -> NamespaceKind.IPC;
            case UTS -> NamespaceKind.UTS;
            case USER -> NamespaceKind.USER;
            case CGROUP -> NamespaceKind.CGROUP;
        };
    }
}
