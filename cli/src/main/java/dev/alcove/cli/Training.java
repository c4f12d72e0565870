package dev.alcove.cli;

import dev.alcove.linux.Fd;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.Signal;
import dev.alcove.oci.Walk;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerStore;
import dev.alcove.runtime.Rehearsal;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The main of the build's last step: walks the usual commands so that the JVM can keep their classes for later starts
 * (an AOT cache). Has no effect outside a temporary folder: it plans and encodes containers, and rehearses the native
 * calls of a start with a program that does nothing.
 */
final class Training {
    private static final List<String> COMMANDS = List.of(
            "--help",
            "run --help",
            "exec --help",
            "version",
            "explain run host true",
            "explain run -it --name web -e A=b -w /tmp -u 7:7 --hostname web host sh -c true",
            "explain run --rm -v /usr:/mnt:ro --tmpfs /scratch --mount type=bind,src=/usr,dst=/usr2,ro host true",
            "explain run -m 64m --cpus 0.5 --pids-limit 64 --cap-drop all --cap-add chown --read-only --init host true",
            "explain run --network host --pid host --ipc host --ulimit nofile=64 --timeout 5s host true",
            "explain run --security-opt seccomp=unconfined --userns private host true",
            "explain run --rootfs /usr true",
            "explain run --network bridge -p 8080:80 --dns 192.0.2.53 --add-host db:host-gateway host true",
            "network",
            "network ls --format json",
            "network create --subnet 10.5.0.0/24 --gateway 10.6.0.1 web",
            "network inspect web",
            "network release nobody",
            "network --help",
            "ps",
            "kill nobody",
            "wait nobody",
            "rm -f nobody",
            "run --memori 5 host true",
            "run hots true",
            "rum",
            "ns",
            "ns --json -t net",
            "ns --tree",
            "ns show SELF",
            "ns diff SELF SELF",
            "ns unpin nobody",
            "ns --help",
            "enter --explain --net=/proc/self/ns/net true",
            "unshare --explain -r -n -m -p -f --mount-proc true",
            "check");

    private Training() {}

    /** Walks them; what one refuses is no failure here. */
    public static void main(String[] args) throws IOException {
        Path folder = Files.createTempDirectory("alcove-training");
        try {
            for (String command : COMMANDS) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                int status = run(folder, out, command);
                say(command + ": " + status + ", " + out.size() + " characters");
            }
            rehearse(folder);
            Walk.all(Files.createDirectories(folder.resolve("oci")));
        } finally {
            remove(folder);
        }
    }

    private static int run(Path folder, ByteArrayOutputStream out, String command) {
        String words = command.replace("SELF", Integer.toString(Kernel.pid()));
        return Alcove.run(shell(folder, out), Arrays.asList(words.split(" ", -1)));
    }

    private static void say(String line) {
        PrintStream out = Main.stream(FileDescriptor.out);
        out.print(line + "\n");
        out.flush();
    }

    private static Shell shell(Path folder, ByteArrayOutputStream bytes) {
        PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8);
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("ALCOVE_ROOT", folder.toString());
        // The build makes no network on the machine.
        environment.put("ALCOVE_NETWORK", "none");
        return new Shell(
                environment, folder, out, out, Fd.standard(0), Fd.standard(1), Fd.standard(2), new JvmSignals());
    }

    /** What run does between its flags and its end, with the record, streams and signals that it has. */
    private static void rehearse(Path folder) {
        Shell shell = shell(folder, new ByteArrayOutputStream());
        ContainerBuilder builder = new ContainerBuilder("true");
        ContainerStore store = ContainerStore.standard(shell.environment());
        int status = PlainRun.run(shell, false, Signal.TERM, (in, out, err) -> {
            builder.redirect(in, out, err);
            try (ContainerStore.NewContainer recorded = store.create(builder, "", "host", "SIGTERM", true, false)) {
                run(folder, new ByteArrayOutputStream(), "ps -a");
                return Rehearsal.start(builder);
            }
        });
        say("a start: " + status);
    }

    private static void remove(Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> all = Files.walk(folder)) {
            all.forEach(found::addFirst);
        }
        for (Path path : found) {
            Files.delete(path);
        }
    }
}
