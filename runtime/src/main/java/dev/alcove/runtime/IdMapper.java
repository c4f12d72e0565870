package dev.alcove.runtime;

import dev.alcove.linux.Child;
import dev.alcove.linux.Fd;
import dev.alcove.linux.FdIo;
import dev.alcove.linux.IdRange;
import dev.alcove.linux.Open;
import dev.alcove.linux.Pipe;
import dev.alcove.linux.Spawn;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.OciLinux;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Maps ids that an ordinary user may not map alone, through newuidmap(1) and newgidmap(1). */
final class IdMapper {
    private IdMapper() {}

    /**
     * Maps them.
     *
     * @throws ContainerException                if the programs are not there, or refuse
     * @throws dev.alcove.linux.LinuxException if one cannot be run, such as for want of a descriptor or a process
     */
    static void map(ContainerSpec spec, int pid) {
        OciLinux linux = spec.config().linux();
        if (linux == null) {
            throw new IllegalStateException("no ids to map");
        }
        run("newgidmap", pid, linux.gidMappings());
        run("newuidmap", pid, linux.uidMappings());
    }

    private static void run(String tool, int pid, List<LinuxIdMapping> mappings) {
        if (mappings.isEmpty()) {
            return;
        }
        List<String> command = new ArrayList<>(List.of(tool, Integer.toString(pid)));
        for (IdRange r : IdMaps.of(mappings).ranges()) {
            command.add(Long.toString(r.container()));
            command.add(Long.toString(r.host()));
            command.add(Long.toString(r.count()));
        }
        Path program = Caller.onPath(tool)
                .orElseThrow(() -> new ContainerException(
                        ContainerException.Kind.UNSUPPORTED,
                        "cannot map ids for the user namespace: " + tool + " cannot be run: it is not in PATH"
                                + "\n  likely cause: it is not installed"
                                + "\n  mend: apt-get install -y uidmap, as root; or map only this user's own id"));
        Said said = run(program, command);
        if (said.status() != 0) {
            throw new ContainerException(
                    ContainerException.Kind.DENIED,
                    "cannot map ids for the user namespace: " + String.join(" ", command) + " ended with "
                            + said.status()
                            + (said.text().isEmpty() ? "" : ": " + said.text())
                            + "\n  likely cause: this user has no such range in /etc/subuid and /etc/subgid"
                            + "\n  mend: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER, as root");
        }
    }

    private record Said(int status, String text) {}

    /** Not by ProcessBuilder, which says in words alone why a program could not be started. */
    private static Said run(Path program, List<String> command) {
        Child child;
        try (Pipe output = Pipe.open()) {
            try (Fd executable = Open.path().at(program);
                    Fd nothing = Open.read().at(Path.of("/dev/null"));
                    Fd writer = output.writer()) {
                child = Spawn.spawn(
                        executable,
                        command,
                        List.of("PATH=" + Defaults.PATH),
                        Map.of(0, nothing, 1, writer, 2, writer));
            }
            String text = new String(FdIo.input(output.reader()).readAllBytes(), StandardCharsets.UTF_8);
            return new Said(child.reap().status(), text.strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
