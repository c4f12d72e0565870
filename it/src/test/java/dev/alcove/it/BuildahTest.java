package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Images that buildah makes, each of its steps a container of {@code alcove-oci}. */
@DisplayName("buildah")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BuildahTest {
    private static final String OCI = "--isolation oci --network none ";

    @TempDir
    static Path folder;

    private Callers callers;
    private String buildah = "";

    @BeforeAll
    void buildah() throws IOException {
        Needs.programs("buildah", "buildah");
        callers = Callers.asRoot(folder);
        buildah = OCI + "--runtime " + callers.oci().path() + " --runtime-flag root=/run/alcove-oci ";
    }

    @AfterEach
    void nothingStays() {
        if (callers != null) {
            callers.ok("buildah rm -a");
            callers.removeAll();
        }
    }

    @AfterAll
    void end() throws IOException {
        if (callers != null) {
            callers.close();
        }
    }

    private Said run(String options, String command) {
        return callers.attempt("buildah run " + buildah + options + " $room " + command);
    }

    @Test
    void runIsAContainerOfItsOwn() {
        callers.say("room=$(buildah from " + Callers.IMAGE + ")");
        Said said = run("", "sh -c 'echo hi; echo kept > /kept; id -u; readlink /proc/self/ns/pid; echo $$'");
        assertThat(said.status()).as(said.text()).isZero();
        assertThat(said.text().lines().toList()).startsWith("hi", "0").endsWith("1");
        assertThat(said.text()).doesNotContain(callers.say("readlink /proc/self/ns/pid"));
        callers.say("rm -rf given && mkdir given && echo data > given/f");
        assertThat(run(
                                "-v " + callers.folder()
                                        + "/given:/v:ro --user 1000 --cap-drop all --workingdir /tmp --env A=b"
                                        + " --hostname web",
                                "sh -c 'cat /kept /v/f; id -u; pwd; echo $A; hostname; grep CapEff /proc/self/status;"
                                        + " touch /v/x 2> /dev/null || echo read-only'")
                        .text())
                .isEqualTo("kept\ndata\n1000\n/tmp\nb\nweb\nCapEff:\t0000000000000000\nread-only");
        assertThat(callers.say("echo through | buildah run " + buildah + "$room cat"))
                .isEqualTo("through");
        assertThat(callers.ok("script -qec \"buildah run " + buildah + "-t $room tty\" /dev/null <<'END'\nEND"))
                .contains("/dev/pts/");
    }

    @Test
    void theDocumentsSessionGoesAsShown() throws Exception {
        callers.follow("console buildah");
    }

    @Test
    void itsErrorsAreTheStepsErrors() {
        callers.say("room=$(buildah from " + Callers.IMAGE + ")");
        assertThat(run("", "sh -c 'exit 4'").status()).isEqualTo(4);
        Said missing = run("", "nosuch");
        assertThat(missing.status()).isNotZero();
        assertThat(missing.text()).contains("executable file not found in $PATH");
        callers.say("mkdir -p bad && printf 'FROM " + Callers.IMAGE + "\\nRUN exit 9\\n' > bad/Containerfile");
        Said failed = callers.attempt("buildah bud " + buildah + "--pull-never bad");
        assertThat(failed.status()).isEqualTo(9);
    }

    @Test
    void aContainerfileIsBuiltAndRuns() {
        callers.say("""
                mkdir -p context && echo hello > context/file && cat > context/Containerfile <<'END'
                FROM localhost/busybox
                COPY file /file
                RUN cat /file > /made && id -u >> /made
                RUN ["sh", "-c", "echo room:x:1000:1000::/:/bin/sh >> /etc/passwd"]
                USER room
                WORKDIR /tmp
                RUN --mount=type=cache,target=/cache,uid=1000 id -un > who && touch /cache/x && pwd >> who
                CMD cat /made who
                END""");
        callers.ok("buildah bud " + buildah + "--pull-never -t localhost/built context");
        assertThat(callers.ok("podman run --rm localhost/built")).isEqualTo("hello\n0\nroom\n/tmp");
        // The cache's owner is a user of the host's here: it is left out.
        callers.say("sed -i -e 's/--mount=[^ ]* //' -e 's/ .. touch .cache.x//' context/Containerfile");
        callers.ok("buildah bud " + buildah + "--pull-never --no-cache --userns-uid-map 0:100000:65536"
                + " --userns-gid-map 0:100000:65536 -t localhost/mapped context");
        assertThat(callers.ok("podman run --rm localhost/mapped")).isEqualTo("hello\n0\nroom\n/tmp");
        callers.ok("buildah rmi localhost/built localhost/mapped");
    }
}
