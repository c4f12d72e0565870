package dev.alcove.cli;

import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerStore;
import dev.alcove.runtime.StoredContainer;
import dev.alcove.spec.NamespaceMode;
import dev.alcove.spec.NetworkFlag;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;

/**
 * What {@code run} does for a container's network around its start. Only what is on a network, or has a program that speaks
 * for it, costs a start anything: classes of the module network are not loaded for others.
 */
interface RunNetwork extends AutoCloseable {
    /** Nothing: what there is to say has been said to the builder. */
    RunNetwork NOTHING = new RunNetwork() {
        @Override
        public void prepare(ContainerBuilder builder, boolean detach) {}

        @Override
        public void plug(ContainerBuilder builder, StoredContainer recorded) {}

        @Override
        public void started(boolean detached) {}

        @Override
        public List<String> explain(ContainerBuilder builder) {
            return List.of();
        }

        @Override
        public void close() {}
    };

    /**
     * From values to what is to be done. Looks networks up; makes and reserves nothing.
     *
     * @param mounted  where the user mounts something: that stays what it is
     * @param hostname the container's host name
     */
    static RunNetwork of(
            Shell shell, NetworkWish wish, ContainerBuilder builder, Set<String> mounted, String hostname) {
        NetworkFlag first = wish.first();
        if (first instanceof NetworkFlag.Joined) {
            return JoinedNetworks.of(shell, wish, mounted, hostname);
        }
        if (first instanceof NetworkFlag.Program program) {
            return ProgramNetwork.of(shell, program.program(), wish, builder, mounted);
        }
        if (first instanceof NetworkFlag.Room room && room.mode() instanceof NamespaceMode.Container other) {
            ContainerStore store = ContainerStore.standard(shell.environment());
            if (Files.exists(store.root().resolve("network"))) {
                HostNetworks.share(shell, builder, store.find(other.reference()), mounted);
            }
        }
        if (wish.resolves() && !mounted.contains(ResolvText.FILE)) {
            boolean host = first instanceof NetworkFlag.Room room && room.mode() instanceof NamespaceMode.Host;
            builder.file(ResolvText.FILE, ResolvText.of(wish, host));
        }
        return NOTHING;
    }

    /** Before the container's record is made: what its monitor is to do at its end. */
    void prepare(ContainerBuilder builder, boolean detach);

    /** When the record is there: reserves what the container gets, and tells the builder. */
    void plug(ContainerBuilder builder, StoredContainer recorded);

    /**
     * The container runs.
     *
     * @param detached whether it goes on without us: then {@link #close} takes nothing back
     */
    void started(boolean detached);

    /** Tells the builder what there would be, and says what a program of system calls cannot show. */
    List<String> explain(ContainerBuilder builder);

    /** The container is over, or was never started. */
    @Override
    void close();
}
