package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.DetachedMount;
import dev.alcove.linux.Errno;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.MountChange;
import dev.alcove.linux.MountInfo;
import dev.alcove.linux.Mounts;
import dev.alcove.linux.Open;
import dev.alcove.linux.Proc;
import dev.alcove.linux.Propagation;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.spec.OciMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which way a mount travels between a volume in a container and the same directory outside: the five states. */
class PropagationTest {
    @TempDir
    Path folder;

    @BeforeEach
    void needs() {
        Needs.root();
    }

    /** A container that may mount, with the folder as its /volume, and a look at both sides. */
    private static final class Sides implements AutoCloseable {
        final Path base;
        final Container room;
        final Shell inside;

        Sides(Path base, String propagation) {
            this.base = base;
            this.room = new ContainerBuilder("sh")
                    .privileged(true)
                    .mount(volume(base, propagation))
                    .start();
            this.inside = Shell.in(room);
        }

        static OciMount volume(Path base, String propagation) {
            return OciMount.of("/volume", "bind", base.toString(), List.of("rbind", propagation));
        }

        /** Whether what is mounted outside is seen inside. */
        boolean comesIn() throws IOException {
            OwnMounts.tmpfs(base.resolve("outside"));
            return mountedInside("/volume/outside");
        }

        /** Whether what is mounted inside is seen outside. */
        boolean goesOut() throws IOException {
            inside.say("mkdir -p /volume/inside; mount -t tmpfs none /volume/inside");
            assertThat(mountedInside("/volume/inside")).isTrue();
            return OwnMounts.mounted(base.resolve("inside"));
        }

        boolean mountedInside(String at) {
            return table().stream().anyMatch(m -> m.mountPoint().equals(at));
        }

        MountInfo mount(String at) {
            return table().stream()
                    .filter(m -> m.mountPoint().equals(at))
                    .findFirst()
                    .orElseThrow();
        }

        private List<MountInfo> table() {
            return Proc.mounts(room.pid()).orElseThrow();
        }

        @Override
        public void close() {
            room.close();
        }
    }

    private static void make(Path base, Propagation propagation) {
        MountChange.create().propagation(propagation).apply(base);
    }

    @Test
    @DisplayName("propagation_shared")
    void propagationShared() {
        OwnMounts.in(folder, base -> {
            make(base, Propagation.SHARED);
            try (Sides sides = new Sides(base, "rshared")) {
                assertThat(sides.comesIn()).isTrue();
                assertThat(sides.goesOut()).isTrue();
                assertThat(sides.mount("/volume").propagation()).isEqualTo(Propagation.SHARED);
            }
        });
    }

    @Test
    @DisplayName("propagation_slave")
    void propagationSlave() {
        OwnMounts.in(folder, base -> {
            make(base, Propagation.SHARED);
            try (Sides sides = new Sides(base, "rslave")) {
                assertThat(sides.comesIn()).isTrue();
                assertThat(sides.goesOut()).isFalse();
                assertThat(sides.mount("/volume").propagation()).isEqualTo(Propagation.SLAVE);
            }
        });
    }

    @Test
    @DisplayName("propagation_shared_and_slave")
    void propagationSharedAndSlave() {
        OwnMounts.in(folder, base -> {
            make(base, Propagation.SHARED);
            try (Sides sides = new Sides(base, "rslave")) {
                sides.inside.say("mount --make-shared /volume; mkdir /peer; mount --bind /volume /peer");
                MountInfo volume = sides.mount("/volume");
                assertThat(volume.peerGroup()).isPresent();
                assertThat(volume.master()).isPresent();
                assertThat(sides.comesIn()).isTrue();
                assertThat(sides.mountedInside("/peer/outside"))
                        .as("chained: from the master to the slave, and on to the slave's peers")
                        .isTrue();
                assertThat(sides.goesOut()).isFalse();
                assertThat(sides.mountedInside("/peer/inside")).isTrue();
            }
        });
    }

    @Test
    @DisplayName("propagation_private")
    void propagationPrivate() {
        OwnMounts.in(folder, base -> {
            make(base, Propagation.SHARED);
            try (Sides sides = new Sides(base, "rprivate")) {
                assertThat(sides.comesIn()).isFalse();
                assertThat(sides.goesOut()).isFalse();
                assertThat(sides.mount("/volume").propagation()).isEqualTo(Propagation.PRIVATE);
            }
        });
    }

    @Test
    @DisplayName("propagation_unbindable")
    void propagationUnbindable() {
        OwnMounts.in(folder, base -> {
            Path below = Files.createDirectories(base.resolve("below"));
            OwnMounts.tmpfs(below);
            Files.createFile(below.resolve("file"));
            DetachedMount.copyOf(below, false).close();
            make(below, Propagation.UNBINDABLE);
            assertThatThrownBy(() -> DetachedMount.copyOf(below, false).close())
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
            Path again = Files.createDirectory(base.resolve("again"));
            try (DetachedMount whole = DetachedMount.copyOf(base, true);
                    var place = Open.path().at(again)) {
                whole.attach(place);
                assertThat(again.resolve("below")).as("left out of its parent's copy").isEmptyDirectory();
                assertThat(below.resolve("file")).exists();
                assertThat(Mounts.detach(again)).isTrue();
            }
            try (Sides sides = new Sides(base, "runbindable")) {
                assertThat(sides.mount("/volume").propagation()).isEqualTo(Propagation.UNBINDABLE);
                assertThat(sides.inside.attempt("mkdir /again; mount --bind /volume /again").status()).isNotZero();
                assertThat(sides.comesIn()).isFalse();
                assertThat(sides.goesOut()).isFalse();
            }
        });
    }
}
