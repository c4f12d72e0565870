package dev.alcove.oci;

import dev.alcove.linux.Signal;
import dev.alcove.spec.OciSpec;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the commands ask of the runtime: the containers below one {@code --root}. The arguments are exactly what the command
 * line said, already read and checked as far as that goes without the container.
 *
 * <p>Every method but {@link #list} refuses an id that is none, or that no container has, with a {@link
 * dev.alcove.runtime.ContainerException}: {@code container does not exist}. Its message is what the caller is shown.
 */
interface OciRuntime {
    /**
     * Makes a container whose process waits for {@link #start}.
     *
     * @param spec the configuration, checked; its root file system is there
     */
    void create(CreateRequest request, OciSpec spec);

    /**
     * Makes a container and starts it.
     *
     * @param detach whether to return as soon as it runs
     * @param keep   whether it stays, stopped, when its process has ended
     * @return the process's exit status, 0 if detached
     */
    int run(CreateRequest request, OciSpec spec, boolean detach, boolean keep);

    /** Lets the process of a container that was created go on to its program. */
    void start(String id);

    ContainerStatus state(String id);

    /**
     * Sends a signal.
     *
     * @param all to all its processes, not to its first alone
     */
    void kill(String id, Signal signal, boolean all);

    /**
     * Removes what is left of a container that has stopped.
     *
     * @param force whether to kill what still runs, and to be content if there is nothing of that id
     */
    void delete(String id, boolean force);

    /**
     * All containers, in the order of their ids.
     *
     * @param unreadable is told why one whose files are broken is not among them
     */
    List<ContainerStatus> list(Consumer<String> unreadable);

    /**
     * Runs one more process in a container.
     *
     * @return its exit status, 0 if detached
     */
    int exec(ExecRequest request);

    void pause(String id);

    void resume(String id);

    void update(String id, UpdateRequest request);

    /** The ids of its processes, as the caller's PID namespace numbers them. */
    List<Integer> processes(String id);

    ContainerStats stats(String id);

    /**
     * Waits until a container's process has ended.
     *
     * @param most how long at most
     * @return whether it has
     */
    boolean awaitEnd(String id, Duration most);

    void checkpoint(String id, CheckpointRequest request);

    /** Makes a container of a checkpoint; returns as {@link #run} does. */
    int restore(CreateRequest request, OciSpec spec, CheckpointRequest checkpoint, boolean detach);
}
