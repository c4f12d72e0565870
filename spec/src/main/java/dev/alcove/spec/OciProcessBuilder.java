package dev.alcove.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes an {@link OciProcess} step by step. Not for several threads. */
public final class OciProcessBuilder {
    private boolean terminal;
    private @Nullable ConsoleSize consoleSize;
    private OciUser user = OciUser.root();
    private List<String> args = List.of();
    private List<String> env = List.of();
    private String cwd = "";
    private @Nullable LinuxCapabilities capabilities;
    private List<PosixRlimit> rlimits = List.of();
    private boolean noNewPrivileges;
    private String apparmorProfile = "";
    private @Nullable Integer oomScoreAdj;
    private String selinuxLabel = "";
    private @Nullable LinuxScheduler scheduler;
    private @Nullable LinuxIoPriority ioPriority;
    private @Nullable ExecCpuAffinity execCpuAffinity;

    OciProcessBuilder() {}

    OciProcessBuilder(OciProcess from) {
        terminal = from.terminal();
        consoleSize = from.consoleSize();
        user = from.user();
        args = from.args();
        env = from.env();
        cwd = from.cwd();
        capabilities = from.capabilities();
        rlimits = from.rlimits();
        noNewPrivileges = from.noNewPrivileges();
        apparmorProfile = from.apparmorProfile();
        oomScoreAdj = from.oomScoreAdj();
        selinuxLabel = from.selinuxLabel();
        scheduler = from.scheduler();
        ioPriority = from.ioPriority();
        execCpuAffinity = from.execCpuAffinity();
    }

    /** Whether it gets a terminal of its own. */
    public OciProcessBuilder terminal(boolean value) {
        terminal = value;
        return this;
    }

    /** The terminal's size at the start. */
    public OciProcessBuilder consoleSize(@Nullable ConsoleSize value) {
        consoleSize = value;
        return this;
    }

    /** Who it runs as. */
    public OciProcessBuilder user(OciUser value) {
        user = value;
        return this;
    }

    /** The program and its arguments; not empty when it is started. */
    public OciProcessBuilder args(List<String> value) {
        args = value;
        return this;
    }

    /** Its whole environment, as {@code NAME=value}. */
    public OciProcessBuilder env(List<String> value) {
        env = value;
        return this;
    }

    /** Its working directory, absolute, inside the container. */
    public OciProcessBuilder cwd(String value) {
        cwd = value;
        return this;
    }

    /** Its capability sets; absent: as the runtime's caller has them. */
    public OciProcessBuilder capabilities(@Nullable LinuxCapabilities value) {
        capabilities = value;
        return this;
    }

    /** Its resource limits, setrlimit(2). */
    public OciProcessBuilder rlimits(List<PosixRlimit> value) {
        rlimits = value;
        return this;
    }

    /** Whether execve may never grant more, prctl(2) PR_SET_NO_NEW_PRIVS. */
    public OciProcessBuilder noNewPrivileges(boolean value) {
        noNewPrivileges = value;
        return this;
    }

    /** Its AppArmor profile; empty: none asked for. */
    public OciProcessBuilder apparmorProfile(String value) {
        apparmorProfile = value;
        return this;
    }

    /** Its badness towards the OOM killer, -1000 to 1000; absent: unchanged. */
    public OciProcessBuilder oomScoreAdj(@Nullable Integer value) {
        oomScoreAdj = value;
        return this;
    }

    /** Its SELinux label; empty: none asked for. */
    public OciProcessBuilder selinuxLabel(String value) {
        selinuxLabel = value;
        return this;
    }

    /** How it is scheduled, sched_setattr(2). */
    public OciProcessBuilder scheduler(@Nullable LinuxScheduler value) {
        scheduler = value;
        return this;
    }

    /** Its I/O priority, ioprio_set(2). */
    public OciProcessBuilder ioPriority(@Nullable LinuxIoPriority value) {
        ioPriority = value;
        return this;
    }

    /** The CPUs of a process that joins a running container. */
    public OciProcessBuilder execCpuAffinity(@Nullable ExecCpuAffinity value) {
        execCpuAffinity = value;
        return this;
    }

    /**
     * The finished record.
     *
     * @throws SpecException if a number is out of its range
     */
    public OciProcess build() {
        return new OciProcess(
                terminal,
                consoleSize,
                user,
                args,
                env,
                cwd,
                capabilities,
                rlimits,
                noNewPrivileges,
                apparmorProfile,
                oomScoreAdj,
                selinuxLabel,
                scheduler,
                ioPriority,
                execCpuAffinity);
    }
}
