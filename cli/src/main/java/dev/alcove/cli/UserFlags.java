package dev.alcove.cli;

import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.spec.UserSpec;
import java.util.Optional;

/** The flags about who the command runs as. */
final class UserFlags {
    private UserFlags() {}

    /** Comes after the root file system was chosen: names are looked up in its own files. */
    static void apply(Arguments arguments, ContainerBuilder builder) {
        Optional<String> user = arguments.value("user");
        if (user.isPresent() || !arguments.all("group-add").isEmpty()) {
            builder.user(UserSpec.parse(user.orElse("0")), arguments.all("group-add"));
        }
    }
}
