package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import dev.alcove.spec.OciLinux;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciSpec;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A command that is run in other rooms without being a container: what entering and unsharing have in common. */
final class Task {
    final List<String> command;
    final Map<String, String> environment = new LinkedHashMap<>();
    String directory = "/";
    boolean pipes;
    List<Fd> streams = List.of();

    Task(List<String> command) {
        if (command.isEmpty() || command.getFirst().isEmpty()) {
            throw new IllegalArgumentException("process.args: a command is needed");
        }
        this.command = List.copyOf(command);
    }

    /** It has no name: messages name the command instead. */
    ContainerSpec spec(OciLinux linux) {
        List<String> env = new ArrayList<>();
        environment.forEach((k, v) -> env.add(k + "=" + v));
        OciProcess process =
                OciProcess.builder().args(command).env(env).cwd(directory).build();
        return new ContainerSpec(
                "task",
                "",
                OciSpec.builder()
                        .ociVersion("1.3.0")
                        .process(process)
                        .linux(linux)
                        .build(),
                Rootfs.inherited(),
                false,
                false,
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                MonitorDuties.NONE);
    }

    /** Starts it with the streams that were given, or the caller's own. */
    Container start(ContainerSpec spec, HostFacts facts, Program program, Map<Integer, Fd> more) {
        StreamChoice choice = pipes
                ? StreamChoice.PIPES
                : streams.isEmpty()
                        ? StreamChoice.PIPES
                                .withIn(Redirect.INHERIT)
                                .withOut(Redirect.INHERIT)
                                .withErr(Redirect.INHERIT)
                        : StreamChoice.PIPES.withGiven(streams.get(0), streams.get(1), streams.get(2));
        return Container.start(choice, spec, facts, program, more);
    }
}
