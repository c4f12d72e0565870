package dev.alcove.cli;

/** The script for zsh(1): its own system, with the help beside each flag. */
final class ZshCompletion {
    private ZshCompletion() {}

    static String script() {
        StringBuilder out = new StringBuilder("""
                #compdef alcove
                # zsh completion of alcove: source <(alcove completion zsh), after compinit
                _alcove_containers() {
                    local -a names
                    names=(${(f)"$(alcove ps -a --format '{{.Names}}' 2>/dev/null)"})
                    _describe container names
                }
                _alcove_networks() {
                    local -a names
                    names=(${(f)"$(alcove network ls --format '{{.Name}}' 2>/dev/null)"})
                    _describe network names
                }
                _alcove() {
                    local -a commands
                    commands=(
                """);
        StringBuilder cases = new StringBuilder();
        for (Manual manual : Completion.manuals()) {
            if (manual.name().indexOf(' ') < 0) {
                out.append("        ")
                        .append(Completion.quoted(manual.name() + ":" + manual.summary()))
                        .append('\n');
            }
            cases.append("        ")
                    .append(Completion.quoted(manual.name()))
                    .append(")\n            _arguments -s -S -A '-*'");
            for (Flag flag : manual.flags().flags()) {
                flag(cases, flag);
            }
            cases.append(" \\\n                ").append(rest(manual.name())).append(" ;;\n");
        }
        out.append("""
                    )
                    if (( CURRENT == 2 )); then
                        _describe command commands
                        return
                    fi
                    shift words
                    (( CURRENT-- ))
                    if [[ $words[1] == explain && CURRENT -gt 2 ]]; then
                        shift words
                        (( CURRENT-- ))
                    fi
                    if (( CURRENT > 2 )); then
                        case "$words[1] $words[2]" in
                            @two@)
                                words[2]="$words[1] $words[2]"
                                shift words
                                (( CURRENT-- )) ;;
                        esac
                    fi
                    case $words[1] in
                """.replace("@two@", two()));
        out.append(cases).append("""
                    esac
                }
                compdef _alcove alcove
                """);
        return out.toString();
    }

    /** The commands of two words as a pattern. */
    private static String two() {
        StringBuilder out = new StringBuilder();
        for (String name : Commands.OF_TWO_WORDS) {
            out.append(out.isEmpty() ? "" : "|").append(Completion.quoted(name));
        }
        return out.toString();
    }

    private static String rest(String command) {
        if (Completion.takesContainers(command)) {
            return "'*:container:_alcove_containers'";
        }
        if (Completion.takesNetworks(command)) {
            return command.endsWith("connect")
                    ? "'1:network:_alcove_networks' '2:container:_alcove_containers'"
                    : "'*:network:_alcove_networks'";
        }
        return switch (command) {
            case "run" -> "'1:image:(host)' '*::command:_normal'";
            case "ns", "network" -> "'1:what:(" + String.join(" ", Completion.words(command)) + ")'";
            case "ns pin" ->
                "'1:kind:(" + String.join(" ", NsCommand.kindNames()) + ")' '2:container:_alcove_containers'";
            case "enter", "unshare" -> "'*::command:_normal'";
            case "explain" -> "'1:command:(run)'";
            case "completion" -> "'1:shell:(bash zsh fish)'";
            case "help" -> "'1:command:(" + String.join(" ", Commands.NAMES) + ")'";
            default -> "'*: :'";
        };
    }

    private static void flag(StringBuilder out, Flag flag) {
        String help = flag.help().replace("[", "\\[").replace("]", "\\]").replace(":", "\\:");
        String value = switch (Completion.kind(flag)) {
            case NONE -> "";
            case WORDS -> ":" + flag.name() + ":(" + String.join(" ", Completion.words(flag)) + ")";
            case FILE -> ":" + flag.name() + ":_files";
            case FREE -> ":" + flag.name() + ": ";
        };
        String star = flag.repeatable() ? "*" : "";
        String equals = flag.takesValue() ? "=" : "";
        out.append(" \\\n                ")
                .append(Completion.quoted(star + "--" + flag.name() + equals + "[" + help + "]" + value));
        if (flag.hasLetter()) {
            String plus = flag.takesValue() ? "+" : "";
            out.append(" \\\n                ")
                    .append(Completion.quoted(star + "-" + flag.letter() + plus + "[" + help + "]" + value));
        }
    }
}
