package dev.alcove.examples;

import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.Rootfs;
import dev.alcove.spec.OciMount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code newns.c}: a home-made image. The C program copies the machine's {@code /bin}, {@code /usr}, {@code /lib} and
 * {@code /etc} into a directory, mounts {@code /proc}, {@code /sys}, {@code /tmp}, {@code /dev} and {@code /run} there,
 * binds {@code /etc/hosts}, {@code /etc/hostname} and {@code /etc/resolv.conf} from files and a volume to {@code /mnt}, and
 * calls chroot(2).
 *
 * <p>{@link Rootfs#host()} is that image without the copy. The rest is the same, with one difference: the root is changed
 * by pivot_root(2), from which there is no way back, where a chroot can be left by a process with privileges.
 */
public final class Newns {
    private Newns() {}

    /** Shows the three files, the volume, and what is mounted inside. */
    public static void main(String[] arguments) throws Exception {
        Path volume = Files.createTempDirectory("newns");
        Path file = Files.createFile(volume.resolve("test.txt"));
        try (Container room = new ContainerBuilder(
                        "sh",
                        "-c",
                        "cat /etc/hostname /etc/hosts /etc/resolv.conf; ls /mnt; cut -d' ' -f2,3 /proc/mounts")
                .rootfs(Rootfs.host())
                .hostname("container")
                .file("/etc/hosts", "1.1.1.1 container\n")
                .file("/etc/resolv.conf", "nameserver 192.0.2.1\n")
                .mount(OciMount.of("/run", "tmpfs", "tmpfs", List.of("nosuid", "nodev", "mode=755")))
                .mount(OciMount.of("/mnt", "bind", volume.toString(), List.of("rbind")))
                .inheritIO()
                .start()) {
            room.waitFor();
        } finally {
            Files.delete(file);
            Files.delete(volume);
        }
    }
}
