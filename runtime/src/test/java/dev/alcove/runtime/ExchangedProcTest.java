package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Capabilities;
import dev.alcove.linux.Capability;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FdIo;
import dev.alcove.linux.Pipe;
import dev.alcove.spec.OciMount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two containers share a directory as their root, and one of them exchanges /proc in the middle of the other's start: by
 * the program's own steps, so that there is no luck in it. runc masked and wrote to what was called /proc at the moment
 * (CVE-2019-19921, CVE-2025-52881); here it is the file system that was mounted, whatever its name is by then.
 */
class ExchangedProcTest {
    private static final int SAID = 5;
    private static final int GO = 6;

    @TempDir
    Path root;

    @BeforeEach
    void needsRoot() {
        if (!Capabilities.ofThread().effective().contains(Capability.SYS_ADMIN)) {
            InitRun.skip("needs CAP_SYS_ADMIN (run the tests as root)");
        }
    }

    private ContainerBuilder shell() throws IOException {
        for (String name : List.of("bin", "sbin", "lib", "lib64")) {
            Path host = Path.of("/", name);
            if (Files.isSymbolicLink(host)) {
                Files.createSymbolicLink(root.resolve(name), Files.readSymbolicLink(host));
            }
        }
        Files.createDirectories(root.resolve("usr"));
        Files.createDirectories(root.resolve("proc"));
        ContainerBuilder b = new ContainerBuilder("sh")
                .rootfs(Rootfs.directory(root))
                .mount(OciMount.of("/usr", "bind", "/usr", List.of("rbind", "ro")))
                .sysctl("kernel.msgmax", "4321");
        b.maskedPaths().add("/proc/version");
        return b;
    }

    @Test
    @Timeout(60)
    @DisplayName("CVE-2019-19921: the parts of /proc to be hidden are those of the one that was mounted")
    void cve_2019_19921() throws IOException {
        String said = exchanged("must not change the kernel through /proc/bus");
        assertThat(said.lines()).containsExactly("proc", "0", "read-only", "4321");
    }

    @Test
    @Timeout(60)
    @DisplayName("CVE-2025-52881: what is written to /proc/sys goes to the one that was mounted")
    void cve_2025_52881() throws IOException {
        String said = exchanged("sysctl kernel.msgmax");
        assertThat(said.lines()).containsExactly("proc", "0", "read-only", "4321");
        assertThat(root.resolve("proc-false/sys/kernel/msgmax"))
                .as("nothing was written")
                .hasContent("");
    }

    /** Exchanges /proc before the first step of that purpose, and back again when the container runs. */
    private String exchanged(String purpose) throws IOException {
        ContainerBuilder b = shell();
        ContainerSpec spec = b.spec();
        HostFacts facts = HostProbe.read(spec);
        Program plan = Planner.plan(spec, facts);
        int step = 0;
        while (!plan.steps().get(step).why().contains(purpose)) {
            step++;
        }
        Program program = Deaths.pausedBefore(plan, step, SAID, GO);
        Pipe said = Pipe.open();
        Pipe go = Pipe.open();
        try (Fd heard = said.reader();
                Fd goOn = go.writer()) {
            CompletableFuture<Container> starting;
            try (Fd tell = said.writer();
                    Fd wait = go.reader()) {
                starting = CompletableFuture.supplyAsync(
                        () -> Container.start(b.streams, spec, facts, program, Map.of(SAID, tell, GO, wait)));
                assertThat(FdIo.read(heard, new byte[1], 0, 1)).isEqualTo(1);
                falseProc();
                FdIo.write(goOn, new byte[1]);
                starting.handle((c, e) -> true).join();
            }
            try (Container c = starting.join()) {
                Files.move(root.resolve("proc"), root.resolve("proc-false"));
                Files.move(root.resolve("proc-true"), root.resolve("proc"));
                try (var in = c.process().getOutputStream()) {
                    // A file is opened for writing, and nothing written.
                    in.write("""
                            stat -f -c %T /proc
                            cat /proc/version | wc -c
                            (: >> /proc/sys/kernel/msgmax) 2>/dev/null && echo writable || echo read-only
                            cat /proc/sys/kernel/msgmax
                            """.getBytes(StandardCharsets.UTF_8));
                }
                String out = new String(c.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(c.waitFor()).isZero();
                return out;
            }
        }
    }

    /** What the other container does: its own /proc of plain files takes the place of the mounted one. */
    private void falseProc() throws IOException {
        Files.move(root.resolve("proc"), root.resolve("proc-true"));
        Path proc = Files.createDirectory(root.resolve("proc"));
        Files.createDirectories(proc.resolve("sys/kernel"));
        for (String file : List.of("sys/kernel/msgmax", "version", "interrupts", "sysrq-trigger")) {
            Files.writeString(proc.resolve(file), "");
        }
        for (String directory : List.of("bus", "fs", "irq")) {
            Files.createDirectory(proc.resolve(directory));
        }
    }
}
