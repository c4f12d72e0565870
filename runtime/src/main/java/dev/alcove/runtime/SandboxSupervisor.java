package dev.alcove.runtime;

import dev.alcove.linux.Cgroup;
import dev.alcove.linux.CgroupController;
import dev.alcove.linux.CgroupStats;
import dev.alcove.linux.Errno;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Poller;
import dev.alcove.linux.SeccompListener;
import dev.alcove.linux.Syscall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Answers for the calls of a sandbox that its filter does not decide: the one execve(2) by which the JVM comes to be may
 * pass, everything else is refused and counted by name.
 */
final class SandboxSupervisor implements Supervisor, AutoCloseable {
    /** Whoever tries more is killed: each try costs this JVM a little. */
    private static final long MOST = 1000;

    /**
     * What the kernel counted.
     *
     * @param status         how the program ended, as wait4(2) has it
     * @param memory         the most bytes at one time; 0 if nobody counted
     * @param outOfMemory    how often the kernel killed it for want of memory
     * @param refusedThreads how often it was refused a thread
     * @param threads        the most threads at one time
     */
    record Counters(int status, long memory, long outOfMemory, long refusedThreads, OptionalLong threads) {}

    private final boolean strict;
    private final Runnable kill;
    private final Map<String, Long> forbidden = new LinkedHashMap<>();
    private String group = "";
    private String last = "";
    private long tries;
    private boolean killed;
    private @Nullable SeccompListener listener;
    private Poller.@Nullable Registration registration;
    private @Nullable Counters counters;

    SandboxSupervisor(boolean strict, Runnable kill) {
        this.strict = strict;
        this.kill = kill;
    }

    /** The control group to look at in the end. */
    synchronized void group(String name) {
        group = name;
    }

    /**
     * Waits for the execve(2) of the child, which until then is our own interpreter alone, and lets it pass. Whatever
     * comes later is answered on the shared thread.
     */
    @Override
    public void listen(SeccompListener from) {
        synchronized (this) {
            listener = from;
        }
        for (Optional<SeccompListener.Call> call = from.await(); call.isPresent(); call = from.await()) {
            if (call.get().is(Syscall.EXECVE)) {
                from.proceed(call.get());
                watch(from);
                return;
            }
            refuse(from, call.get());
        }
    }

    private synchronized void watch(SeccompListener from) {
        if (listener == from) {
            registration = SandboxRun.Shared.POLLER.register(from.fd(), () -> ready(from));
        }
    }

    private void ready(SeccompListener from) {
        boolean end;
        boolean out = false;
        synchronized (this) {
            if (listener != from) {
                return;
            }
            try {
                for (Optional<SeccompListener.Call> call = from.poll(); call.isPresent(); call = from.poll()) {
                    out |= refuse(from, call.get());
                }
                end = from.over();
            } catch (LinuxException e) {
                // Then nobody answers any more: what waits fails with ENOSYS.
                end = true;
            }
            if (end) {
                from.close();
                listener = null;
            } else {
                watch(from);
            }
        }
        if (out) {
            kill.run();
        }
    }

    /** Whether that was one too many. */
    private synchronized boolean refuse(SeccompListener from, SeccompListener.Call call) {
        Optional<String> known = call.name();
        last = known.orElse("call " + call.number());
        forbidden.merge(last, 1L, Long::sum);
        tries++;
        boolean out = strict || tries > MOST;
        killed |= out;
        if (!out) {
            // One that this table does not know, the program's libraries try and do without.
            from.refuse(call, known.isPresent() ? Errno.EPERM : Errno.ENOSYS);
        }
        return out;
    }

    @Override
    public void ended(int status) {
        String name;
        synchronized (this) {
            name = group;
        }
        Counters found = name.isEmpty() ? new Counters(status, 0, 0, 0, OptionalLong.empty()) : count(status, name);
        synchronized (this) {
            counters = found;
        }
    }

    private static Counters count(int status, String group) {
        CgroupStats stats = Cgroup.of(ThisProcess.cgroups(), group).stats();
        Optional<CgroupStats.Memory> memory = stats.memory();
        return new Counters(
                status,
                memory.map(m -> m.peak().orElse(m.usage())).orElse(0L),
                memory.map(CgroupStats.Memory::oomKills).orElse(0L),
                number(group, "pids.events", "max ").orElse(0),
                number(group, "pids.peak", ""));
    }

    /** A number of a file of the pids controller; empty where the kernel does not have it. */
    private static OptionalLong number(String group, String file, String before) {
        Optional<Path> path =
                ThisProcess.cgroups().of(CgroupController.PIDS).map(h -> Path.of(h.directory(group), file));
        if (path.isEmpty() || !Files.isReadable(path.get())) {
            return OptionalLong.empty();
        }
        try {
            for (String line : Files.readAllLines(path.get())) {
                if (line.startsWith(before)) {
                    return OptionalLong.of(
                            Long.parseLong(line.substring(before.length()).strip()));
                }
            }
        } catch (IOException e) {
            // The group is just going: then nobody knows.
        }
        return OptionalLong.empty();
    }

    /** What the kernel counted; nothing if the monitor, which asks for that before the groups go, was killed. */
    synchronized Optional<Counters> counters() {
        return Optional.ofNullable(counters);
    }

    /** Every refused call by name, in the order of the first try. */
    synchronized Map<String, Long> forbidden() {
        return new LinkedHashMap<>(forbidden);
    }

    /** The last refused call. */
    synchronized Optional<String> last() {
        return last.isEmpty() ? Optional.empty() : Optional.of(last);
    }

    /** Whether a call was its end. */
    synchronized boolean killed() {
        return killed;
    }

    @Override
    public synchronized void close() {
        if (registration != null) {
            registration.cancel();
        }
        if (listener != null) {
            listener.close();
            listener = null;
        }
    }
}
