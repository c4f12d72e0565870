package dev.alcove.cli;

import dev.alcove.lens.PinStore;
import dev.alcove.linux.Errno;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.Open;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerStore;
import dev.alcove.runtime.StoredContainer;
import dev.alcove.spec.SpecException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a word on the command line means: a process, or one namespace.
 *
 * @param pid       the process, empty if it is a namespace
 * @param container the container whose first process that is; empty if none was named
 * @param number    the namespace's number, 0 if it is a process
 */
record NamespaceTarget(OptionalInt pid, String container, long number) {
    /** The smallest number of a namespace, PROC_DYNAMIC_FIRST and the fixed ones below; no pid comes near. */
    private static final long LEAST = 0xe000_0000L;

    /** Reads PID, ID, PATH, a container, or a pin's name. */
    static NamespaceTarget of(Shell shell, String command, String word) {
        String digits = digits(word);
        if (!digits.isEmpty()) {
            long number = Long.parseLong(digits);
            return number >= LEAST || !digits.equals(word)
                    ? new NamespaceTarget(OptionalInt.empty(), "", number)
                    : process(command, number);
        }
        if (word.indexOf('/') >= 0) {
            return at(command, word, shell.directory().resolve(word));
        }
        ContainerStore store = ContainerStore.standard(shell.environment());
        Optional<Path> pin = PinStore.of(store).find(word);
        try {
            return container(store, command, word);
        } catch (ContainerException e) {
            if (e.kind() != ContainerException.Kind.NOT_FOUND) {
                throw e;
            }
            if (pin.isPresent()) {
                return at(command, word, pin.get());
            }
            throw new ContainerException(
                    ContainerException.Kind.NOT_FOUND,
                    command + ": " + SpecException.quote(word) + " is no process, namespace, path, container or pin"
                            + "\n  likely cause: a wrong name, another state folder (" + store.root()
                            + "), or it has been removed"
                            + "\n  mend: 'alcove ns' lists the namespaces, 'alcove ps' the containers",
                    e);
        }
    }

    /** Reads PID or a container. */
    static NamespaceTarget process(Shell shell, String command, String word) {
        if (digits(word).equals(word) && !word.isEmpty()) {
            return process(command, Long.parseLong(word));
        }
        return container(ContainerStore.standard(shell.environment()), command, word);
    }

    private static NamespaceTarget process(String command, long pid) {
        if (pid < 1 || pid > Integer.MAX_VALUE) {
            throw new UsageException(command, SpecException.quote(Long.toString(pid)) + " is not the id of a process");
        }
        return new NamespaceTarget(OptionalInt.of((int) pid), "", 0);
    }

    private static NamespaceTarget container(ContainerStore store, String command, String word) {
        StoredContainer container = store.find(word);
        OptionalInt pid = container.pid();
        if (pid.isEmpty() || container.status() != StoredContainer.Status.RUNNING) {
            throw new ContainerException(
                    ContainerException.Kind.CONFLICT,
                    command + ": container " + container.name() + " is not running"
                            + "\n  likely cause: it has ended, and its namespaces with it"
                            + "\n  mend: alcove ps lists those that run");
        }
        return new NamespaceTarget(pid, container.name(), 0);
    }

    private static NamespaceTarget at(String command, String word, Path path) {
        // A FIFO would wait for its other end.
        try (Namespace namespace = Namespace.of(Open.read().nonBlocking().at(path))) {
            return new NamespaceTarget(
                    OptionalInt.empty(), "", namespace.identity().number());
        } catch (LinuxException e) {
            boolean none = e.errno() == Errno.ENOTTY || e.errno() == Errno.EISDIR || e.errno() == Errno.EINVAL;
            throw new ContainerException(
                    none ? ContainerException.Kind.INVALID : ContainerException.Kind.NOT_FOUND,
                    command + ": " + SpecException.quote(word)
                            + (none
                                    ? " is not a namespace"
                                    : " cannot be opened: " + e.errno().text())
                            + "\n  likely cause: a wrong path, or the process whose namespace it was is gone"
                            + "\n  mend: give a file like /proc/PID/ns/net, or a place that one is bound to",
                    e);
        }
    }

    /** The digits of {@code 4026531840} and {@code net:[4026531840]}; empty if it is neither. */
    private static String digits(String word) {
        int open = word.indexOf(":[");
        String text = open > 0 && word.endsWith("]") ? word.substring(open + 2, word.length() - 1) : word;
        boolean all = !text.isEmpty() && text.length() <= 18;
        for (int i = 0; i < text.length(); i++) {
            all &= text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }
        return all ? text : "";
    }
}
