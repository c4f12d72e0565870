package dev.alcove.it;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A machine of its own for the command alcove: a {@link CallerRoom}, whose network is nobody else's, with a state folder
 * in its own /run, and a neighbour: a network namespace {@code peer} behind a cable, 192.0.2.2, to whom this host is
 * 192.0.2.1. The neighbour has no way to the containers' networks but what this host lets through.
 */
final class NetworkHost implements AutoCloseable {
    static final String ROOT = "/run/alcove";

    private final CallerRoom room = new CallerRoom();

    NetworkHost() {
        Needs.root();
        Needs.programs("iproute2", "ip");
        Needs.programs("util-linux", "unshare");
        Needs.programs("nftables", "nft");
        Needs.programs("socat", "socat");
        say("unset ALCOVE_NETWORK ALCOVE_CONFIG XDG_CONFIG_HOME; export HOME=/run/home; mkdir /run/home");
        say("ip link set lo up; ip netns add peer; ip link add out type veth peer name eth0 netns peer");
        say("ip addr add 192.0.2.1/24 dev out; ip link set out up; ip -n peer addr add 192.0.2.2/24 dev eth0;"
                + " ip -n peer link set eth0 up; ip -n peer link set lo up");
        say("mkdir /run/bin; cat > /run/bin/alcove << 'END'\n#!/bin/sh\nexec " + java()
                + " dev.alcove.cli.Main \"$@\"\nEND\nchmod 755 /run/bin/alcove; PATH=/run/bin:$PATH");
    }

    /** The words before the main class. */
    private static String java() {
        return List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "-Xlog:disable",
                        "-Xlog:all=error:stderr",
                        "-cp",
                        System.getProperty("java.class.path"))
                .stream()
                .map(word -> "'" + word + "'")
                .collect(Collectors.joining(" "));
    }

    /** What a command says; it must end with status 0. */
    String say(String command) {
        return room.say(command);
    }

    /** What a command says, and how it ends. */
    Said attempt(String command) {
        return room.attempt(command);
    }

    /** What alcove says; it must end with status 0. */
    String alcove(String words) {
        return say("alcove " + words);
    }

    /** Refused with status 125, in words that begin so. */
    void refused(String words, String message) {
        Said said = attempt("alcove " + words);
        if (said.status() != 125 || !said.text().startsWith("alcove: " + message)) {
            throw new AssertionError("'alcove " + words + "' ended with " + said.status() + ": " + said.text());
        }
    }

    /** What there is of containers on networks, in files, interfaces and rules: nothing, when all are over. */
    String leftovers() {
        return say("cd " + ROOT + "/network; find endpoints leases views -type f ! -name 'last*' 2> /dev/null;"
                + " ip -o link show type veth | grep -v ' out@' || true");
    }

    @Override
    public void close() {
        room.close();
    }
}
