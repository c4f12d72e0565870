package dev.alcove.runtime;

import dev.alcove.linux.Signal;
import java.util.Optional;

/**
 * Why a program in a sandbox ended, from what is known of it. What the kernel counted comes before what the JVM said,
 * which the program itself could have printed: it would deceive nobody but about itself.
 */
record SandboxEnding(
        Sandbox sandbox,
        Exit exit,
        Optional<SandboxSupervisor.Counters> counts,
        SandboxSupervisor supervisor,
        String stderr,
        boolean overflow) {
    /** What a JVM ends with when -XX:+ExitOnOutOfMemoryError ends it. */
    private static final int OUT_OF_MEMORY = 3;

    private static final String NO_MEMORY = "java.lang.OutOfMemoryError";
    /** The same in the JVM's own code, where no Java could be told. */
    private static final String NO_NATIVE_MEMORY = "insufficient memory for the Java Runtime Environment";

    private static final String NO_THREAD = "unable to create native thread";

    Verdict.Ending ending() {
        boolean well = exit.status() == 0 && !exit.timedOut();
        Optional<String> call = supervisor.last();
        if (overflow) {
            return new Verdict.Ending.TooMuchOutput(sandbox.output);
        }
        if (supervisor.killed() && call.isPresent()) {
            return new Verdict.Ending.ForbiddenCall(call.get());
        }
        if (counts.isEmpty()) {
            return new Verdict.Ending.MonitorKilled();
        }
        SandboxSupervisor.Counters counted = counts.get();
        if (counted.outOfMemory() > 0) {
            return new Verdict.Ending.Memory(sandbox.memory);
        }
        if (!well && (counted.refusedThreads() > 0 || says(NO_THREAD))) {
            return new Verdict.Ending.Pids(sandbox.threads);
        }
        if (says(NO_MEMORY) || says(NO_NATIVE_MEMORY)) {
            return new Verdict.Ending.Memory(sandbox.memory);
        }
        if (exit.timedOut()) {
            return new Verdict.Ending.Time(sandbox.timeout);
        }
        if (!well && call.isPresent()) {
            return new Verdict.Ending.ForbiddenCall(call.get());
        }
        int signal = counted.status() & 0x7f;
        return signal != 0 ? new Verdict.Ending.Killed(Signal.of(signal)) : new Verdict.Ending.Exited(exit.status());
    }

    /** The JVM ended for this, by itself or because nobody caught the error. */
    private boolean says(String error) {
        int status = exit.status();
        return (status == OUT_OF_MEMORY || status == 1) && stderr.contains(error);
    }
}
