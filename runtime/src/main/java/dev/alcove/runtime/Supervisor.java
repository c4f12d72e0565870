package dev.alcove.runtime;

import dev.alcove.linux.SeccompListener;

/**
 * Is asked about a container's system calls: those for which its filter says SCMP_ACT_NOTIFY, seccomp_unotify(2). And
 * looks once more at its control groups before they go.
 *
 * <pre>
 *     JVM                           monitor                child
 *      │                               │                     │ loads its filter
 *      │◀── the listener ──────────────┼─────────────────────┤
 *      │ {@link #listen}               │                     │
 *      │◀┄┄ a call, e.g. execve ┄┄┄┄┄┄┄┼┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤
 *      ├┄┄┄ yes or no ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┼┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄▶│
 *      │                               │                     ┊ runs
 *      │                               │◀── it ends ─────────┘
 *      │◀── SYNC: ended ───────────────┤
 *      │ {@link #ended}                │
 *      ├── eight bytes ───────────────▶│ removes the control groups
 * </pre>
 */
public interface Supervisor {
    /**
     * The filter is loaded. The container's program is not yet executed, and cannot be before this returns if the filter
     * asks about execve(2).
     *
     * <p>Once for the container, and once more for each process that {@link Container#exec} starts in it, which has a
     * listener of its own. Runs on the thread that starts it.
     *
     * @param listener becomes the supervisor's to answer and to close
     */
    void listen(SeccompListener listener);

    /**
     * All its processes have ended, and its control groups are still there. Runs on the thread that waits for the
     * container's end.
     *
     * @param status how the first process ended, as wait4(2) has it
     */
    default void ended(int status) {}
}
