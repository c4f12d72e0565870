package dev.alcove.runtime;

import dev.alcove.linux.IdMap;
import dev.alcove.linux.IdRange;
import dev.alcove.spec.LinuxIdMapping;
import dev.alcove.spec.OciLinux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Maps ids that an ordinary user may not map alone, through newuidmap(1) and newgidmap(1). */
final class IdMapper {
    private IdMapper() {}

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
        IdMap map = IdMaps.of(mappings);
        for (IdRange r : map.ranges()) {
            command.add(Long.toString(r.container()));
            command.add(Long.toString(r.host()));
            command.add(Long.toString(r.count()));
        }
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int status = process.waitFor();
            if (status != 0) {
                throw new ContainerException(
                        ContainerException.Kind.DENIED,
                        "cannot map ids for the user namespace: " + String.join(" ", command) + " ended with " + status
                                + (said.isEmpty() ? "" : ": " + said)
                                + "\n  likely cause: this user has no such range in /etc/subuid and /etc/subgid"
                                + "\n  mend: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER, as root");
            }
        } catch (IOException e) {
            throw new ContainerException(
                    ContainerException.Kind.UNSUPPORTED,
                    "cannot map ids for the user namespace: " + tool + " cannot be run: " + e.getMessage()
                            + "\n  likely cause: it is not installed"
                            + "\n  mend: apt-get install -y uidmap, as root; or map only this user's own id",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ContainerException(ContainerException.Kind.INTERNAL, "interrupted while mapping ids", e);
        }
    }
}
