package dev.alcove.examples;

import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.spec.LinuxIdMapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Root inside, nobody outside: the user 0 of the container is an ordinary user of the machine, without rights over
 * anything that is not the container's own. Root may map any ids, as here. An ordinary user need not ask: a container of
 * theirs has such a namespace by itself.
 */
public final class UserNamespace {
    private UserNamespace() {}

    /** Prints the process's user from inside and from outside. */
    public static void main(String[] arguments) throws Exception {
        // @start region="mapping"
        List<LinuxIdMapping> ids = List.of(new LinuxIdMapping(0, 100_000, 65_536)); // inside, outside, how many
        try (Container room = new ContainerBuilder("sh", "-c", "echo inside: user $(id -u); cat")
                .idMappings(ids, ids)
                .start()) {
            Object outside = Files.getAttribute(Path.of("/proc/" + room.pid()), "unix:uid");
            System.out.println("outside: user " + outside);
            room.process().getOutputStream().close();
            room.process().getInputStream().transferTo(System.out);
            room.waitFor();
        }
        // @end
    }
}
