package dev.alcove.runtime;

import dev.alcove.linux.Syscall;
import dev.alcove.spec.LinuxNamespace;
import dev.alcove.spec.OciHook;
import dev.alcove.spec.OciHooks;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciMount;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciRoot;
import dev.alcove.spec.OciSpec;
import java.nio.file.Path;
import java.util.List;

/**
 * What a front starts as its JVM to make a container, in whose program somebody dies before a step. Its arguments: the
 * folder of the containers, the id, the bundle, {@code front} or {@code jvm} for whom, and the step's number.
 */
final class DyingOci {
    private DyingOci() {}

    /** A container whose program is never started. */
    static OciSpec config() {
        List<LinuxNamespace> namespaces = List.of("pid", "network", "ipc", "uts", "mount", "cgroup").stream()
                .map(kind -> new LinuxNamespace(kind, ""))
                .toList();
        OciHook hook = new OciHook("/bin/true", List.of(), List.of(), null);
        return OciSpec.builder()
                .ociVersion("1.3.0")
                .process(OciProcess.builder().args(List.of("/program")).cwd("/").build())
                .root(new OciRoot("rootfs", false))
                .hostname("dying")
                .mounts(List.of(OciMount.of("/proc", "proc", "proc", List.of())))
                .hooks(new OciHooks(List.of(), List.of(hook), List.of(), List.of(), List.of(), List.of()))
                .linux(OciLinux.builder().namespaces(namespaces).build())
                .build();
    }

    public static void main(String[] args) {
        int step = Integer.parseInt(args[4]);
        boolean own = args[3].equals("jvm");
        int status = 0;
        try (Front front = Front.of(System.getenv()).orElseThrow()) {
            OciContainers.at(Path.of(args[0]))
                    .create(
                            OciRequest.of(args[1], Path.of(args[2])),
                            config(),
                            front.changed(p -> own ? withoutJvmBefore(p, step) : Deaths.killedBefore(p, step)));
        } catch (ContainerException e) {
            System.err.println(e.getMessage());
            status = 1;
        }
        Runtime.getRuntime().halt(status);
    }

    /** The front kills this JVM, by a handle that it opens before anything else. */
    private static Program withoutJvmBefore(Program p, int step) {
        Arg.Result handle = new Arg.Result(p.registers(), "jvm", false);
        Program dying = Deaths.before(
                p,
                step,
                List.of(Program.Builder.attempted(
                        "the JVM dies here", Syscall.PIDFD_SEND_SIGNAL, handle, Arg.num(9), Arg.NULL, Arg.ZERO)),
                1);
        Step open = new Step.Call(
                Syscall.PIDFD_OPEN,
                List.of(Arg.num(ProcessHandle.current().pid()), Arg.ZERO),
                handle,
                List.of(),
                false,
                Integer.MIN_VALUE,
                "the JVM");
        return Deaths.before(dying, 0, List.of(open), 0);
    }
}
