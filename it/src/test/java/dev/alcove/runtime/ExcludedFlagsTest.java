package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Fd;
import dev.alcove.linux.Syscall;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A clone that the kernel refuses: written by hand, since the planner never asks for it. */
class ExcludedFlagsTest {
    @Test
    @DisplayName("newns_with_fs_is_refused")
    void newnsWithFsIsRefused() {
        assertThat(start("CLONE_NEWUTS|CLONE_NEWNS").isPresent())
                .as("with CLONE_NEWNS alone it is not this that fails")
                .isFalse();
        ContainerException refused = start("CLONE_NEWNS|CLONE_FS").orElseThrow();
        assertThat(refused.kind()).isEqualTo(ContainerException.Kind.INVALID);
        assertThat(refused)
                .hasMessageContaining("clone3: EINVAL")
                .hasMessageContaining("CLONE_NEWNS and CLONE_FS exclude each other");
    }

    /** Clones with these flags; the child ends at once. What was refused, if it was. */
    private static Optional<ContainerException> start(String flags) {
        ContainerSpec spec =
                new ContainerBuilder("true").rootfs(Rootfs.inherited()).spec();
        HostFacts facts = HostProbe.read(spec);
        Program.Builder p = new Program.Builder(facts.arch());
        Arg.Num bits = KernelConstants.flags(facts.arch(), flags);
        Data args = Data.longs("{" + flags + ", SIGCHLD}", bits.value(), 0, 0, 0, 17, 0, 0, 0, 0, 0, 0);
        Arg.Result pid = p.callTo("pid", "a child", Syscall.CLONE3, Arg.at(args), Arg.num(args.size()));
        Step.Label child = new Step.Label();
        p.jump(Step.When.ZERO, pid, child, "the child's side");
        p.call("its end", Syscall.WAIT4, pid, Arg.NULL, KernelConstants.flags(facts.arch(), "__WALL"), Arg.NULL);
        Data report = Data.buffer(Wire.REPORT_SIZE, "report");
        p.add(new Step.Put(Arg.at(report), Arg.num(Wire.REPORT_STARTED, "STARTED"), 4, "the report"));
        p.call("it was made", Syscall.WRITE, Arg.num(Wire.CONTROL), Arg.at(report), Arg.num(Wire.REPORT_SIZE));
        p.bind(child);
        p.add(new Step.Exit(Arg.ZERO, "both end here"));
        try {
            Launcher.Started started = Launcher.start(
                    spec,
                    () -> new Launcher.Planned(facts, p.build()),
                    Fd.standard(0),
                    Fd.standard(1),
                    Fd.standard(2),
                    Map.of(),
                    Optional.empty());
            started.monitor().reap();
            started.control().close();
            return Optional.empty();
        } catch (ContainerException e) {
            return Optional.of(e);
        }
    }
}
