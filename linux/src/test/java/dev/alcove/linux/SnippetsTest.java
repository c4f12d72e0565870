package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of this module's documentation, which shows them from here: compiled, and run. */
class SnippetsTest {
    @TempDir
    Path folder;

    @Test
    void aControlGroup() {
        String name = "alcove-test-snippet-" + Kernel.pid();
        boolean may = CgroupLayout.read()
                .of(CgroupController.MEMORY)
                .filter(h -> h.writable(name))
                .isPresent();
        assumeTrue(may, "needs the memory controller, and root over its groups");
        try {
            // @start region="cgroup"
            Cgroup group = Cgroup.of(CgroupLayout.read(), name);
            group.create(CgroupLimits.builder().memory(256L << 20).build());
            System.out.println(group.stats().memory());
            // @end
            assertThat(group.stats().memory().orElseThrow().limit()).hasValue(256L << 20);
        } finally {
            Cgroup.of(CgroupLayout.read(), name).remove();
        }
    }

    @Test
    void whereTheGroupsAre() {
        // @start region="layout"
        CgroupLayout layout = CgroupLayout.read();
        layout.of(CgroupController.MEMORY).ifPresent(h -> System.out.println(h.directory("alcove/web")));
        // @end
        assertThat(layout.mode()).isNotNull();
    }

    @Test
    void limits() {
        // @start region="limits"
        CgroupLimits limits = CgroupLimits.builder()
                .memory(256L << 20)
                .pids(64)
                .cpuQuota(50_000)
                .build();
        // @end
        assertThat(limits.pids()).hasValue(64);
    }

    @Test
    void aLock() {
        Path stateFolder = folder;
        // @start region="flock"
        try (Flock lock = Flock.exclusive(stateFolder.resolve("lock"))) {
            // nobody else changes the state
        }
        // @end
        assertThat(stateFolder.resolve("lock")).exists();
    }

    @Test
    void aFileSystem() throws IOException {
        Needs.root();
        long mounted = NamespaceThread.create().unshare(NamespaceKind.MOUNT).call(() -> {
            try (Fd target = Open.path().directory().at(folder)) {
                // @start region="tmpfs"
                try (FsContext tmpfs = FsContext.open("tmpfs");
                        DetachedMount mount =
                                tmpfs.string("size", "64k").create().mount(MountAttribute.NODEV)) {
                    MountChange.create() // @start region="change"
                            .set(MountAttribute.READ_ONLY)
                            .recursive()
                            .apply(mount.fd()); // @end region="change"
                    mount.attach(target);
                }
                // @end region="tmpfs"
                return MountInfo.parse(Files.readString(Path.of("/proc/thread-self/mountinfo"))).stream()
                        .filter(m -> m.mountPoint().equals(folder.toString()))
                        .filter(MountInfo::isReadOnly)
                        .count();
            }
        });
        assertThat(mounted).isEqualTo(1);
    }

    @Test
    void aPortInANetwork() throws IOException {
        Needs.root();
        int pid = Kernel.pid();
        try (ServerSocket socket = inside(pid)) {
            assertThat(socket.isBound()).isTrue();
        }
    }

    private static ServerSocket inside(int pid) throws IOException {
        // @start region="namespace"
        try (Namespace net = Namespace.of(NamespaceKind.NET, pid).orElseThrow()) {
            return NamespaceThread.create().join(net).call(() -> new ServerSocket(0));
        }
        // @end
    }

    @Test
    void aBridge() throws Exception {
        Needs.root();
        try (NetworkNamespaceThread room = new NetworkNamespaceThread("snippets")) {
            room.call(() -> {
                // @start region="netlink"
                try (Netlink net = Netlink.open()) {
                    Link bridge = net.links().addBridge(NewLink.named("alcove0").mtu(1500));
                    net.addresses().add(bridge, Cidr.parse("10.88.0.1/24"));
                    net.links().up(bridge);
                }
                // @end
                InetAddress gateway = InetAddress.ofLiteral("10.88.0.2");
                try (Netlink net = Netlink.open();
                        Namespace here = Namespace.ofThread(NamespaceKind.NET).orElseThrow()) {
                    Link link = net.links().find("alcove0").orElseThrow();
                    // @start region="route"
                    Route out = Route.byDefault(gateway);
                    Route direct = Route.to(Cidr.parse("10.1.0.0/16")).dev(link);
                    // @end
                    net.routes().add(out);
                    net.routes().add(direct);
                    assertThat(net.routes().list())
                            .anyMatch(r -> r.destination().equals(Cidr.parse("10.1.0.0/16")));
                    Fd namespace = here.fd();
                    // @start region="link"
                    NewLink eth0 = NewLink.named("eth0")
                            .mac(Mac.parse("02:00:00:00:00:02"))
                            .mtu(1500)
                            .in(namespace);
                    // @end
                    net.links().addVeth(NewLink.named("outside"), eth0);
                    assertThat(net.links().find("eth0").orElseThrow().mtu()).isEqualTo(1500);
                }
                return true;
            });
        }
    }

    @Test
    void aPathThatStaysInside() throws IOException {
        Path rootfs = Files.createDirectories(folder.resolve("rootfs"));
        Files.createDirectory(rootfs.resolve("etc"));
        Files.createSymbolicLink(rootfs.resolve("proc"), Path.of("/etc"));
        // @start region="open"
        // Whatever links the root file system holds, this is a directory inside it.
        try (Fd root = Open.path().directory().at(rootfs);
                Fd proc = Open.path().directory().resolve(Resolve.IN_ROOT).at(root, "proc")) {
            System.out.println(FileStat.of(proc).inode());
            // @end
            assertThat(FileStat.of(proc).inode())
                    .isEqualTo(
                            FileStat.find(rootfs.resolve("etc")).orElseThrow().inode());
        }
    }

    @Test
    void theEndOfAProcess() throws Exception {
        Path program = Path.of("/bin/true");
        CompletableFuture<Boolean> exited = new CompletableFuture<>();
        try (Fd file = Open.read().at(program)) {
            Child child = Spawn.spawn(file, List.of("true"), List.of(), Map.of());
            try (Pidfd process = Pidfd.open(child.pid()).orElseThrow()) {
                Fd pidfd = process.fd();
                // @start region="poller"
                try (Poller poller = new Poller("alcove-poller")) {
                    poller.register(pidfd, () -> exited.complete(true));
                    exited.get(30, TimeUnit.SECONDS); // @replace regex="30, TimeUnit.SECONDS" replacement=""
                }
                // @end
            }
            assertThat(child.reap().status()).isZero();
        }
    }

    @Test
    void aFilter() {
        // @start region="seccomp"
        var policy = SeccompPolicy.denying(Errno.EPERM)
                .with(new SeccompRule(List.of("read", "write", "exit_group"), SeccompOutcome.of(SeccompAction.ALLOW)));
        SeccompFilter filter = new SeccompCompiler(Arch.host()).compile(policy);
        System.out.println(filter.disassembly());
        // @end
        assertThat(filter.length()).isPositive();
    }

    @Test
    void aTerminal() {
        // @start region="terminal"
        Fd in = Fd.standard(0);
        if (Terminal.isTerminal(in)) {
            try (Terminal.Raw raw = Terminal.raw(in)) {
                // every key comes as it is pressed, Ctrl-C too
            }
        }
        // @end
        assertThat(Terminal.isTerminal(in)).isEqualTo(Terminal.size(in).isPresent());
    }
}
