package dev.alcove.oci;

import dev.alcove.linux.CgroupStats;
import dev.alcove.linux.Signal;
import dev.alcove.runtime.ContainerException;
import dev.alcove.spec.OciSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The other side of the commands: a few containers in memory, and what was asked of them. */
final class RecordingRuntime implements OciRuntime {
    final Map<String, ContainerStatus> containers = new TreeMap<>();
    final List<Object> asked = new ArrayList<>();
    List<Integer> pids = List.of();
    CgroupStats stats = new CgroupStats(Optional.empty(), Optional.empty(), Optional.empty(), List.of());
    Map<String, String> files = Map.of();
    int looksBeforeTheEnd;
    int exitStatus;
    boolean broken;

    @Override
    public void create(CreateRequest request, OciSpec spec) {
        asked.add(request);
        if (containers.containsKey(request.id())) {
            throw new ContainerException(ContainerException.Kind.CONFLICT, "container with given ID already exists");
        }
    }

    @Override
    public int run(CreateRequest request, OciSpec spec, boolean detach, boolean keep) {
        asked.add(List.of(request, detach, keep));
        return exitStatus;
    }

    @Override
    public void start(String id) {
        asked.add("start " + state(id).id());
    }

    @Override
    public ContainerStatus state(String id) {
        ContainerStatus found = containers.get(id);
        if (found == null) {
            throw new ContainerException(ContainerException.Kind.NOT_FOUND, "container does not exist");
        }
        return found;
    }

    @Override
    public void kill(String id, Signal signal, boolean all) {
        asked.add("kill " + state(id).id() + " " + signal.number() + " " + all);
    }

    @Override
    public void delete(String id, boolean force) {
        if (!force) {
            state(id);
        }
        asked.add("delete " + id + " " + force);
    }

    @Override
    public List<ContainerStatus> list(Consumer<String> unreadable) {
        return List.copyOf(containers.values());
    }

    @Override
    public int exec(ExecRequest request) {
        state(request.id());
        asked.add(request);
        return exitStatus;
    }

    @Override
    public void pause(String id) {
        asked.add("pause " + state(id).id());
    }

    @Override
    public void resume(String id) {
        asked.add("resume " + state(id).id());
    }

    @Override
    public void update(String id, UpdateRequest request) {
        asked.add(request);
    }

    @Override
    public List<Integer> processes(String id) {
        state(id);
        return pids;
    }

    @Override
    public ContainerStats stats(String id) {
        if (broken) {
            throw new IllegalStateException("a mistake");
        }
        return new ContainerStats(stats, files);
    }

    @Override
    public boolean awaitEnd(String id, Duration most) {
        asked.add("await " + most);
        return looksBeforeTheEnd-- <= 0;
    }

    @Override
    public void checkpoint(String id, CheckpointRequest request) {
        state(id);
        asked.add(request);
    }

    @Override
    public int restore(CreateRequest request, OciSpec spec, CheckpointRequest checkpoint, boolean detach) {
        asked.add(List.of(request, checkpoint, detach));
        return exitStatus;
    }

    static CgroupStats someStats(long oomKills) {
        return new CgroupStats(
                Optional.of(new CgroupStats.Cpu(300, 200, 100, 7, 2, 55)),
                Optional.of(new CgroupStats.Memory(4096, 0, OptionalLong.of(8192), OptionalLong.of(1 << 20), oomKills)),
                Optional.of(new CgroupStats.Pids(3, OptionalLong.of(64))),
                List.of(new CgroupStats.Io(8, 0, 10, 20)));
    }
}
