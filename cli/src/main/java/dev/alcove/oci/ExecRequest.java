package dev.alcove.oci;

import dev.alcove.runtime.ContainerException;
import dev.alcove.spec.LinuxCapabilities;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciUser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code exec} asks for. Either the whole process, from a file, or changes to the container's own.
 *
 * @param id            the container's id
 * @param given         the process of {@code --process}; empty if the flags and arguments say it
 * @param flags         the flags, for {@link #process}
 * @param command       the program and its arguments
 * @param detach        whether to return as soon as it runs
 * @param ignorePaused  whether the container may be paused
 * @param consoleSocket the socket that gets the terminal, absolute
 * @param pidfdSocket   the socket that gets the pidfd, absolute
 * @param pidFile       the file that gets the process id, absolute
 * @param preserveFds   how many descriptors from 3 on the process gets, beside those of LISTEN_FDS
 * @param cgroups       sub-groups of the container's group, by controller; by "" for all of them
 */
record ExecRequest(
        String id,
        Optional<OciProcess> given,
        FlagValues flags,
        List<String> command,
        boolean detach,
        boolean ignorePaused,
        Optional<Path> consoleSocket,
        Optional<Path> pidfdSocket,
        Optional<Path> pidFile,
        int preserveFds,
        Map<String, String> cgroups) {

    /**
     * The process to run.
     *
     * @param own the container's own process, of its configuration
     * @throws ContainerException if there is nothing to run, or it has no working directory
     */
    OciProcess process(OciProcess own) {
        OciProcess process = given.orElseGet(() -> changed(own));
        if (process.cwd().isEmpty()) {
            throw invalid("Cwd property must not be empty");
        }
        if (!process.cwd().startsWith("/")) {
            throw invalid("Cwd must be an absolute path: it is " + GoValues.quote(process.cwd()));
        }
        if (process.args().isEmpty()) {
            throw invalid("process args cannot be empty: name a command after the container's id, or --process FILE");
        }
        for (String variable : process.env()) {
            if (variable.indexOf('=') <= 0) {
                throw invalid("invalid environment variable: " + GoValues.quote(variable) + " is not NAME=value");
            }
        }
        return process;
    }

    private OciProcess changed(OciProcess own) {
        List<String> env = new ArrayList<>(own.env());
        env.addAll(flags.texts("env"));
        var builder = own.toBuilder()
                .args(command)
                .env(env)
                .cwd(flags.text("cwd").orElse(own.cwd()))
                .user(user(own.user()))
                .terminal(flags.on("tty"))
                .apparmorProfile(flags.text("apparmor").orElse(own.apparmorProfile()))
                .selinuxLabel(flags.text("process-label").orElse(own.selinuxLabel()));
        if (flags.has("no-new-privs")) {
            builder.noNewPrivileges(flags.on("no-new-privs"));
        }
        List<String> more = flags.texts("cap");
        if (!more.isEmpty()) {
            LinuxCapabilities sets = own.capabilities() == null
                    ? new LinuxCapabilities(List.of(), List.of(), List.of(), List.of(), List.of())
                    : own.capabilities();
            builder.capabilities(new LinuxCapabilities(
                    and(sets.bounding(), more),
                    and(sets.effective(), more),
                    sets.inheritable(),
                    and(sets.permitted(), more),
                    sets.ambient()));
        }
        return builder.build();
    }

    private OciUser user(OciUser own) {
        long uid = own.uid();
        long gid = own.gid();
        String text = flags.text("user").orElse("");
        if (!text.isEmpty()) {
            int colon = text.indexOf(':');
            if (colon >= 0) {
                gid = id(text.substring(colon + 1), "gid");
            }
            uid = id(colon < 0 ? text : text.substring(0, colon), "uid");
        }
        List<Long> groups = new ArrayList<>(own.additionalGids());
        groups.addAll(flags.numbers("additional-gids"));
        return new OciUser(uid, gid, own.umask(), groups, own.username());
    }

    private static long id(String text, String what) {
        try {
            long id = Long.parseLong(text);
            if (id >= 0 && id <= 0xffff_ffffL) {
                return id;
            }
        } catch (NumberFormatException e) {
            // refused below, as what is out of range
        }
        throw invalid("parsing " + text + " as int for " + what
                + " failed: it is not a number from 0 to 4294967295; names are not looked up here");
    }

    private static List<String> and(List<String> some, List<String> more) {
        List<String> all = new ArrayList<>(some);
        for (String one : more) {
            if (!all.contains(one)) {
                all.add(one);
            }
        }
        return all;
    }

    /**
     * Reads {@code --cgroup}: {@code [<controller>[,...]:]<cgroup>}.
     *
     * @throws ContainerException in runc's words
     */
    static Map<String, String> cgroups(List<String> texts) {
        Map<String, String> groups = new LinkedHashMap<>();
        for (String text : texts) {
            int colon = text.indexOf(':');
            if (colon >= 0 && text.indexOf(':', colon + 1) >= 0) {
                throw invalid("invalid --cgroup argument: " + text);
            }
            if (colon < 0 && texts.size() > 1) {
                throw invalid("invalid --cgroup argument: " + text + " (missing <controller>: prefix)");
            }
            String group = text.substring(colon + 1);
            for (String controller : text.substring(0, Math.max(colon, 0)).split(",", -1)) {
                groups.put(controller, group);
            }
        }
        return groups;
    }

    private static ContainerException invalid(String message) {
        return new ContainerException(ContainerException.Kind.INVALID, message);
    }
}
