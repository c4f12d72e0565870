package dev.alcove.cli;

import java.util.ArrayList;
import java.util.List;

/** The script for bash(1). */
final class BashCompletion {
    private BashCompletion() {}

    static String script() {
        StringBuilder out = new StringBuilder("""
                # bash completion of alcove: source <(alcove completion bash)
                _alcove() {
                    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} at=1
                    COMPREPLY=()
                    if [[ ${COMP_WORDS[1]} == explain ]]; then at=2; fi
                    if (( COMP_CWORD == 1 )); then
                        COMPREPLY=($(compgen -W '@commands@ --help --version' -- "$cur"))
                        return
                    fi
                    if (( COMP_CWORD < at + 1 )); then
                        COMPREPLY=($(compgen -W run -- "$cur"))
                        return
                    fi
                    local cmd=${COMP_WORDS[at]}
                    if (( COMP_CWORD > at + 1 )); then
                        case "$cmd ${COMP_WORDS[at+1]}" in @two@) cmd="$cmd ${COMP_WORDS[at+1]}" ;; esac
                    fi
                    # What is split at '=' and ':' by readline is one word to us.
                    if [[ $cur == = ]]; then cur= prev=${COMP_WORDS[COMP_CWORD-1]}
                    elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi
                    case "$cmd $prev" in
                """.replace("@commands@", String.join(" ", Commands.NAMES))
                .replace("@two@", String.join("|", quoted(Commands.OF_TWO_WORDS))));
        StringBuilder flags = new StringBuilder();
        for (Manual manual : Completion.manuals()) {
            List<String> names = new ArrayList<>();
            for (Flag flag : manual.flags().flags()) {
                names.add("--" + flag.name());
                value(out, manual.name(), flag);
            }
            names.add("--help");
            flags.append("        '")
                    .append(manual.name())
                    .append("') flags='")
                    .append(String.join(" ", names))
                    .append("' ;;\n");
        }
        out.append("    esac\n    local flags=\n    case $cmd in\n")
                .append(flags)
                .append("""
                    esac
                    if [[ $cur == -* ]]; then
                        COMPREPLY=($(compgen -W "$flags" -- "$cur"))
                        return
                    fi
                    case $cmd in
                        run) COMPREPLY=($(compgen -W host -- "$cur")) ;;
                @second@                        'ns pin') COMPREPLY=($(compgen -W "@kinds@ $(alcove ps --format '{{.Names}}' 2>/dev/null)" -- "$cur")) ;;
                        exec|kill|wait|rm|'ns show'|'ns diff') COMPREPLY=($(compgen -W "$(alcove ps -a --format '{{.Names}}' 2>/dev/null)" -- "$cur")) ;;
                        'network connect'|'network disconnect') COMPREPLY=($(compgen -W "$(alcove network ls --format '{{.Name}}' 2>/dev/null) $(alcove ps --format '{{.Names}}' 2>/dev/null)" -- "$cur")) ;;
                        'network inspect'|'network rm'|'network dns') COMPREPLY=($(compgen -W "$(alcove network ls --format '{{.Name}}' 2>/dev/null)" -- "$cur")) ;;
                        help) COMPREPLY=($(compgen -W '@commands@' -- "$cur")) ;;
                        completion) COMPREPLY=($(compgen -W 'bash zsh fish' -- "$cur")) ;;
                    esac
                }
                complete -o default -F _alcove alcove
                """.replace("@commands@", String.join(" ", Commands.NAMES))
                        .replace("@second@", second())
                        .replace("@kinds@", String.join(" ", NsCommand.kindNames())));
        return out.toString();
    }

    /** What follows a command that has second words, a line each. */
    private static String second() {
        StringBuilder lines = new StringBuilder();
        for (String command : Completion.twoWorded()) {
            lines.append("        ")
                    .append(command)
                    .append(") COMPREPLY=($(compgen -W '")
                    .append(String.join(" ", Completion.words(command)))
                    .append("' -- \"$cur\")) ;;\n");
        }
        return lines.toString();
    }

    private static List<String> quoted(List<String> words) {
        List<String> quoted = new ArrayList<>();
        words.forEach(word -> quoted.add(Completion.quoted(word)));
        return quoted;
    }

    private static void value(StringBuilder out, String command, Flag flag) {
        Completion.Kind kind = Completion.kind(flag);
        if (kind == Completion.Kind.NONE) {
            return;
        }
        out.append("        '")
                .append(command)
                .append(" --")
                .append(flag.name())
                .append('\'');
        if (flag.hasLetter()) {
            out.append("|'").append(command).append(" -").append(flag.letter()).append('\'');
        }
        out.append(") ");
        switch (kind) {
            case WORDS ->
                out.append("COMPREPLY=($(compgen -W '")
                        .append(String.join(" ", Completion.words(flag)))
                        .append("' -- \"$cur\")); return ;;\n");
            case FILE -> out.append("COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n");
            default -> out.append("return ;;\n");
        }
    }
}
