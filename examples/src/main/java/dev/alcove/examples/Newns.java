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
        Path volume = Files.createTempDirectory("t1");
        Path file = Files.createFile(volume.resolve("egon_test.txt"));
        long parent = ProcessHandle.current().pid();
        Session.say(
                String.format("Parent [%5d] - start a container!", parent), "the flags of fs.c, and a root of its own");
        try (Container room = new ContainerBuilder(
                                "sh", "-c", "printf 'Container [%5d] - inside the container!\\n' $$; exec sh")
                        .rootfs(Rootfs.host())
                        .hostname("container")
                        .file("/etc/hosts", "1.1.1.1 container\n")
                        .file("/etc/resolv.conf", "nameserver 192.0.2.1\n")
                        .mount(OciMount.of("/run", "tmpfs", "tmpfs", List.of("nosuid", "nodev", "mode=755")))
                        .mount(OciMount.of("/mnt", "bind", volume.toString(), List.of("rbind")))
                        .redirectErrorStream(true)
                        .start();
                Session inside = new Session(room)) {
            inside.says("pivot_root(2) came before, not chroot(2)");
            inside.run("pwd", "the root of the image");
            inside.run("hostname", "CLONE_NEWUTS");
            inside.run("ipcs -q", "no queue: CLONE_NEWIPC");
            inside.run("ps aux", "two processes: CLONE_NEWPID and a new /proc");
            inside.run("mount | cut -d' ' -f1-5 | grep -v -e /etc/ -e /proc/ -e /sys/", "nothing of the old root");
            inside.run("cat /etc/hostname", "three files of its own in /etc:");
            inside.run("cat /etc/hosts", "docker binds them in,");
            inside.run("cat /etc/resolv.conf", "and so does newns.c");
            inside.run("ls /mnt", "the volume, docker's -v");
        } finally {
            Files.delete(file);
            Files.delete(volume);
        }
        Session.say("Parent - container stopped!", "");
    }
}
