package dev.alcove.cli;

/** The script for fish(1). */
final class FishCompletion {
    private FishCompletion() {}

    static String script() {
        StringBuilder out = new StringBuilder("""
                # fish completion of alcove: alcove completion fish | source
                function __alcove_containers
                    alcove ps -a --format '{{.Names}}' 2>/dev/null
                end
                function __alcove_networks
                    alcove network ls --format '{{.Name}}' 2>/dev/null
                end
                complete -c alcove -f
                complete -c alcove -n __fish_use_subcommand -l help -d 'Print the commands'
                complete -c alcove -n __fish_use_subcommand -l version -d 'Print the version'
                """);
        for (Manual manual : Completion.manuals()) {
            String name = manual.name();
            int blank = name.indexOf(' ');
            String seen =
                    "'__fish_seen_subcommand_from " + name.replace(" ", "; and __fish_seen_subcommand_from ") + "'";
            out.append("complete -c alcove -n ")
                    .append(
                            blank < 0
                                    ? "__fish_use_subcommand"
                                    : "'__fish_seen_subcommand_from " + name.substring(0, blank) + "'")
                    .append(" -a ")
                    .append(name.substring(blank + 1))
                    .append(" -d ")
                    .append(Completion.quoted(manual.summary()))
                    .append('\n');
            for (Flag flag : manual.flags().flags()) {
                flag(out, seen, flag);
            }
            String rest = Completion.takesContainers(name)
                    ? "'(__alcove_containers)'"
                    : Completion.takesNetworks(name)
                            ? (name.endsWith("connect")
                                    ? "'(__alcove_networks) (__alcove_containers)'"
                                    : "'(__alcove_networks)'")
                            : switch (name) {
                                case "run" -> "host";
                                case "explain" -> "run";
                                case "completion" -> "'bash zsh fish'";
                                default -> "";
                            };
            if (!rest.isEmpty()) {
                out.append("complete -c alcove -n ")
                        .append(seen)
                        .append(" -a ")
                        .append(rest)
                        .append('\n');
            }
        }
        return out.toString();
    }

    private static void flag(StringBuilder out, String seen, Flag flag) {
        out.append("complete -c alcove -n ").append(seen).append(" -l ").append(flag.name());
        if (flag.hasLetter()) {
            out.append(" -s ").append(flag.letter());
        }
        switch (Completion.kind(flag)) {
            case NONE -> {}
            case WORDS -> out.append(" -x -a ").append(Completion.quoted(String.join(" ", Completion.words(flag))));
            case FILE -> out.append(" -r -F");
            case FREE -> out.append(" -x");
        }
        out.append(" -d ").append(Completion.quoted(flag.help())).append('\n');
    }
}
