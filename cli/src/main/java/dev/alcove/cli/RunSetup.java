package dev.alcove.cli;

import dev.alcove.linux.Signal;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.Rootfs;
import dev.alcove.spec.ContainerName;
import dev.alcove.spec.DidYouMean;
import dev.alcove.spec.Durations;
import dev.alcove.spec.SpecException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * From run's flags to a container to start. Refuses bad values with the flag's name before anything is made.
 *
 * @param builder    the container
 * @param image      what it is made of, for lists
 * @param command    what it runs
 * @param name       what it is to be called; empty if nothing was said
 * @param stopSignal what SIGTERM is passed on as
 * @param network    what is done for its network
 */
record RunSetup(
        ContainerBuilder builder,
        String image,
        List<String> command,
        Optional<String> name,
        Signal stopSignal,
        RunNetwork network) {
    private static final String HOST = "host";

    static RunSetup of(Shell shell, Arguments arguments) {
        Optional<String> name =
                arguments.value("name").map(text -> ContainerName.parse(text).text());
        Optional<String> rootfs = arguments.value("rootfs");
        List<String> words = arguments.remaining();
        if (rootfs.isEmpty()) {
            if (words.isEmpty()) {
                throw new UsageException("run", "an image is needed, as 'host', or a directory with --rootfs");
            }
            image(words.getFirst());
            words = words.subList(1, words.size());
            if (arguments.has("overlay")) {
                throw new UsageException("run", "--overlay: needs --rootfs; the image 'host' is read-only as it is");
            }
        }
        List<String> command = command(arguments, words, rootfs.isEmpty());
        ContainerBuilder builder = new ContainerBuilder(command);
        if (rootfs.isPresent()) {
            builder.rootfs(rootfs(shell, rootfs.get(), arguments.has("overlay")));
        }
        arguments.value("timeout").ifPresent(text -> builder.timeout(timeout(text)));
        builder.init(arguments.has("init")).terminal(arguments.has("tty")).readOnly(arguments.has("read-only"));
        NetworkWish network = NetworkFlags.of(shell, arguments);
        RoomFlags.apply(shell, arguments, network, builder);
        String hostname = builder.environment().getOrDefault("HOSTNAME", "");
        EnvironmentFlags.apply(shell, arguments, builder);
        Set<String> mounted = FileFlags.apply(shell, arguments, builder);
        LimitFlags.apply(shell, arguments, builder);
        PrivilegeFlags.apply(shell, arguments, builder);
        UserFlags.apply(arguments, builder);
        Signal stop = arguments.value("stop-signal").map(RunSetup::stopSignal).orElse(Signal.TERM);
        return new RunSetup(
                builder,
                rootfs.orElse(HOST),
                command,
                name,
                stop,
                RunDevices.of(
                        shell,
                        arguments.all("net-device"),
                        network,
                        RunNetwork.of(shell, network, builder, mounted, hostname)));
    }

    private static List<String> command(Arguments arguments, List<String> words, boolean hostImage) {
        List<String> command = new ArrayList<>();
        Optional<String> entrypoint = arguments.value("entrypoint");
        if (entrypoint.isPresent() && !entrypoint.get().isEmpty()) {
            command.add(entrypoint.get());
        }
        command.addAll(words);
        if (command.isEmpty() && hostImage) {
            command.add("sh");
        }
        if (command.isEmpty()) {
            throw new UsageException("run", "a command is needed: --rootfs has none of its own");
        }
        if (command.getFirst().isEmpty()) {
            throw new UsageException("run", "the command is empty");
        }
        return command;
    }

    private static void image(String name) {
        if (name.equals(HOST)) {
            return;
        }
        String hint = DidYouMean.nearest(name, List.of(HOST)).isPresent() ? "; did you mean 'host'?" : "";
        throw new ContainerException(
                ContainerException.Kind.NOT_FOUND,
                "image " + SpecException.quote(name) + " is not here" + hint
                        + "\n  likely cause: images cannot be fetched yet; the only one is 'host', this machine's own programs"
                        + "\n  mend: alcove run host …, or unpack the image and use --rootfs DIR");
    }

    private static Rootfs rootfs(Shell shell, String text, boolean overlay) {
        Path path = shell.directory().resolve(text);
        if (!Files.isDirectory(path)) {
            throw new ContainerException(
                    ContainerException.Kind.NOT_FOUND,
                    "--rootfs: " + SpecException.quote(text)
                            + (Files.exists(path) ? " is not a directory" : " does not exist")
                            + "\n  likely cause: a wrong path, or a root file system that is not unpacked yet"
                            + "\n  mend: give a directory that holds bin, lib and the like");
        }
        Rootfs.Directory directory = Rootfs.directory(path);
        return overlay ? directory.withThrowAwayLayer() : directory;
    }

    private static Duration timeout(String text) {
        Duration timeout = Durations.parse("--timeout", text);
        if (timeout.toMillis() < 1) {
            throw SpecException.not("--timeout", text, "a time of a millisecond or more");
        }
        return timeout;
    }

    private static Signal stopSignal(String text) {
        return Signals.parse("--stop-signal", text);
    }
}
