package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.it.tricks.Greed;
import dev.alcove.it.tricks.Prying;
import dev.alcove.linux.CgroupController;
import dev.alcove.linux.CgroupLayout;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.Sandbox;
import dev.alcove.runtime.Verdict;
import dev.alcove.spec.Bytes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sandboxes of an ordinary user, of a JVM that is killed, and with control groups of version 2. */
@Timeout(300)
class SandboxUserTest {
    private static Path classes() throws Exception {
        return Path.of(
                Prying.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static Sandbox sandbox(Class<?> main, String... arguments) throws Exception {
        return Sandbox.classPath(List.of(classes()), main.getName())
                .arguments(arguments)
                .timeout(Duration.ofSeconds(60));
    }

    @Test
    void anOrdinaryUsersSandbox() throws IOException {
        try (OrdinaryUser user = OrdinaryUser.run(AsUser.class)) {
            assertThat(user.rest().lines())
                    .containsExactly(
                            "without control groups: UNSUPPORTED, withoutCgroups named: true",
                            "Exited[status=0] given",
                            "ForbiddenCall[call=clone] 0",
                            "ForbiddenCall[call=connect] 0",
                            "Exited[status=1] not there",
                            "Exited[status=1] read-only",
                            "Memory[limit=Bytes[value=100663296]]",
                            "Pids[limit=40]",
                            "Time[limit=PT0.5S]");
        }
    }

    /** In the user's JVM. */
    static final class AsUser {
        private AsUser() {}

        public static void main(String[] arguments) throws Exception {
            boolean groups = CgroupLayout.read()
                    .of(CgroupController.MEMORY)
                    .filter(h -> h.writable("alcove-test-probe"))
                    .isPresent();
            if (groups) {
                System.out.println("without control groups: UNSUPPORTED, withoutCgroups named: true");
            } else {
                try {
                    System.out.println(sandbox(Prying.class, "environment").run());
                } catch (ContainerException e) {
                    System.out.println("without control groups: " + e.kind() + ", withoutCgroups named: "
                            + String.valueOf(e.getMessage()).contains("withoutCgroups(true)"));
                }
            }
            Verdict given = pry("read", "/dev/stdin").stdin("given").run();
            System.out.println(given.ending() + " "
                    + given.stdout().text().lines().findFirst().orElse(""));
            System.out.println(refused(pry("exec", "/bin/ls").run()));
            System.out.println(refused(pry("tcp", "80").run()));
            Verdict shadow = pry("read", "/etc/shadow").run();
            System.out.println(shadow.ending()
                    + (shadow.stderr().text().contains("NoSuchFileException") ? " not there" : shadow.toString()));
            Verdict jdk = pry("create", "/jdk/own").run();
            System.out.println(
                    jdk.ending() + (jdk.stderr().text().contains("/jdk/own") ? " read-only" : jdk.toString()));
            System.out.println(
                    greed("native", 400L << 20).memory(Bytes.mebi(96)).run().ending());
            System.out.println(greed("threads", 200).threads(40).run().ending());
            System.out.println(
                    greed("time", 0).timeout(Duration.ofMillis(500)).run().ending());
        }

        private static Sandbox pry(String... arguments) throws Exception {
            return sandbox(Prying.class, arguments).withoutCgroups(true);
        }

        private static Sandbox greed(String what, long amount) throws Exception {
            return sandbox(Greed.class, what, Long.toString(amount)).withoutCgroups(true);
        }

        private static String refused(Verdict verdict) {
            return verdict.ending() + " " + (verdict.stdout().text().contains("got it") ? 1 : 0);
        }
    }

    /** What the module's extension counts afterwards is what this test is about: mounts, groups, processes. */
    @Test
    void aJvmThatIsKilledTakesItsSandboxAlong() throws Exception {
        Needs.root();
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Endless.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            // The endless program is there when a JVM inside is.
            assertThat(Wait.within(
                            Duration.ofSeconds(60),
                            () -> jvm.descendants()
                                    .anyMatch(p -> p.info().command().orElse("").equals("/jdk/bin/java"))))
                    .isTrue();
            List<ProcessHandle> inside = jvm.descendants().toList();
            jvm.destroyForcibly().waitFor();
            assertThat(Wait.within(Duration.ofSeconds(20), () -> inside.stream().noneMatch(ProcessHandle::isAlive)))
                    .isTrue();
        } finally {
            jvm.destroyForcibly();
        }
    }

    /** Is killed while it runs a sandbox. */
    static final class Endless {
        private Endless() {}

        public static void main(String[] arguments) throws Exception {
            System.out.println(sandbox(Greed.class, "time", "0").run());
        }
    }

    @Test
    void withControlGroupsOfVersion2() {
        assertThat(Guest.run(InGuest.class).lines())
                .containsExactly(
                        "Exited[status=0] counted: true",
                        "Memory[limit=Bytes[value=100663296]]",
                        "Pids[limit=40]",
                        "ForbiddenCall[call=clone]");
    }

    /** In a guest kernel, as root. */
    static final class InGuest {
        private InGuest() {}

        public static void main(String[] arguments) throws Exception {
            Verdict first = pry("environment");
            System.out.println(
                    first.ending() + " counted: " + (first.used().memory().value() > 1 << 20));
            System.out.println(greed("native", 400L << 20).run().ending());
            System.out.println(greed("threads", 200).threads(40).run().ending());
            System.out.println(pry("exec", "/bin/ls").ending());
        }

        private static Verdict pry(String... arguments) throws Exception {
            return sandbox(Prying.class, arguments).run();
        }

        private static Sandbox greed(String what, long amount) throws Exception {
            return sandbox(Greed.class, what, Long.toString(amount)).memory(Bytes.mebi(96));
        }
    }
}
