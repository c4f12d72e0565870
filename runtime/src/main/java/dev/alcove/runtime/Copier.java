package dev.alcove.runtime;

import dev.alcove.linux.Child;
import dev.alcove.linux.Fd;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.UnixSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A process of init that makes copies of itself when it is asked: a container's monitor for one more process in that
 * container, or the {@link Zygote} for a container. A copy is this JVM's child.
 *
 * @param control our end of its socket
 */
record Copier(UnixSocket control) {
    /** The longest title of a copy, in bytes. */
    static final int LONGEST_TITLE = 64;

    private static final byte[] UNCHANGED = new byte[1];

    /**
     * Asks for a copy.
     *
     * @param title what /proc/PID/cmdline is to show of it, in at most {@link #LONGEST_TITLE} bytes; empty for what it shows of the copied
     * @param fds   the descriptors that it is to have: as many as the highest number says
     * @return false if the process has ended, or has so many requests before it that it must have been stopped, or our side of its socket is closed: whoever asked learns that in the
     *     usual way
     */
    boolean ask(String title, Map<Integer, Fd> fds) {
        List<Fd> ordered = new ArrayList<>();
        for (int i = 0; i < fds.size(); i++) {
            ordered.add(fds.get(i));
        }
        // Not while another thread closes it: the number may be somebody else's descriptor at once.
        synchronized (control) {
            return send(title, ordered);
        }
    }

    /** Closes our end: whoever watches it goes on, or ends. */
    void close() {
        synchronized (control) {
            control.close();
        }
    }

    private boolean send(String title, List<Fd> ordered) {
        try {
            return control.sendAtOnce(title.isEmpty() ? UNCHANGED : title.getBytes(StandardCharsets.UTF_8), ordered);
        } catch (LinuxException | IllegalStateException e) {
            return false;
        }
    }

    /**
     * The copy that was asked for, once it is there.
     *
     * @param own our end of the copy's own socket; the other is closed here
     * @return empty if none was made: the process has ended, or could not
     */
    static Optional<Child> copied(UnixSocket own) {
        Launcher.Report report = Launcher.read(own);
        return report == null || report.value() < 0
                ? Optional.empty()
                : Optional.of(Child.madeFor((int) report.value()));
    }
}
