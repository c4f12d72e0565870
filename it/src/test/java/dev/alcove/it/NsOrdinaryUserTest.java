package dev.alcove.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.cli.Alcove;
import dev.alcove.linux.Fd;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an ordinary user sees, and may do, with the tools for namespaces. */
class NsOrdinaryUserTest {
    /** The command in the user's JVM, both of its streams on standard output. */
    static final class Tool {
        private Tool() {}

        /** Runs it. */
        public static void main(String[] words) {
            PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, UTF_8);
            int status = Alcove.run(
                    new dev.alcove.cli.Shell(
                            Map.of(
                                    "PATH",
                                    "/usr/sbin:/usr/bin:/sbin:/bin",
                                    "ALCOVE_ROOT",
                                    "/nonexistent/alcove",
                                    "ALCOVE_NETWORK",
                                    "none"),
                            Path.of("/"),
                            out,
                            out,
                            Fd.standard(0),
                            Fd.standard(1),
                            Fd.standard(1),
                            (signal, receiver) -> () -> {}),
                    Arrays.asList(words));
            out.print("status " + status + "\n");
            out.flush();
        }
    }

    private static List<String> says(String... words) throws Exception {
        try (OrdinaryUser user = OrdinaryUser.run(Tool.class, words)) {
            return user.rest().lines().toList();
        }
    }

    @Test
    void seesItsOwnAndIsToldOfTheRest() throws Exception {
        Needs.root();
        List<String> lines = says("ns");
        for (NamespaceKind kind : NamespaceKind.values()) {
            long number = Namespace.identity(kind, Kernel.pid()).orElseThrow().number();
            assertThat(lines).anyMatch(line -> line.matches(number + " +" + kind.fileName() + " +1 .*java .*"));
        }
        assertThat(lines)
                .anyMatch(line -> line.matches(
                        "alcove: \\d+ of \\d+ processes could not be looked into: they are other users', .*"));
        assertThat(lines.getLast()).isEqualTo("status 0");
    }

    @Test
    void cannotLookIntoAnothersProcess() throws Exception {
        Needs.root();
        String pid = Integer.toString(Kernel.pid());
        assertThat(says("ns", "show", pid))
                .contains("alcove: ns show: there is no process " + pid + " that may be looked into", "status 125");
        assertThat(says("ns", "diff", pid, pid))
                .contains("alcove: ns diff: there is no process " + pid + " that may be looked into", "status 125");
        assertThat(says("enter", "-t", pid, "-a", "true"))
                .contains("alcove: --target: process " + pid + " may not be looked into", "status 125");
    }

    @Test
    void canEnterTheUserNamespaceThatItMade() throws Exception {
        try (OrdinaryUser first =
                OrdinaryUser.run(Tool.class, "unshare", "-r", "-u", "sh", "-c", "hostname mine; echo $$; cat")) {
            String pid = first.line();
            assertThat(says("enter", "-t", pid, "-a", "sh", "-c", "hostname; id -u"))
                    .containsExactly("mine", "0", "status 0");
        }
    }

    @Test
    void canBeRootInAUserNamespaceOfItsOwn() throws Exception {
        assertThat(says(
                        "unshare",
                        "-r",
                        "-n",
                        "-m",
                        "-p",
                        "-f",
                        "--mount-proc",
                        "sh",
                        "-c",
                        "id -u; echo $$; cat /proc/1/comm"))
                .containsExactly("0", "1", "sh", "status 0");
        String own = Long.toString(OrdinaryUser.id());
        assertThat(says("unshare", "-c", "id", "-u")).containsExactly(own, "status 0");
        assertThat(says(
                        "unshare",
                        "--map-user=7",
                        "--map-group=8",
                        "sh",
                        "-c",
                        "id -u; id -g; cat /proc/self/setgroups"))
                .containsExactly("7", "8", "deny", "status 0");
        assertThat(says("unshare", "-n", "true")).anyMatch(line -> line.contains("clone3: EPERM"));
    }
}
