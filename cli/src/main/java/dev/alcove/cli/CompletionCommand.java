package dev.alcove.cli;

import dev.alcove.spec.SpecException;
import java.util.List;

/** {@code alcove completion}: what a shell needs to complete commands and flags. */
final class CompletionCommand implements Command {
    private static final List<String> SHELLS = List.of("bash", "zsh", "fish");

    @Override
    public Manual manual() {
        return new Manual(
                "completion",
                List.of("completion bash|zsh|fish"),
                "Print a script with which a shell completes alcove's commands and flags",
                "Prints a script for the shell to read. It is made of the same table as the help.",
                List.of(
                        new Example("source <(alcove completion bash)", "in ~/.bashrc"),
                        new Example("source <(alcove completion zsh)", "in ~/.zshrc, after compinit"),
                        new Example("alcove completion fish | source", "in ~/.config/fish/config.fish")),
                new FlagTable());
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        String name = arguments.words("bash, zsh or fish", 1).getFirst();
        shell.out()
                .print(
                        switch (name) {
                            case "bash" -> BashCompletion.script();
                            case "zsh" -> ZshCompletion.script();
                            case "fish" -> FishCompletion.script();
                            default -> throw SpecException.not("completion", name, "a shell known here", SHELLS);
                        });
        return 0;
    }
}
