package dev.alcove.network;

import dev.alcove.linux.UnixSocket;
import dev.alcove.spec.PortMapping;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * slirp4netns's published ports, which can be changed while it runs: one JSON request a connection to its socket,
 * slirp4netns(1) "API socket".
 */
final class SlirpPorts {
    private static final int MOST = 64 * 1024;

    private SlirpPorts() {}

    /**
     * Opens a port of the host.
     *
     * @return the number by which it is closed again
     * @throws NetworkException CONFLICT if it is in use
     */
    static long add(Path socket, PortMapping port) {
        String answer = ask(
                socket,
                "{\"execute\":\"add_hostfwd\",\"arguments\":{\"proto\":\""
                        + port.protocol().word() + "\",\"host_addr\":\""
                        + port.address().map(a -> a.getHostAddress()).orElse("0.0.0.0") + "\",\"host_port\":"
                        + port.host()
                        + ",\"guest_port\":" + port.container() + "}}");
        int id = answer.indexOf("\"id\"");
        if (answer.contains("\"error\"") || id < 0) {
            throw new NetworkException(
                    NetworkException.Kind.CONFLICT,
                    "--publish: port " + port.host() + "/" + port.protocol().word()
                            + " of the host cannot be opened: slirp4netns says " + answer.strip()
                            + "\n  likely cause: another process has the port, or it is below 1024, which are root's"
                            + "\n  mend: ss -lntup shows who; publish another port");
        }
        return number(answer, answer.indexOf(':', id) + 1);
    }

    /** Closes one; nothing happens if it is closed already. */
    static void remove(Path socket, long id) {
        ask(socket, "{\"execute\":\"remove_hostfwd\",\"arguments\":{\"id\":" + id + "}}");
    }

    /** A whole number that stands in a text. */
    static long number(String text, int from) {
        int at = from;
        while (at < text.length() && !Character.isDigit(text.charAt(at))) {
            at++;
        }
        long value = 0;
        while (at < text.length() && Character.isDigit(text.charAt(at))) {
            value = value * 10 + (text.charAt(at++) - '0');
        }
        return value;
    }

    private static String ask(Path socket, String request) {
        StringBuilder answer = new StringBuilder();
        try (UnixSocket api = UnixSocket.connect(socket)) {
            api.send(request.getBytes(StandardCharsets.UTF_8));
            // It answers when it has seen the request's end.
            api.shutdown();
            byte[] part = new byte[1024];
            while (answer.length() < MOST) {
                UnixSocket.Received got = api.receive(part);
                if (got.length() <= 0) {
                    break;
                }
                answer.append(new String(part, 0, got.length(), StandardCharsets.UTF_8));
            }
        }
        return answer.toString();
    }
}
