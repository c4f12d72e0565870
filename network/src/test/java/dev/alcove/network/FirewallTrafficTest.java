package dev.alcove.network;

import static dev.alcove.network.House.HOST4;
import static dev.alcove.network.House.HOST6;
import static dev.alcove.network.House.PEER4;
import static dev.alcove.network.House.PEER6;
import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Child;
import dev.alcove.linux.FdIo;
import dev.alcove.linux.Pipe;
import dev.alcove.network.House.Room;
import dev.alcove.network.House.Said;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs of others through a bridge, out by the host's address, and in by a published port. */
class FirewallTrafficTest {
    private House house;

    @BeforeEach
    void house() {
        House.needed("nft", "iperf3", "curl", "socat", "ss");
        house = new House();
    }

    @AfterEach
    void close() {
        if (house != null) {
            house.close();
        }
    }

    /** A server that has said that it listens. */
    private static Child server(HostNetwork where, Pipe silent, Pipe out, String sign, String... command) {
        Child child = House.start(where, silent.reader(), out.writer(), command);
        StringBuilder said = new StringBuilder();
        byte[] buffer = new byte[1024];
        while (said.indexOf(sign) < 0) {
            int n = FdIo.read(out.reader(), buffer, 0, buffer.length);
            assertThat(n).as("%s", said).isPositive();
            said.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
        }
        return child;
    }

    @Test
    void iperf3CarriesTcpAndUdpOverAllWays() {
        NetworkConfig one = house.network(1, false, true);
        Room a = house.room(one, 2).publishing("5201:5201", "5201:5201/udp");
        Room b = house.room(one, 3);
        Firewall firewall = new Firewall(house.host());
        firewall.apply(List.of(one), List.of());
        firewall.open(a.endpoint(), List.of(one), List.of());
        try (Pipe silent = Pipe.open();
                Pipe out = Pipe.open()) {
            Child server = server(a.inside(), silent, out, "listening", "iperf3", "-s", "--forceflush");
            try {
                carries(b.inside(), a.ip());
                carries(b.inside(), a.ip6());
                carries(house.peer(), HOST4);
                carries(house.peer(), HOST6);
                carries(house.host(), "127.0.0.1");
            } finally {
                server.kill();
                server.reap();
            }
        }
        try (Pipe silent = Pipe.open();
                Pipe out = Pipe.open()) {
            Child server = server(house.peer(), silent, out, "listening", "iperf3", "-s", "--forceflush");
            try {
                carries(a.inside(), PEER4);
                carries(a.inside(), PEER6);
            } finally {
                server.kill();
                server.reap();
            }
        }
    }

    private static void carries(HostNetwork client, String address) {
        for (List<String> kind : List.of(List.<String>of(), List.of("-u", "-b", "50M"), List.of("-R"))) {
            List<String> command =
                    new java.util.ArrayList<>(List.of("iperf3", "-c", address, "-t", "1", "-O", "0", "-J"));
            command.addAll(kind);
            Said said = House.run(client, "", command.toArray(String[]::new));
            assertThat(said.status())
                    .as("%s %s: %s", address, kind, said.text())
                    .isZero();
            assertThat(said.text().replaceFirst("(?s).*\"sum_received\"[^}]*?\"bytes\":\\s*([0-9]+).*", "$1"))
                    .as("%s %s", address, kind)
                    .matches("[1-9][0-9]{4,}");
        }
    }

    @Test
    void curlFetchesAndSsShowsTheTrueClientInside(@TempDir Path folder) throws Exception {
        house.brNetfilter(false);
        NetworkConfig one = house.network(1, false, true);
        Room a = house.room(one, 2).publishing("8080:80");
        Firewall firewall = new Firewall(house.host());
        firewall.apply(List.of(one), List.of());
        firewall.open(a.endpoint(), List.of(one), List.of());
        // says whom it sees, and keeps each connection open for ss to see it too
        Path script = folder.resolve("answer");
        Files.writeString(script, """
                #!/bin/sh
                peers=$(ss -Htn state established '( sport = :80 )' | tr -s ' ' | cut -d' ' -f4)
                printf 'HTTP/1.0 200 OK\\r\\nConnection: close\\r\\n\\r\\nsocket %s\\nss %s\\n' "$SOCAT_PEERADDR" "$peers"
                """);
        for (String kind : List.of("TCP4-LISTEN", "TCP6-LISTEN")) {
            boolean v4 = kind.startsWith("TCP4");
            try (Pipe silent = Pipe.open();
                    Pipe out = Pipe.open()) {
                Child server = server(
                        a.inside(),
                        silent,
                        out,
                        "listening on",
                        "socat",
                        "-d",
                        "-d",
                        kind + ":80,reuseaddr,fork" + (v4 ? "" : ",ipv6only=1"),
                        "SYSTEM:sh " + script);
                try {
                    String url = v4 ? "http://" + HOST4 + ":8080/" : "http://[" + HOST6 + "]:8080/";
                    Said said = House.run(house.peer(), "", "curl", "-sS", "--max-time", "10", url);
                    assertThat(said.text())
                            .contains("socket " + (v4 ? PEER4 : "[2001:0db8:0000:0000:0000:0000:0000:0002]"))
                            .contains("ss " + (v4 ? PEER4 : "[" + PEER6 + "]") + ":");
                    Said here = House.run(
                            house.host(),
                            "",
                            "curl",
                            "-sS",
                            "--max-time",
                            "10",
                            v4 ? "http://127.0.0.1:8080/" : "http://[::1]:8080/");
                    assertThat(here.status()).as(here.text()).isZero();
                } finally {
                    server.kill();
                    server.reap();
                }
            }
        }
    }
}
