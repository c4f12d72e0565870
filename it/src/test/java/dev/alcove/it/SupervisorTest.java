package dev.alcove.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.linux.Errno;
import dev.alcove.linux.Poller;
import dev.alcove.linux.SeccompListener;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.SeccompChoice;
import dev.alcove.runtime.Supervisor;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A profile's SCMP_ACT_NOTIFY: this JVM is asked about calls of a container. */
@Timeout(60)
class SupervisorTest {
    private static final String PROFILE = """
            {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
              {"names": ["mkdir", "mkdirat", "sethostname"], "action": "SCMP_ACT_NOTIFY"}]}
            """;

    @BeforeAll
    static void root() {
        Needs.root();
    }

    /** Lets one call pass, and refuses the next. */
    private static final class Alternating implements Supervisor, AutoCloseable {
        private final Poller poller = new Poller("alcove-it");
        private final List<String> asked = new CopyOnWriteArrayList<>();
        private final List<Integer> ends = new CopyOnWriteArrayList<>();
        private final List<SeccompListener> kept = new CopyOnWriteArrayList<>();

        @Override
        public void listen(SeccompListener listener) {
            kept.add(listener);
            watch(listener);
        }

        private void watch(SeccompListener listener) {
            poller.register(listener.fd(), () -> {
                for (var call = listener.poll(); call.isPresent(); call = listener.poll()) {
                    asked.add(call.get().name().orElse("unknown"));
                    if (asked.size() % 2 == 1) {
                        listener.proceed(call.get());
                    } else {
                        listener.refuse(call.get(), Errno.EDQUOT);
                    }
                }
                if (!listener.over()) {
                    watch(listener);
                }
            });
        }

        @Override
        public void ended(int status) {
            ends.add(status);
        }

        @Override
        public void close() {
            poller.close();
            kept.forEach(SeccompListener::close);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isAskedAboutCallsOfTheContainer(boolean init) throws Exception {
        try (Alternating supervisor = new Alternating();
                Container room = new ContainerBuilder(
                                "sh", "-c", "mkdir /tmp/one; mkdir /tmp/two; mkdir /tmp/three; ls /tmp; exit 5")
                        .seccomp(SeccompChoice.profile(PROFILE))
                        .supervisor(supervisor)
                        .init(init)
                        .start()) {
            assertThat(room.process().getInputStream().readAllBytes())
                    .asString(UTF_8)
                    .isEqualTo("one\nthree\n");
            assertThat(room.process().getErrorStream().readAllBytes())
                    .asString(UTF_8)
                    .contains("/tmp/two", "quota");
            assertThat(room.waitFor()).isEqualTo(5);
            assertThat(supervisor.asked).hasSize(3).allMatch(call -> call.startsWith("mkdir"));
            assertThat(supervisor.ends).containsExactly(5 << 8);
        }
    }

    @Test
    void isAskedAboutTheCallsOfOneMoreProcess() throws Exception {
        try (Alternating supervisor = new Alternating();
                Container room = new ContainerBuilder("sleep", "1000")
                        .seccomp(SeccompChoice.profile(PROFILE))
                        .supervisor(supervisor)
                        .start()) {
            try (Container more = room.exec("sh", "-c", "mkdir /tmp/one; mkdir /tmp/two; mkdir /tmp/three; ls /tmp")
                    .start()) {
                assertThat(more.process().getInputStream().readAllBytes())
                        .asString(UTF_8)
                        .isEqualTo("one\nthree\n");
                assertThat(more.waitFor()).isZero();
            }
            assertThat(supervisor.asked).hasSize(3).allMatch(call -> call.startsWith("mkdir"));
            assertThat(supervisor.kept).hasSize(2);
            assertThat(supervisor.ends).as("the container has not").isEmpty();
            assertThat(room.exec("mkdir", "/tmp/four")
                            .privileged(true)
                            .inheritIO()
                            .start()
                            .waitFor())
                    .as("without a filter nobody is asked")
                    .isZero();
            assertThat(supervisor.asked).hasSize(3);
            assertThatThrownBy(() ->
                            room.exec("true").detached(Path.of("/dev/null")).start())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("detached: ");
        }
    }

    @Test
    void aStartThatFailsLeavesNothing() {
        try (Alternating supervisor = new Alternating()) {
            assertThatThrownBy(() -> new ContainerBuilder("/no/such/program")
                            .seccomp(SeccompChoice.profile(PROFILE))
                            .supervisor(supervisor)
                            .start())
                    .hasMessageContaining("/no/such/program");
            assertThat(supervisor.asked).isEmpty();
            assertThat(supervisor.ends).isEmpty();
        }
    }
}
