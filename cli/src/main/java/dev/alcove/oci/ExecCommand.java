package dev.alcove.oci;

import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerException.Kind;
import dev.alcove.spec.OciProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code exec}: one more process in a container. */
final class ExecCommand {
    private ExecCommand() {}

    static int run(OciContext context, OciArguments arguments) {
        return context.runtime(arguments).exec(request(context, arguments));
    }

    static ExecRequest request(OciContext context, OciArguments arguments) {
        FlagValues flags = arguments.flags();
        Path directory = context.directory();
        Optional<OciProcess> given =
                flags.text("process").map(file -> OciConfig.process(file, InputFiles.read(directory, file)));
        boolean detach = flags.on("detach");
        boolean terminal = given.map(OciProcess::terminal).orElseGet(() -> flags.on("tty"));
        boolean socket = flags.has("console-socket");
        // Whoever makes the terminal must be there to serve it: us, or the one at the other end of the socket.
        if (terminal && detach && !socket) {
            throw invalid("cannot allocate tty if " + OciCommands.NAME + " will detach without setting console socket");
        }
        if (socket && !(terminal && detach)) {
            throw invalid("cannot use console socket if " + OciCommands.NAME + " will not detach or allocate tty");
        }
        return new ExecRequest(
                ContainerIds.check(arguments.id()),
                given,
                flags,
                List.copyOf(arguments
                        .positionals()
                        .subList(1, arguments.positionals().size())),
                detach,
                flags.on("ignore-paused"),
                flags.text("console-socket").map(directory::resolve),
                flags.text("pidfd-socket").map(directory::resolve),
                flags.text("pid-file").map(directory::resolve),
                Descriptors.preserved(flags),
                ExecRequest.cgroups(flags.texts("cgroup")));
    }

    private static ContainerException invalid(String message) {
        return new ContainerException(Kind.INVALID, message);
    }
}
