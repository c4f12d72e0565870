package dev.alcove.runtime;

import dev.alcove.linux.IdRange;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.OciLinux;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
        Tool.Said said = Tool.run(program, command, List.of("PATH=" + Defaults.PATH));
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
}
