package dev.alcove.lens;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.DetachedMount;
import dev.alcove.linux.Fd;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.Mounts;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Open;
import dev.alcove.runtime.ContainerStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps a namespace alive, each in turn, with namespaces of the test's own. */
class LensTest {
    @TempDir
    Path folder;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void end() throws InterruptedException {
        for (Process process : processes) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    private static void needsRoot() {
        boolean root = Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN);
        if (!root) {
            System.out.println("skipped: needs CAP_SYS_ADMIN (run the tests as root)");
        }
        Assumptions.assumeTrue(root, "needs CAP_SYS_ADMIN (run the tests as root)");
    }

    private Snapshot look() {
        return Lens.look(ContainerStore.at(folder.resolve("state")));
    }

    /** Starts a program that says a line when it is where it is to be, and then waits for the end of its input. */
    private Process start(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        BufferedReader output = process.inputReader();
        assertThat(output.readLine()).isEqualTo("ready");
        return process;
    }

    private static SeenNamespace one(Snapshot now, int pid, NamespaceKind kind) {
        return now.of(pid).stream().filter(ns -> ns.kind() == kind).findFirst().orElseThrow();
    }

    private static Namespace newNetwork() {
        return NamespaceThread.create()
                .unshare(NamespaceKind.NET)
                .call(() -> Namespace.ofThread(NamespaceKind.NET).orElseThrow());
    }

    @Test
    void itsOwnAreThereWithThisProcess() {
        Snapshot now = look();
        int self = Kernel.pid();
        assertThat(now.of(self)).extracting(SeenNamespace::kind).containsExactly(NamespaceKind.values());
        for (SeenNamespace ns : now.of(self)) {
            assertThat(Namespace.identity(ns.kind(), self).orElseThrow().number())
                    .isEqualTo(ns.number());
            assertThat(ns.pins()).contains(new Pin.Member(ns.first().orElseThrow()));
            assertThat(ns.command()).isNotEmpty();
            assertThat(now.find(ns.number())).contains(ns);
        }
    }

    @Test
    void processesThatEndMeanwhileAreNoFailure() throws Exception {
        Thread ends = new Thread(() -> {
            try {
                for (int i = 0; i < 200; i++) {
                    new ProcessBuilder("true").start().waitFor();
                }
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        ends.start();
        int looks = 0;
        do {
            look();
            looks++;
        } while (ends.isAlive());
        ends.join();
        assertThat(looks).isPositive();
    }

    @Test
    void oneThatOnlyADescriptorKeeps() {
        needsRoot();
        try (Namespace net = newNetwork()) {
            SeenNamespace seen = look().find(net.identity().number()).orElseThrow();
            assertThat(seen.kind()).isEqualTo(NamespaceKind.NET);
            assertThat(seen.members()).isEmpty();
            assertThat(seen.command()).isEmpty();
            assertThat(seen.pins()).singleElement().isInstanceOfSatisfying(Pin.Descriptor.class, pin -> {
                assertThat(pin.pid()).isEqualTo(Kernel.pid());
                assertThat(link(pin)).isEqualTo(net.toString());
            });
            assertThat(seen.ownerUid()).hasValue(0);
            assertThat(seen.owner())
                    .hasValue(Namespace.identity(NamespaceKind.USER, Kernel.pid())
                            .orElseThrow()
                            .number());
            assertThat(seen.parent()).isEmpty();
        }
    }

    @Test
    void oneThatOnlyASocketKeeps() throws IOException {
        needsRoot();
        long[] number = {0};
        NamespaceThread inside = NamespaceThread.create().unshare(NamespaceKind.NET);
        try (ServerSocket socket = inside.call(() -> {
            number[0] = ownNetwork();
            return new ServerSocket(0);
        })) {
            assertThat(socket.isBound()).isTrue();
            SeenNamespace seen = look().find(number[0]).orElseThrow();
            assertThat(seen.kind()).isEqualTo(NamespaceKind.NET);
            assertThat(seen.members()).isEmpty();
            assertThat(seen.pins()).singleElement().isInstanceOfSatisfying(Pin.Socket.class, pin -> {
                assertThat(pin.pid()).isEqualTo(Kernel.pid());
                assertThat(pin.text()).isEqualTo("socket " + pin.number() + " of process " + Kernel.pid());
            });
            assertThat(seen.owner())
                    .hasValue(Namespace.identity(NamespaceKind.USER, Kernel.pid())
                            .orElseThrow()
                            .number());
            assertThat(seen.ownerUid()).hasValue(0);
            // Its interfaces can be looked at too: it is entered by the socket.
            assertThat(NetworkInterface.of(look(), seen).orElseThrow())
                    .singleElement()
                    .satisfies(lo -> assertThat(lo.link().name()).isEqualTo("lo"));
        }
        assertThat(look().find(number[0])).isEmpty();
    }

    private static long ownNetwork() {
        try (Namespace own = Namespace.ofThread(NamespaceKind.NET).orElseThrow()) {
            return own.identity().number();
        }
    }

    private static String link(Pin.Descriptor pin) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pin.pid() + "/fd/" + pin.number()))
                    .toString();
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void oneThatOnlyABindMountKeeps() throws IOException {
        needsRoot();
        Path file = Files.createFile(folder.resolve("a net"));
        long number;
        try (Namespace net = newNetwork();
                Fd place = Open.path().at(file);
                DetachedMount mount = DetachedMount.copyOf(net.fd(), false)) {
            number = net.identity().number();
            mount.attach(place);
        }
        try {
            SeenNamespace seen = look().find(number).orElseThrow();
            long here = Namespace.identity(NamespaceKind.MOUNT, Kernel.pid())
                    .orElseThrow()
                    .number();
            assertThat(seen.members()).isEmpty();
            assertThat(seen.pins()).contains(new Pin.BindMount(here, file.toString()));
            assertThat(seen.pins()).allMatch(pin -> pin instanceof Pin.BindMount);
            assertThat(seen.owner()).isPresent();
        } finally {
            assertThat(Mounts.unmount(file)).isTrue();
        }
        assertThat(look().find(number)).isEmpty();
    }

    @Test
    void oneThatAThreadIsIn() {
        needsRoot();
        NamespaceThread.create().unshare(NamespaceKind.UTS).call(() -> {
            long number;
            try (Namespace own = Namespace.ofThread(NamespaceKind.UTS).orElseThrow()) {
                number = own.identity().number();
            }
            SeenNamespace seen = look().find(number).orElseThrow();
            assertThat(seen.members()).isEmpty();
            assertThat(seen.pins())
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Pin.LoneThread.class, pin -> assertThat(pin.pid()).isEqualTo(Kernel.pid()));
            return seen;
        });
    }

    @Test
    void aProcessAndItsUserAndPidNamespaces() throws IOException {
        needsRoot();
        // The shell in between is a member of the middle user namespace alone, and stays.
        Process process = start(
                "unshare",
                "--user",
                "--map-root-user",
                "--fork",
                "--pid",
                "--kill-child",
                "sh",
                "-c",
                "unshare --user --map-root-user --pid --fork --kill-child sh -c 'echo ready; read line'; exit");
        Snapshot now = look();
        long self = process.pid();
        List<Integer> below = new ArrayList<>();
        ProcessHandle.of(self).orElseThrow().descendants().forEach(p -> below.add((int) p.pid()));
        assertThat(below).hasSize(3);
        int inner = below.stream().mapToInt(Integer::intValue).max().getAsInt();
        SeenNamespace innerUser = one(now, inner, NamespaceKind.USER);
        SeenNamespace innerPid = one(now, inner, NamespaceKind.PID);
        assertThat(innerPid.members()).containsExactly(inner);
        assertThat(innerPid.command()).contains("read line");
        assertThat(innerPid.owner()).hasValue(innerUser.number());
        SeenNamespace middlePid = now.find(innerPid.parent().orElseThrow()).orElseThrow();
        SeenNamespace middleUser = now.find(innerUser.parent().orElseThrow()).orElseThrow();
        assertThat(middlePid.owner()).hasValue(middleUser.number());
        assertThat(now.children(middlePid)).containsExactly(innerPid);
        assertThat(now.children(middleUser)).containsExactly(innerUser);
        assertThat(now.owned(innerUser)).contains(innerPid);
        assertThat(innerUser.ownerUid()).hasValue(0);
        // Unshare's own process is still in the first PID namespace; its children are in the one that it has made.
        assertThat(middlePid.pins()).contains(new Pin.Children((int) self));
    }

    @Test
    void aMiddleOneWithoutProcesses() throws IOException {
        needsRoot();
        // The shell replaces itself: nobody stays in the middle user namespace, but the inner one keeps it.
        Process process = start(
                "unshare",
                "--user",
                "--map-root-user",
                "unshare",
                "--user",
                "--map-root-user",
                "sh",
                "-c",
                "echo ready; read line");
        Snapshot now = look();
        SeenNamespace inner = one(now, (int) process.pid(), NamespaceKind.USER);
        SeenNamespace middle = now.find(inner.parent().orElseThrow()).orElseThrow();
        assertThat(middle.kind()).isEqualTo(NamespaceKind.USER);
        assertThat(middle.members()).isEmpty();
        assertThat(middle.pins()).contains(new Pin.Related(inner.label()));
        assertThat(middle.parent())
                .hasValue(Namespace.identity(NamespaceKind.USER, Kernel.pid())
                        .orElseThrow()
                        .number());
    }

    @Test
    void aMountNamespaceThatNobodyIsIn() {
        needsRoot();
        try (Namespace mounts = NamespaceThread.create()
                .unshare(NamespaceKind.MOUNT)
                .call(() -> Namespace.ofThread(NamespaceKind.MOUNT).orElseThrow())) {
            Snapshot now = look();
            SeenNamespace seen = now.find(mounts.identity().number()).orElseThrow();
            assertThat(seen.members()).isEmpty();
            assertThat(now.mounts().get(seen.number()))
                    .isNotEmpty()
                    .anyMatch(m -> m.mountPoint().equals("/"));
        }
    }
}
