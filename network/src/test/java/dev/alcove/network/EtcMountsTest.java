package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files as a container has them: mounted, in a mount namespace of its own. */
class EtcMountsTest {
    private static final NetworkConfig FRONT = Given.network("front", 1);
    private static final NetworkConfig BACK = Given.network("back", 2);
    private static final List<NetworkConfig> ALL = List.of(FRONT, BACK);

    @TempDir
    private Path folder;

    private Names names;

    @BeforeEach
    void names() {
        Needs.root();
        names = new Names(folder.resolve("network"), folder.resolve("host"));
    }

    /** A process in a mount namespace of its own, which has the files; it ends when its input does. */
    private static final class Inside implements AutoCloseable {
        private final Process process;

        Inside(List<EtcFile> files, String more) throws IOException {
            var script = new StringBuilder("set -e\n");
            for (EtcFile file : files) {
                script.append("mount --bind ")
                        .append(file.outside())
                        .append(' ')
                        .append(file.inside())
                        .append('\n');
                if (!file.writable()) {
                    script.append("mount -o remount,bind,ro ")
                            .append(file.inside())
                            .append('\n');
                }
            }
            script.append(more).append("\necho ready\nexec cat");
            process = new ProcessBuilder("unshare", "--mount", "sh", "-c", script.toString())
                    .redirectErrorStream(true)
                    .start();
            assertThat(process.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("ready");
        }

        int pid() {
            return (int) process.pid();
        }

        String run(String script) throws IOException, InterruptedException {
            Process one = new ProcessBuilder(
                            "nsenter", "--mount", "--target", Long.toString(process.pid()), "sh", "-c", script)
                    .redirectErrorStream(true)
                    .start();
            String text = new String(one.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            one.waitFor();
            return text;
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    private List<EtcFile> come(Endpoint one) {
        return names.come(one, Given.request(one), ALL);
    }

    @Test
    void whoComesAndGoesIsSeenThroughTheMount() throws Exception {
        List<EtcFile> files = come(Given.endpoint(1, "web", "", Given.joined(FRONT, 2)));
        Endpoint db = Given.endpoint(2, "db", "", Given.joined(FRONT, 3));
        try (Inside web = new Inside(files, "")) {
            assertThat(web.run("getent hosts web")).contains("fd00:1::2");
            assertThat(web.run("getent ahostsv4 web")).contains("10.1.0.2");
            assertThat(web.run("getent -s files hosts db")).isEmpty();
            come(db);
            assertThat(web.run("getent -s files ahostsv4 db")).contains("10.1.0.3");
            names.go(db);
            assertThat(web.run("getent -s files ahostsv4 db")).isEmpty();
            assertThat(web.run("echo 10.0.0.1 bank >> /etc/hosts")).contains("Read-only file system");
        }
    }

    @Test
    void aRunningContainersFilesAreExchanged() throws Exception {
        come(Given.endpoint(9, "peer", "", Given.joined(BACK, 9)));
        Endpoint before = Given.endpoint(1, "web", "web", Given.joined(FRONT, 2));
        List<EtcFile> old = come(before);
        Endpoint now = Given.endpoint(1, "web", "web", Given.joined(FRONT, 2), Given.joined(BACK, 3));
        Path own = Files.writeString(folder.resolve("own"), "nameserver 192.0.2.200\n");
        try (Inside web = new Inside(old, "mount --bind " + own + " /etc/resolv.conf")) {
            List<EtcFile> files = new ArrayList<>(names.changed(before, now, ALL));
            EtcMounts.replace(web.pid(), old, files);
            assertThat(web.run("getent -s files ahostsv4 peer")).contains("10.2.0.9");
            assertThat(web.run("echo >> /etc/hosts")).contains("Read-only file system");
            assertThat(web.run("grep ' /etc/hosts ' /proc/self/mountinfo | tail -n1"))
                    .contains("ro,nosuid,nodev,noexec");
            assertThat(web.run("cat /etc/hostname")).isEqualTo("web\n");
            // What it has mounted there itself stays.
            assertThat(web.run("cat /etc/resolv.conf")).isEqualTo("nameserver 192.0.2.200\n");
            // And back.
            List<EtcFile> again = names.changed(now, before, ALL);
            EtcMounts.replace(web.pid(), files, again);
            assertThat(web.run("getent -s files hosts peer")).isEmpty();
            assertThat(web.run("getent -s files ahostsv4 web")).contains("10.1.0.2");
        }
        names.go(before);
        EtcMounts.replace(1 << 22, old, old);
    }
}
