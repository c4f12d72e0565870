package dev.alcove.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.Rootfs;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.DefaultExecuteResultHandler;
import org.apache.commons.exec.DefaultExecutor;
import org.apache.commons.exec.ExecuteException;
import org.apache.commons.exec.ExecuteWatchdog;
import org.apache.commons.exec.PumpStreamHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Apache Commons Exec, a library written for java.lang.Process, pumps, times and kills a container's process. */
@Timeout(60)
class CommonsExecTest {
    private final List<Container> started = new ArrayList<>();

    @BeforeEach
    void root() {
        Needs.root();
    }

    @AfterEach
    void close() {
        started.forEach(Container::close);
    }

    /** The library as it is, but for the place where it makes the process. */
    private final class InContainers extends DefaultExecutor {
        @SuppressWarnings("deprecation") // Its builder makes no subclasses.
        InContainers(PumpStreamHandler streams) {
            setStreamHandler(streams);
        }

        @Override
        protected Process launch(CommandLine command, Map<String, String> environment, Path directory)
                throws IOException {
            ContainerBuilder b = new ContainerBuilder(List.of(command.toStrings()))
                    .rootfs(Rootfs.host())
                    .hostname("commons");
            if (environment != null) {
                b.environment().putAll(environment);
            }
            Container container = b.start();
            started.add(container);
            return container.process();
        }
    }

    private static CommandLine sh(String script) {
        return new CommandLine("sh").addArgument("-c").addArgument(script, false);
    }

    @Test
    void pumpsItsStreams() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        InContainers executor = new InContainers(
                new PumpStreamHandler(out, err, new ByteArrayInputStream("one\ntwo\n".getBytes(UTF_8))));
        assertThat(executor.execute(sh("hostname; cat; echo $WORD >&2"), Map.of("WORD", "passed on")))
                .isZero();
        assertThat(out.toString(UTF_8)).isEqualTo("commons\none\ntwo\n");
        assertThat(err.toString(UTF_8)).isEqualTo("passed on\n");
    }

    @Test
    void hasItsExitValue() {
        InContainers executor = new InContainers(new PumpStreamHandler());
        assertThatThrownBy(() -> executor.execute(sh("exit 9")))
                .isInstanceOfSatisfying(
                        ExecuteException.class,
                        e -> assertThat(e.getExitValue()).isEqualTo(9));
    }

    @Test
    void itsWatchdogEndsIt() throws Exception {
        InContainers executor = new InContainers(new PumpStreamHandler());
        ExecuteWatchdog watchdog =
                ExecuteWatchdog.builder().setTimeout(Duration.ofMillis(100)).get();
        executor.setWatchdog(watchdog);
        DefaultExecuteResultHandler handler = new DefaultExecuteResultHandler();
        executor.execute(sh("sleep 1000"), handler);
        handler.waitFor();
        assertThat(watchdog.killedProcess()).isTrue();
        assertThat(handler.getExitValue()).isEqualTo(137);
    }
}
