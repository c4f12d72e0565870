package dev.alcove.cli;

import java.util.List;
import java.util.Optional;

/** {@code alcove help [COMMAND]}, and {@code alcove --help}. */
final class HelpCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "help",
                List.of("help [COMMAND]"),
                "Print this, or a command's help",
                "Prints the list of commands, or what a command does and which flags it takes.",
                List.of(),
                new FlagTable());
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        if (!arguments.remaining().isEmpty()) {
            String name = String.join(" ", arguments.words("COMMAND", 2));
            Optional<Command> command = Commands.find(name);
            if (command.isEmpty()) {
                throw new UsageException("", dev.alcove.spec.SpecException.quote(name) + " is not a command of alcove");
            }
            shell.out().print(HelpText.of(command.get().manual()));
            return 0;
        }
        StringBuilder text = new StringBuilder("""
                Usage: alcove COMMAND [FLAGS] …

                Runs programs in rooms of their own: containers made directly of Linux namespaces.

                Start here:
                  alcove check                 what this machine allows
                  alcove run host id           a command in a container of this machine's own programs
                  alcove run -it host bash     a shell
                  alcove explain run host id   every system call of that, and why

                Commands:
                """);
        for (String name : Commands.NAMES) {
            Optional<Command> command = Commands.find(name);
            if (command.isPresent()) {
                text.append("  ")
                        .append(name)
                        .append(" ".repeat(12 - name.length()))
                        .append(command.get().manual().summary())
                        .append('\n');
            }
        }
        text.append("""

                'alcove COMMAND --help' says more.

                Environment:
                  ALCOVE_ROOT    where containers are recorded; /run/alcove, or $XDG_RUNTIME_DIR/alcove for users
                  ALCOVE_NETWORK what 'run' does without --network: bridge, none, host, a network's name
                  ALCOVE_CONFIG  the configuration file, instead of /etc/alcove/config.json and ~/.config/alcove/config.json
                  ALCOVE_DEBUG   set to anything: errors come with their origin in the program
                """);
        shell.out().print(text);
        return 0;
    }
}
