package dev.alcove.cli;

import java.util.List;

/** The help of {@code run}. */
final class RunManual {
    private RunManual() {}

    static Manual of() {
        return new Manual(
                "run",
                List.of("run [FLAGS] IMAGE [COMMAND [ARGUMENT…]]", "run [FLAGS] --rootfs DIR COMMAND [ARGUMENT…]"),
                "Run a command in a container",
                """
                Runs a command in rooms of its own: processes, files, network, host name, users' rights, all apart from \
                the machine's.

                The image 'host' needs nothing to be fetched: it shows the machine's own programs and libraries \
                read-only, under an /etc, /tmp, /run, /var and /root made for the container; nobody's files, no \
                secrets. With --rootfs any directory is the root file system. What follows the image is the \
                container's command, whatever it looks like.

                A room can be one that exists: container:NAME is that of a running container, by its name or id; \
                ns:PATH that of a file, as ns:/proc/4711/ns/net or ns:/run/netns/blue; ns:NAME one that 'alcove ns \
                pin' keeps by a name.

                The exit status is the command's; 128 and the number if a signal ended it; 127 if there is no such \
                command, 126 if it cannot be executed, 125 if alcove itself could not do what was asked.""",
                List.of(
                        new Example("alcove run host id", "one command"),
                        new Example("alcove run -it host bash", "a shell"),
                        new Example("alcove run -v $PWD:/src -w /src host make", "build what is here"),
                        new Example("alcove run -d --name web --rootfs ./web httpd -f", "in the background"),
                        new Example("alcove run -m 256m --cpus 0.5 --pids-limit 64 host …", "within limits"),
                        new Example("alcove explain run host id", "what that would do, call by call")),
                RunFlags.table());
    }
}
