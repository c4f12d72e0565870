package dev.alcove.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A handle of a container's first process: what the JDK can tell of any process by its pid, and its end as we know it. The
 * pid is only looked at while the process lives, since after that it may be another's.
 */
final class ContainerHandle implements ProcessHandle {
    private final ContainerProcess process;

    ContainerHandle(ContainerProcess process) {
        this.process = process;
    }

    private Optional<ProcessHandle> living() {
        return process.isAlive() ? ProcessHandle.of(process.pid()) : Optional.empty();
    }

    @Override
    public long pid() {
        return process.pid();
    }

    /** The monitor, which is this process's child. */
    @Override
    public Optional<ProcessHandle> parent() {
        return living().flatMap(ProcessHandle::parent);
    }

    @Override
    public Stream<ProcessHandle> children() {
        return living().stream().flatMap(ProcessHandle::children);
    }

    @Override
    public Stream<ProcessHandle> descendants() {
        return living().stream().flatMap(ProcessHandle::descendants);
    }

    @Override
    public Info info() {
        return living().map(ProcessHandle::info).orElse(Ended.INFO);
    }

    /** Of a process that is gone nothing can be told. */
    private enum Ended implements Info {
        INFO;

        @Override
        public Optional<String> command() {
            return Optional.empty();
        }

        @Override
        public Optional<String> commandLine() {
            return Optional.empty();
        }

        @Override
        public Optional<String[]> arguments() {
            return Optional.empty();
        }

        @Override
        public Optional<Instant> startInstant() {
            return Optional.empty();
        }

        @Override
        public Optional<Duration> totalCpuDuration() {
            return Optional.empty();
        }

        @Override
        public Optional<String> user() {
            return Optional.empty();
        }
    }

    @Override
    public CompletableFuture<ProcessHandle> onExit() {
        return process.onExit().thenApply(ended -> this);
    }

    @Override
    public boolean supportsNormalTermination() {
        return true;
    }

    @Override
    public boolean destroy() {
        boolean alive = process.isAlive();
        process.destroy();
        return alive;
    }

    @Override
    public boolean destroyForcibly() {
        boolean alive = process.isAlive();
        process.destroyForcibly();
        return alive;
    }

    @Override
    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public int compareTo(ProcessHandle other) {
        return Long.compare(pid(), other.pid());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ContainerHandle handle && handle.process == process;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(pid());
    }

    @Override
    public String toString() {
        return Long.toString(pid());
    }
}
