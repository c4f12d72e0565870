package dev.alcove.cli;

import dev.alcove.runtime.ContainerException;

/** What people know from docker and Alcove cannot do yet: it says so, and what there is in its place. */
final class NotYet {
    private NotYet() {}

    /**
     * Refuses a flag of docker's that comes later; returns if it is none of these.
     *
     * @param flag as it is written, {@code --restart}
     */
    static void refuseFlag(String flag) {
        switch (flag) {
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
