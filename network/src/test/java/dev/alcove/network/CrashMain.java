package dev.alcove.network;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Flock;
import dev.alcove.linux.Pidfd;
import dev.alcove.linux.Signal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A life of networks and a container in a JVM that kills itself (SIGKILL) before one of its steps: makes a network, starts
 * a "container" on it and on the default one, connects it to a third, disconnects it, ends it, removes the networks.
 *
 * <p>It prints each step. Arguments: the state folder, the step to die before (0 for none), the container's process, the
 * lock of its monitor.
 */
final class CrashMain {
    private CrashMain() {}

    public static void main(String[] args) throws InterruptedException {
        Path root = Path.of(args[0]);
        int last = Integer.parseInt(args[1]);
        int pid = Integer.parseInt(args[2]);
        Path alive = Path.of(args[3]);
        AtomicInteger step = new AtomicInteger();
        Networks networks = Networks.at(root, HostNetwork.current(), what -> {
            System.out.println(what);
            System.out.flush();
            if (step.incrementAndGet() == last) {
                Pidfd.open((int) ProcessHandle.current().pid()).orElseThrow().send(Signal.KILL);
            }
        });
        networks.create(new NetworkRequest(
                "web", NetworkConfig.Driver.BRIDGE, List.of(), true, false, Map.of("mtu", "1400"), Map.of()));
        networks.create(NetworkRequest.bridge("third"));
        PlugRequest request = new PlugRequest(
                "c1",
                "one",
                "one",
                List.of(
                        JoinRequest.of("web"),
                        new JoinRequest(
                                NetworkConfig.DEFAULT,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                List.of("alias"),
                                List.of(Cidr.parse("169.254.7.7/16")))),
                List.of(),
                List.of(),
                ResolverOptions.hosts(),
                List.of(),
                alive);
        try (Plug plug = networks.plug(request)) {
            plug.connect(pid);
            try (Flock monitor = Flock.exclusive(alive)) {
                if (!monitor.fd().isOpen()) {
                    throw new AssertionError();
                }
                plug.started();
                PlugRequest more = new PlugRequest(
                        "c1",
                        "one",
                        "one",
                        List.of(JoinRequest.of("third")),
                        List.of(),
                        List.of(),
                        ResolverOptions.hosts(),
                        List.of(),
                        alive);
                networks.connect(more, pid);
                networks.disconnect("c1", pid, "web");
            }
        }
        networks.remove("web");
        networks.remove("third");
        networks.remove(NetworkConfig.DEFAULT);
    }
}
