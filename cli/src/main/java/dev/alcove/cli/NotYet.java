package dev.alcove.cli;

import dev.alcove.runtime.ContainerException;
import dev.alcove.spec.DidYouMean;
import dev.alcove.spec.SpecException;
import java.util.List;

/** What people know from docker and Alcove cannot do yet: it says so, and what there is in its place. */
final class NotYet {
    private static final List<String> MODES =
            List.of("none", "host", "private", "container", "container:", "ns", "ns:", "container:NAME", "ns:PATH");

    private NotYet() {}

    /** Refuses what is a network's name, but not what is a mode, or nearly one. */
    static void refuseNetwork(String text) {
        if (!text.isEmpty()
                && text.indexOf(':') < 0
                && DidYouMean.nearest(text, MODES).isEmpty()) {
            throw refusal(
                    "--network: " + SpecException.quote(text) + " cannot be joined: networks are not there yet",
                    "a container's network is none (only lo), host, container:NAME, ns:PATH or ns:NAME",
                    "--network host for the machine's own network");
        }
    }

    /**
     * Refuses a flag of docker's that comes later; returns if it is none of these.
     *
     * @param flag as it is written, {@code --publish} or {@code -p}
     */
    static void refuseFlag(String flag) {
        switch (flag) {
            case "-p", "--publish", "-P", "--publish-all" ->
                throw refusal(
                        flag + ": ports cannot be published: networks are not there yet",
                        "a container's network is none (only lo), host, container:NAME, ns:PATH or ns:NAME",
                        "--network host: what it listens on is then open on the machine itself");
            case "--restart" ->
                throw refusal(
                        flag + ": restarting is not there yet",
                        "a container ends when its command does, and nothing watches it but its monitor",
                        "let what starts it do so again, as a systemd unit with Restart=on-failure");
            default -> {}
        }
    }

    private static ContainerException refusal(String what, String cause, String mend) {
        return new ContainerException(
                ContainerException.Kind.UNSUPPORTED, what + "\n  likely cause: " + cause + "\n  mend: " + mend);
    }
}
