package dev.alcove.cli;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerBuilder.Room;
import dev.alcove.spec.HostEntry;
import dev.alcove.spec.Hostname;
import dev.alcove.spec.NamespaceMode;
import dev.alcove.spec.Sysctl;
import dev.alcove.spec.TimeOffset;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Optional;

/** The flags about namespaces and what is in them. */
final class RoomFlags {
    /** Digits of an id that are enough for people. */
    static final int SHORT_ID = 12;

    private RoomFlags() {}

    static void apply(Shell shell, Arguments arguments, ContainerBuilder builder) {
        boolean ownNetwork = true;
        boolean ownIpc = true;
        boolean ownUts = true;
        for (dev.alcove.spec.NamespaceKind kind : dev.alcove.spec.NamespaceKind.values()) {
            Optional<String> text = arguments.value(kind.flag().substring(2));
            if (text.isEmpty()) {
                continue;
            }
            if (kind == dev.alcove.spec.NamespaceKind.NETWORK) {
                NotYet.refuseNetwork(text.get());
            }
            NamespaceMode mode = NamespaceMode.parse(kind, text.get());
            NamespaceKind room = kernelKind(kind);
            builder.room(room, room(shell, kind, room, mode));
            boolean own = isOwn(mode);
            switch (kind) {
                case NETWORK -> ownNetwork = own;
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
            sysctl.check(ownIpc, ownNetwork, ownUts);
            builder.sysctl(sysctl.key(), sysctl.value());
        }
        names(arguments, builder, ownUts);
        for (String text : arguments.all("time-offset")) {
            builder.timeOffset(TimeOffset.parse(text));
        }
    }

    private static void names(Arguments arguments, ContainerBuilder builder, boolean ownUts) {
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
        for (String text : arguments.all("add-host")) {
            HostEntry entry = HostEntry.parse(text);
            InetAddress address = entry.address()
                    .orElseThrow(() -> new UsageException(
                            "run", "--add-host: host-gateway means the gateway of a network, and the container has none"));
            builder.host(entry.name(), address.getHostAddress());
        }
    }

    private static boolean isOwn(NamespaceMode mode) {
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
