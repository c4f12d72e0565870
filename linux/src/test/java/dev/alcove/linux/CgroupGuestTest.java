package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same checks with pure cgroup version 2, in a guest kernel that {@code it/guest} boots. */
@Tag("guest")
class CgroupGuestTest {
    /** The script's exit status where no guest can be had. */
    private static final int UNAVAILABLE = 69;

    @Test
    void asRoot() throws Exception {
        String output = guest("\"$@\"");
        assertThat(output).startsWith("mode V2\n");
        for (String check : CgroupChecks.all().keySet()) {
            assertThat(output).contains("ok " + check + "\n");
        }
    }

    /** An ordinary user in a subtree that root has given him; he may not load device programs. */
    @Test
    void asAnOrdinaryUserWithASubtree() throws Exception {
        String output = guest("""
                set -e
                cd /sys/fs/cgroup
                echo '+cpu +io +memory +pids' > cgroup.subtree_control
                mkdir -p mine/session
                chown 1000 mine mine/cgroup.procs mine/cgroup.subtree_control mine/session mine/session/cgroup.procs
                echo 0 > mine/session/cgroup.procs
                exec setpriv --reuid 1000 --clear-groups --inh-caps -all "$@" 'device rules'
                """);
        assertThat(output).startsWith("mode V2\n");
        for (String check : CgroupChecks.all().keySet()) {
            if (!check.equals("device rules")) {
                assertThat(output).contains("ok " + check + "\n");
            }
        }
    }

    /** What the checks print in a guest in which a shell starts them, as its arguments. */
    private static String guest(String script) throws Exception {
        Path guest = script();
        assumeTrue(guest != null, "it/guest is not there");
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path", ""));
        // an ordinary user may not be able to read the home directory that Maven keeps the libraries in
        String copy = """
                mkdir /run/classes && for entry in $(echo "$CLASSES" | tr : ' '); do
                    if [ -d "$entry" ]; then cp -r "$entry/." /run/classes; else cp "$entry" /run; fi
                done
                """;
        Process process = new ProcessBuilder(List.of(
                        String.valueOf(guest),
                        "-t",
                        "240",
                        "sh",
                        "-c",
                        "CLASSES='" + path + "'\n" + copy + script,
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-UsePerfData",
                        "-Xmx256m",
                        "-Djava.io.tmpdir=/dev/shm",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        "/run/classes:/run/*",
                        CgroupGuestMain.class.getName()))
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        if (status == UNAVAILABLE) {
            System.out.println("skipped: cgroup version 2: " + output.strip());
        }
        assumeTrue(status != UNAVAILABLE, output);
        assertThat(status).as(output).isZero();
        return output;
    }

    private static @Nullable Path script() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isExecutable(at.resolve("it/guest"))) {
                return at.resolve("it/guest");
            }
        }
        return null;
    }
}
