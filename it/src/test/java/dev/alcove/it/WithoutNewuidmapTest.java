package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerException;
import dev.alcove.spec.LinuxIdMapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An ordinary user whose PATH has no newuidmap. */
@Timeout(120)
class WithoutNewuidmapTest {
    @TempDir
    Path folder;

    @Test
    void rangesAreRefusedAndOneIdIsEnough() throws IOException {
        Needs.root();
        Needs.programs("util-linux", "setpriv");
        Path bin = Files.createDirectory(folder.resolve("bin"));
        for (String program : List.of("/usr/bin/setpriv", "/bin/setpriv")) {
            if (Files.exists(Path.of(program)) && !Files.exists(bin.resolve("setpriv"))) {
                Files.createSymbolicLink(bin.resolve("setpriv"), Path.of(program));
            }
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (OrdinaryUser user = OrdinaryUser.run("export PATH=" + bin, Asking.class, Long.toString(OrdinaryUser.ID))) {
            assertThat(user.line()).isEqualTo("PATH " + bin);
            assertThat(user.line())
                    .startsWith("cannot map ids for the user namespace: newgidmap cannot be run: ")
                    .contains("|  likely cause: it is not installed")
                    .contains("|  mend: apt-get install -y uidmap, as root; or map only this user's own id");
            assertThat(user.line()).isEqualTo("0 0 | 0 " + OrdinaryUser.ID + " 1");
            assertThat(user.rest()).isEmpty();
        }
    }

    /** With ranges, then without. */
    static final class Asking {
        private Asking() {}

        public static void main(String[] args) {
            System.out.println("PATH " + System.getenv("PATH"));
            long id = Long.parseLong(args[0]);
            List<LinuxIdMapping> ranges = List.of(new LinuxIdMapping(0, id, 1), new LinuxIdMapping(1, 400_000, 65_535));
            try {
                System.out.println(Shell.run(new ContainerBuilder("true").idMappings(ranges, ranges)));
            } catch (ContainerException e) {
                System.out.println(String.valueOf(e.getMessage()).replace('\n', '|'));
            }
            System.out.println(
                    Shell.run(new ContainerBuilder("sh", "-c", "echo $(id -u) $(id -g) '|' $(cat /proc/self/uid_map)"))
                            .text());
        }
    }
}
