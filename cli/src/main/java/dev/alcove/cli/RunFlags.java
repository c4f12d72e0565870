package dev.alcove.cli;

/** The flags that say what a container is like: those of {@code run}, and of what explains it. */
final class RunFlags {
    /** A room that exists: a running container's, one that a file stands for, one that 'alcove ns pin' keeps by a name. */
    private static final String OTHERS = "container:NAME|ns:PATH|ns:NAME";

    private RunFlags() {}

    static FlagTable table() {
        FlagTable t = new FlagTable();
        t.group("Its life")
                .toggle("detach", 'd', "Runs in the background and prints the container's id.")
                .toggle("interactive", 'i', "Keeps standard input open; without it there is nothing to read.")
                .toggle("tty", 't', "Gives it a terminal: with -i for a shell with job control.")
                .value("name", "NAME", "How to call it later; one is made up otherwise.")
                .toggle(
                        "rm",
                        "Removes what is recorded of it when it ends; always so in the foreground without --name.")
                .value("timeout", "TIME", "Kills it after so long, as 30s or 1h30m.")
                .value("stop-signal", "SIGNAL", "What asks it to end; passed on when alcove itself gets SIGTERM.");
        t.group("What it runs")
                .value("workdir", 'w', "PATH", "Working directory inside; made if it is missing.")
                .list("env", 'e', "NAME[=VALUE]", "Sets a variable; without a value, passes the caller's on.")
                .list("env-file", "FILE", "Sets variables from a file, one NAME=VALUE a line.")
                .value("user", 'u', "USER[:GROUP]", "Runs as this user, by name or id; names are the container's own.")
                .list("group-add", "GROUP", "One more group, by name or id.")
                .value("entrypoint", "PROGRAM", "The program; what follows the image are its arguments.")
                .toggle("init", "A small init is PID 1: it reaps orphans and passes signals on.");
        t.group("Its files")
                .value("rootfs", "DIR", "A directory is its root file system, in place of an image.")
                .toggle("overlay", "Changes to --rootfs go to memory and are gone at the end.")
                .toggle("read-only", "Its root file system cannot be written.")
                .list("volume", 'v', "HOST:PATH[:ro]", "Shows a file or directory of the host; it must exist.")
                .list("mount", "type=bind|tmpfs,…", "The same in words: type=bind,src=/srv,dst=/mnt,readonly.")
                .list("tmpfs", "PATH[:size=64m,…]", "A file system in memory.")
                .value("shm-size", "SIZE", "Size of /dev/shm, 64m at first.")
                .list("device", "HOST[:PATH[:rwm]]", "A device of the host.")
                .list("landlock", "ro:PATH|rw:PATH", "Only these paths may be used, landlock(7).");
        t.group("Its network")
                .list(
                        "network",
                        "bridge|none|private|host|pasta|slirp4netns|" + OTHERS + "|NETWORK",
                        "Its network; several, to be on each. NETWORK:KEY=VALUE,… asks for ip, ip6, mac, alias.")
                .also("net", "network")
                .list("publish", 'p', "[ADDRESS:][PORT:]PORT[/udp]", "Leads a port of the host's to one of its own.")
                .toggle("publish-all", 'P', "Leads a free port of the host's to each that --expose names.")
                .list("expose", "PORT[/udp]", "A port on which it listens, for -P.")
                .value("ip", "ADDRESS", "Its IPv4 address on its first network.")
                .value("ip6", "ADDRESS", "Its IPv6 address there.")
                .value("mac-address", "ADDRESS", "Its hardware address there, as 02:42:ac:11:00:02.")
                .list("link-local-ip", "ADDRESS", "One more address there, of 169.254.0.0/16 or fe80::/10.")
                .list("network-alias", "NAME", "One more name by which others find it there.")
                .also("net-alias", "network-alias")
                .list("net-device", "NAME[=INSIDE]", "A device of the host's moves in, and back at its end.")
                .list("dns", "ADDRESS", "A name server, in place of the host's.")
                .list("dns-search", "DOMAIN", "A domain to look for names in; '.' for none.")
                .list("dns-option", "OPTION", "An option of its resolv.conf(5), as ndots:2.")
                .also("dns-opt", "dns-option")
                .list("add-host", "NAME:ADDRESS", "A line of its /etc/hosts; host-gateway stands for the host.")
                .list("allow-from", "PEER[:PORT][/udp]", "Only these may connect to it: any, a network, addresses.")
                .list("allow-to", "PEER[:PORT][/udp]", "It may connect to these only.");
        t.group("Its rooms (namespaces)")
                .value("pid", "private|host|" + OTHERS, "The processes it sees.")
                .value("ipc", "private|shareable|none|host|" + OTHERS, "Shared memory, semaphores, queues.")
                .value("uts", "private|host|" + OTHERS, "Host and domain name.")
                .value("userns", "private|host|" + OTHERS, "User ids; private for ordinary users.")
                .value("cgroupns", "private|host|" + OTHERS, "The root of the control groups it sees.")
                .list("time-offset", "CLOCK=±TIME", "Shifts boottime or monotonic: boottime=+1h.")
                .value("hostname", 'h', "NAME", "Its host name; the first 12 digits of its id at first.")
                .value("domainname", "NAME", "Its NIS domain name.")
                .list("sysctl", "KEY=VALUE", "A kernel parameter of its own namespaces.");
        t.group("Its limits")
                .value("memory", 'm', "SIZE", "Memory it may use, as 256m; 6m at least.")
                .value("memory-swap", "SIZE", "Memory and swap together; -1 for no limit.")
                .value("memory-reservation", "SIZE", "What it keeps when memory is short.")
                .value("cpus", "NUMBER", "Processors' time it may use, as 1.5.")
                .value("cpu-shares", 'c', "NUMBER", "Its weight among others, 2 to 262144; 1024 is usual.")
                .value("cpuset-cpus", "LIST", "The processors it may use, as 0-2,4.")
                .value("cpuset-mems", "LIST", "The memory nodes it may use.")
                .value("pids-limit", "NUMBER", "Processes and threads; -1 for no limit.")
                .value("blkio-weight", "NUMBER", "Its weight at disks, 10 to 1000.")
                .list("ulimit", "NAME=SOFT[:HARD]", "A resource limit, as nofile=1024:4096.")
                .value("oom-score-adj", "NUMBER", "How soon it dies when memory is short, -1000 to 1000.");
        t.group("What it may do")
                .list("cap-add", "CAPABILITY", "One more capability, as NET_ADMIN, or ALL.")
                .list("cap-drop", "CAPABILITY", "One less, or ALL.")
                .list(
                        "security-opt",
                        "OPTION",
                        "no-new-privileges, seccomp=FILE|unconfined, systempaths=unconfined, mask=PATH, unmask=PATH|ALL.")
                .toggle("privileged", "All capabilities, devices and system calls: not a boundary.");
        return t;
    }
}
