package dev.alcove.cli;

import java.util.List;
import java.util.Optional;

/** The commands there are. Each is made when it is asked for, so that none costs another a class. */
final class Commands {
    /** In the order of the help. */
    static final List<String> NAMES = List.of(
            "run",
            "exec",
            "ps",
            "kill",
            "wait",
            "rm",
            "network",
            "ns",
            "enter",
            "unshare",
            "explain",
            "check",
            "completion",
            "version",
            "help");

    /** Those of two words; the first is a command too. */
    static final List<String> OF_TWO_WORDS = List.of(
            "network ls",
            "network create",
            "network inspect",
            "network rm",
            "network connect",
            "network disconnect",
            "network prune",
            "network dns",
            "network router",
            "ns ls",
            "ns show",
            "ns diff",
            "ns pin",
            "ns unpin");

    private Commands() {}

    static Optional<Command> find(String name) {
        return switch (name) {
            case "run" -> Optional.of(new RunCommand());
            case "exec" -> Optional.of(new ExecCommand());
            case "ps" -> Optional.of(new PsCommand());
            case "kill" -> Optional.of(new KillCommand());
            case "wait" -> Optional.of(new WaitCommand());
            case "rm" -> Optional.of(new RmCommand());
            case "network", "network ls" -> Optional.of(new NetworkCommand(name));
            case "network create" -> Optional.of(new NetworkCreateCommand());
            case "network inspect" -> Optional.of(new NetworkInspectCommand());
            case "network rm" -> Optional.of(new NetworkRmCommand());
            case "network connect" -> Optional.of(new NetworkConnectCommand());
            case "network disconnect" -> Optional.of(new NetworkDisconnectCommand());
            case "network prune" -> Optional.of(new NetworkPruneCommand());
            case "network router" -> Optional.of(new NetworkRouterCommand());
            case "network dns" -> Optional.of(new NetworkDnsCommand());
            case "network release" -> Optional.of(new NetworkReleaseCommand());
            case "ns", "ns ls" -> Optional.of(new NsCommand(name));
            case "ns show" -> Optional.of(new NsShowCommand());
            case "ns diff" -> Optional.of(new NsDiffCommand());
            case "ns pin" -> Optional.of(new NsPinCommand());
            case "ns unpin" -> Optional.of(new NsUnpinCommand());
            case "enter" -> Optional.of(new EnterCommand());
            case "unshare" -> Optional.of(new UnshareCommand());
            case "explain" -> Optional.of(new ExplainCommand());
            case "check" -> Optional.of(new CheckCommand());
            case "completion" -> Optional.of(new CompletionCommand());
            case "version" -> Optional.of(new VersionCommand());
            case "help" -> Optional.of(new HelpCommand());
            default -> Optional.empty();
        };
    }
}
