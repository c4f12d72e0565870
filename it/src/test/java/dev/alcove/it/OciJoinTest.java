package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.LinuxNamespace;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers of {@code alcove-oci} that join a user namespace which somebody else made, together with what it owns. */
final class OciJoinTest {
    private static final List<String> KINDS = List.of("user", "network", "ipc", "uts", "pid");

    @TempDir
    Path folder;

    private OciProgram oci;
    private final String id = "alcove-test-" + UUID.randomUUID().toString().substring(0, 8);

    @BeforeEach
    void program() throws IOException {
        Needs.root();
        Needs.programs("busybox-static", "busybox");
        oci = new OciProgram(folder);
    }

    @AfterEach
    void nothingStays() throws IOException {
        if (oci != null) {
            for (String left : oci.left()) {
                oci.run("delete", "--force", left);
            }
            assertThat(oci.left()).isEmpty();
        }
    }

    private static OciSpec withNamespaces(OciSpec spec, List<LinuxNamespace> namespaces, boolean own) {
        OciLinux linux = spec.linux();
        assertThat(linux).isNotNull();
        List<LinuxIdMapping> ids = own ? List.of(new LinuxIdMapping(0, 100_000, 65_536)) : List.of();
        return spec.toBuilder()
                .hostname("")
                // sysfs is only for who owns the network namespace; the host's is not to be shown.
                .mounts(spec.mounts().stream()
                        .filter(m -> !m.type().equals("sysfs") && !m.type().equals("cgroup"))
                        .toList())
                .linux(linux.toBuilder()
                        .namespaces(namespaces)
                        .uidMappings(ids)
                        .gidMappings(ids)
                        .build())
                .build();
    }

    /** The files are root's: users of the container's own cannot make them. */
    private static void placesOfMounts(Path bundle) throws IOException {
        Files.createDirectories(bundle.resolve("rootfs/proc"));
        Files.createDirectories(bundle.resolve("rootfs/dev"));
    }

    @Test
    void aUserNamespaceAndOthersInEveryOrder() throws Exception {
        Files.setPosixFilePermissions(folder, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        Path pid = folder.resolve("pid");
        List<LinuxNamespace> fresh = new ArrayList<>();
        for (String kind : List.of("mount", "user", "network", "ipc", "uts", "pid")) {
            fresh.add(new LinuxNamespace(kind, ""));
        }
        Path first = oci.bundle("first", "sleep 1000", spec -> withNamespaces(spec, fresh, true));
        placesOfMounts(first);
        Said made = oci.run("run", "--detach", "--bundle", first.toString(), "--pid-file", pid.toString(), id);
        assertThat(made.status()).as(made.text()).isZero();
        Path rooms = Path.of("/proc", Files.readString(pid), "ns");
        String look =
                "for k in user net ipc uts pid; do ls -l /proc/self/ns/$k | cat; done | while read -r line; do echo"
                        + " ${line##*-> }; done; id -u";
        List<String> expected = new ArrayList<>();
        for (String kind : List.of("user", "net", "ipc", "uts", "pid")) {
            expected.add(Files.readSymbolicLink(rooms.resolve(kind)).toString());
        }
        expected.add("0");
        // Each is the first once, and the user namespace stands at every place.
        for (int turn = 0; turn < KINDS.size(); turn++) {
            List<LinuxNamespace> joined = new ArrayList<>();
            for (int i = 0; i < KINDS.size(); i++) {
                String kind = KINDS.get((i + turn) % KINDS.size());
                joined.add(new LinuxNamespace(
                        kind,
                        rooms.resolve(kind.equals("network") ? "net" : kind).toString()));
            }
            joined.add(turn % 2 == 0 ? joined.size() : 0, new LinuxNamespace("mount", ""));
            Path bundle = oci.bundle("joins" + turn, look, spec -> withNamespaces(spec, joined, false));
            placesOfMounts(bundle);
            Said said = oci.run("run", "--bundle", bundle.toString(), id + "-" + turn);
            assertThat(said.text().lines()).as(joined + ": " + said.text()).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void theCallersOwnUserNamespaceIsNoneToJoin() throws Exception {
        Path bundle = oci.bundle("own", "echo it runs", joining("user", "/proc/self/ns/user", List.of()));
        assertThat(oci.run("run", "--bundle", bundle.toString(), id)).isEqualTo(new Said(0, "it runs"));
    }

    @Test
    void kernelParametersOfTheCallersOwnNamespacesAreRefused() throws Exception {
        for (List<String> c : List.of(
                List.of("network", "/proc/self/ns/net", "net.ipv4.ip_forward"),
                List.of("ipc", "/proc/thread-self/ns/ipc", "kernel.msgmax"))) {
            Path file = Path.of("/proc/sys", c.get(2).replace('.', '/'));
            String before = Files.readString(file);
            Path bundle = oci.bundle(c.getFirst(), "true", joining(c.get(0), c.get(1), List.of(c.get(2))));
            Said said = oci.run("create", "--bundle", bundle.toString(), id);
            assertThat(said.status()).isEqualTo(1);
            assertThat(said.text()).contains("linux.sysctl").contains(c.get(2)).contains(c.get(1));
            assertThat(Files.readString(file)).isEqualTo(before);
            assertThat(oci.left()).isEmpty();
        }
    }

    /** The starter's namespaces, one of them by path; and kernel parameters that are as they are. */
    private static UnaryOperator<OciSpec> joining(String kind, String path, List<String> parameters) {
        return spec -> {
            OciLinux linux = spec.linux();
            assertThat(linux).isNotNull();
            List<LinuxNamespace> namespaces = new ArrayList<>(linux.namespaces());
            namespaces.removeIf(n -> n.type().equals(kind));
            namespaces.add(new LinuxNamespace(kind, path));
            var sysctl = new java.util.TreeMap<String, String>();
            for (String p : parameters) {
                try {
                    sysctl.put(
                            p,
                            Files.readString(Path.of("/proc/sys", p.replace('.', '/')))
                                    .strip());
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
            List<OciMount> mounts = spec.mounts().stream()
                    .filter(m -> !m.type().equals("sysfs") || !kind.equals("network"))
                    .toList();
            return spec.toBuilder()
                    .mounts(mounts)
                    .linux(linux.toBuilder()
                            .namespaces(namespaces)
                            .sysctl(sysctl)
                            .build())
                    .build();
        };
    }
}
