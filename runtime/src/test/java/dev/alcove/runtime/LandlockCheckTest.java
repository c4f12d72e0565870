package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.spec.LandlockRule;
import dev.alcove.spec.OciMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Paths of Landlock that cannot be in the container are refused before anything is made; all others are not. */
class LandlockCheckTest {
    @TempDir
    Path root;

    private static ContainerBuilder builder(Rootfs rootfs, String... paths) {
        ContainerBuilder b = new ContainerBuilder("true").rootfs(rootfs);
        for (String path : paths) {
            b.landlock(new LandlockRule(false, path));
        }
        return b;
    }

    /** As start() looks at it before it makes anything. */
    private static void look(ContainerBuilder b) {
        HostProbe.read(b.spec());
    }

    private static void fine(Rootfs rootfs, String... paths) {
        assertThatCode(() -> look(builder(rootfs, paths))).doesNotThrowAnyException();
    }

    private static void missing(Rootfs rootfs, String... paths) {
        for (String path : paths) {
            assertThatThrownBy(() -> builder(rootfs, "/", path).start())
                    .as(path)
                    .isInstanceOfSatisfying(ContainerException.class, e -> {
                        org.assertj.core.api.Assertions.assertThat(e.kind())
                                .isEqualTo(ContainerException.Kind.NOT_FOUND);
                        org.assertj.core.api.Assertions.assertThat(e)
                                .hasMessageStartingWith(
                                        "landlock: '" + path + "' does not exist inside the container\n")
                                .hasMessageContaining("likely cause: ")
                                .hasMessageContaining("mend: ");
                    });
        }
    }

    @Test
    void inTheHostImage() {
        fine(
                Rootfs.host(),
                "/",
                "/usr",
                "/usr/bin/env",
                "/bin",
                "/tmp",
                "/var/tmp",
                "/var",
                "/etc",
                "/etc/passwd",
                "/root");
        fine(Rootfs.host(), "/proc/self", "/dev/null", "/sys/class", "/dev/shm/later", "/etc/mtab/..", "/var/run/lock");
        missing(
                Rootfs.host(),
                "/no/such",
                "/usr/no/such",
                "/bin/no-such",
                "/home/nobody",
                "/etc/shadow",
                "/var/lib/dpkg",
                "/tmp/a");
    }

    @Test
    void inADirectory() throws IOException {
        Files.createDirectories(root.resolve("srv/data"));
        Files.createDirectories(root.resolve("real"));
        Files.createSymbolicLink(root.resolve("absolute"), Path.of("/srv"));
        Files.createSymbolicLink(root.resolve("dangling"), Path.of("/mnt/data"));
        Rootfs directory = Rootfs.directory(root);
        fine(directory, "/srv/data", "/absolute/data", "/proc/1", "/dev/null", "/etc/hosts", "/etc", "/dangling");
        fine(directory, "/absolute/may/lead/into/a/mount");
        missing(directory, "/usr", "/srv/other", "/real/usr");
        missing(Rootfs.directory(root).withThrowAwayLayer(), "/usr");
    }

    @Test
    void whatMountsBring() throws IOException {
        Files.createDirectories(root.resolve("real"));
        Files.createSymbolicLink(root.resolve("link"), Path.of("/real"));
        ContainerBuilder b = builder(
                        Rootfs.directory(root),
                        "/data",
                        "/data/any",
                        "/made",
                        "/made/for/it",
                        "/work/here",
                        "/link/vol/x")
                .mount(OciMount.of("/data", "bind", root.toString(), List.of("rbind")))
                .mount(OciMount.of("/made/for/it", "tmpfs", "tmpfs", List.of()))
                .mount(OciMount.of("/real/vol", "tmpfs", "tmpfs", List.of()))
                .directory("/work/here");
        assertThatCode(() -> look(b)).doesNotThrowAnyException();
    }

    @Test
    void everyOneAtOnce() {
        assertThatThrownBy(() -> look(builder(Rootfs.host(), "/no", "/usr", "/such")))
                .hasMessageStartingWith("landlock: '/no', '/such' do not exist inside the container\n");
    }

    @Test
    void othersHaveTheirOwnRoots() {
        fine(Rootfs.empty(), "/", "/tmp", "/etc", "/dev");
        missing(Rootfs.empty(), "/usr", "/tmp/a");
        fine(Rootfs.inherited(), "/usr", root.toString());
        missing(Rootfs.inherited(), "/no/such");
    }
}
