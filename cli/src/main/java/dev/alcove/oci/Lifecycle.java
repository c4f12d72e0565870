package dev.alcove.oci;

import dev.alcove.linux.Signal;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerException.Kind;
import dev.alcove.spec.OciSpec;
import java.util.Optional;

/** The commands that make, move and end a container: flags and arguments in, one call of {@link OciRuntime} out. */
final class Lifecycle {
    private Lifecycle() {}

    static int create(OciContext context, OciArguments arguments) {
        CreateRequest request = CreateRequest.of(context, arguments);
        OciSpec spec = OciConfig.read(request);
        context.runtime(arguments).create(request, spec);
        return 0;
    }

    static int run(OciContext context, OciArguments arguments) {
        FlagValues flags = arguments.flags();
        CreateRequest request = CreateRequest.of(context, arguments);
        OciSpec spec = OciConfig.read(request);
        return context.runtime(arguments).run(request, spec, flags.on("detach"), flags.on("keep"));
    }

    static int start(OciContext context, OciArguments arguments) {
        context.runtime(arguments).start(ContainerIds.check(arguments.id()));
        return 0;
    }

    static int pause(OciContext context, OciArguments arguments) {
        context.runtime(arguments).pause(ContainerIds.check(arguments.id()));
        return 0;
    }

    static int resume(OciContext context, OciArguments arguments) {
        context.runtime(arguments).resume(ContainerIds.check(arguments.id()));
        return 0;
    }

    static int delete(OciContext context, OciArguments arguments) {
        context.runtime(arguments)
                .delete(ContainerIds.check(arguments.id()), arguments.flags().on("force"));
        return 0;
    }

    static int kill(OciContext context, OciArguments arguments) {
        String id = ContainerIds.check(arguments.id());
        OciRuntime runtime = context.runtime(arguments);
        String text =
                arguments.positionals().size() > 1 ? arguments.positionals().get(1) : "SIGTERM";
        if (text.equals("0")) {
            return exists(runtime, id);
        }
        Optional<Signal> signal = Signal.parse(text);
        if (signal.isEmpty()) {
            // A container that is not there is the greater mistake, and what callers look for.
            runtime.state(id);
            throw new ContainerException(
                    Kind.INVALID, "unknown signal " + GoValues.quote(text) + ": write TERM, SIGTERM or 15, 1 to 64");
        }
        runtime.kill(id, signal.get(), arguments.flags().on("all"));
        return 0;
    }

    /** Signal 0 sends nothing and tells whether there is somebody, kill(2). */
    private static int exists(OciRuntime runtime, String id) {
        if (runtime.state(id).pid() == 0) {
            throw new ContainerException(Kind.CONFLICT, "container not running");
        }
        return 0;
    }

    static int checkpoint(OciContext context, OciArguments arguments) {
        String id = ContainerIds.check(arguments.id());
        context.runtime(arguments).checkpoint(id, CheckpointRequest.of(context, arguments.flags()));
        return 0;
    }

    static int restore(OciContext context, OciArguments arguments) {
        FlagValues flags = arguments.flags();
        CreateRequest request = CreateRequest.of(context, arguments);
        CheckpointRequest checkpoint = CheckpointRequest.of(context, flags);
        OciSpec spec = OciConfig.read(request);
        return context.runtime(arguments).restore(request, spec, checkpoint, flags.on("detach"));
    }
}
