package dev.alcove.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Mac;
import dev.alcove.network.AllowRule.Direction;
import dev.alcove.network.House.Room;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The transactions as they are given to nft, compared with golden ones; written anew with {@code -Dalcove.golden=write}.
 */
class FirewallTableTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    private static final NetworkConfig PLAIN = House.config(1, false, true);
    private static final NetworkConfig CLOSED = House.config(2, true, false);
    private static final Map<String, Mac> BRIDGES = new TreeMap<>(Map.of("id1", Mac.parse("02:42:0a:01:00:01")));

    private static Endpoint endpoint() {
        Room room = new Room(HostNetwork.current(), House.endpoint(1, 2))
                .publishing("8080:80", "127.0.0.1:53:53/udp", "[fd00::9]:8443:443");
        List<AllowRule> rules = new ArrayList<>();
        for (String from : List.of("10.1.0.0/24:80-89/tcp", "fd00::7", "any:53", "0.0.0.0/0/udp")) {
            rules.addAll(AllowRule.parse(Direction.FROM, from, name -> List.of()));
        }
        rules.addAll(AllowRule.parse(Direction.TO, "192.0.2.1:5432", name -> List.of()));
        return room.with(room.endpoint().ports(), rules).endpoint();
    }

    @Test
    void theWholeTable() throws IOException {
        List<Object> all = new ArrayList<>(FirewallTable.frame());
        all.addAll(FirewallTable.rules(true));
        all.addAll(FirewallTable.elements(List.of(PLAIN, CLOSED)));
        compare("table", all);
        assertThat(FirewallTable.rules(false)).hasSize(FirewallTable.rules(true).size() + 1);
    }

    @Test
    void theBridgesTable() throws IOException {
        List<Object> all = new ArrayList<>(BridgeTable.frame());
        all.addAll(BridgeTable.rules());
        all.addAll(BridgeTable.opened(endpoint(), BRIDGES));
        compare("bridge", all);
    }

    @Test
    void aContainersPortsAndRules() throws IOException {
        List<Object> all = new ArrayList<>(PortElements.opened(endpoint(), List.of(PLAIN)));
        all.addAll(ContainerRules.opened(endpoint()));
        compare("open", all);
        List<Object> end = new ArrayList<>(PortElements.closed(endpoint(), List.of(PLAIN)));
        end.addAll(ContainerRules.closed(endpoint()));
        compare("close", end);
    }

    private static void compare(String name, List<Object> commands) throws IOException {
        Path file = GOLDEN.resolve("nft-" + name + ".json");
        String text = NftJson.text(commands);
        if (System.getProperty("alcove.golden", "").equals("write")) {
            Files.createDirectories(GOLDEN);
            Files.writeString(file, text);
        }
        assertThat(text).isEqualTo(Files.readString(file));
    }
}
