package dev.alcove.spec;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The process a container runs; {@code process} in config.md.
 *
 * @param terminal whether it gets a terminal of its own
 * @param consoleSize the terminal's size at the start
 * @param user who it runs as
 * @param args the program and its arguments; not empty when it is started
 * @param env its whole environment, as {@code NAME=value}
 * @param cwd its working directory, absolute, inside the container
 * @param capabilities its capability sets; absent: as the runtime's caller has them
 * @param rlimits its resource limits, setrlimit(2)
 * @param noNewPrivileges whether execve may never grant more, prctl(2) PR_SET_NO_NEW_PRIVS
 * @param apparmorProfile its AppArmor profile; empty: none asked for
 * @param oomScoreAdj its badness towards the OOM killer, -1000 to 1000; absent: unchanged
 * @param selinuxLabel its SELinux label; empty: none asked for
 * @param scheduler how it is scheduled, sched_setattr(2)
 * @param ioPriority its I/O priority, ioprio_set(2)
 * @param execCpuAffinity the CPUs of a process that joins a running container
 */
@Json
public record OciProcess(
        boolean terminal,
        @Nullable ConsoleSize consoleSize,
        OciUser user,
        List<String> args,
        List<String> env,
        String cwd,
        @Nullable LinuxCapabilities capabilities,
        List<PosixRlimit> rlimits,
        boolean noNewPrivileges,
        String apparmorProfile,
        @Nullable Integer oomScoreAdj,
        String selinuxLabel,
        @Nullable LinuxScheduler scheduler,
        @Nullable LinuxIoPriority ioPriority,
        @Json.Property("execCPUAffinity") @Nullable ExecCpuAffinity execCpuAffinity) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public OciProcess {
        user = Fields.user(user);
        args = Fields.list("args", args);
        env = Fields.list("env", env);
        cwd = Fields.text(cwd);
        rlimits = Fields.list("rlimits", rlimits);
        apparmorProfile = Fields.text(apparmorProfile);
        selinuxLabel = Fields.text(selinuxLabel);
    }

    /** A builder in which everything is absent. */
    public static OciProcessBuilder builder() {
        return new OciProcessBuilder();
    }

    /** A builder that starts from this. */
    public OciProcessBuilder toBuilder() {
        return new OciProcessBuilder(this);
    }
}
