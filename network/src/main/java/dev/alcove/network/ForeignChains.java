package dev.alcove.network;

import io.avaje.json.mapper.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What other tables do with packets that are forwarded. A packet needs everybody's leave, so a chain of docker's, ufw's or
 * firewalld's whose policy is to drop stops our containers too, and only its owner's rules can change that.
 */
final class ForeignChains {
    private ForeignChains() {}

    private static List<Map<?, ?>> chains(String json) {
        List<Map<?, ?>> chains = new ArrayList<>();
        Object all = JsonMapper.builder().build().fromJsonObject(json).get("nftables");
        for (Object each : all instanceof List<?> list ? list : List.of()) {
            if (each instanceof Map<?, ?> map && map.get("chain") instanceof Map<?, ?> chain) {
                chains.add(chain);
            }
        }
        return chains;
    }

    /** Whether {@code nft -j list chains} names our table for bridges. */
    static boolean hasBridgeTable(String json) {
        return chains(json).stream()
                .anyMatch(c -> BridgeTable.TABLE.family().equals(c.get("family"))
                        && BridgeTable.TABLE.name().equals(c.get("table")));
    }

    /** Whether another table has a word on what is forwarded: then its owner looks after it. */
    static boolean guarded(String json) {
        return chains(json).stream()
                .anyMatch(c -> !FirewallTable.TABLE.name().equals(c.get("table"))
                        && List.of("ip", "ip6", "inet").contains(String.valueOf(c.get("family")))
                        && "forward".equals(c.get("hook")));
    }

    /** Whether our table for what is routed is there. */
    static boolean hasTable(String json) {
        return chains(json).stream()
                .anyMatch(c -> FirewallTable.TABLE.family().equals(c.get("family"))
                        && FirewallTable.TABLE.name().equals(c.get("table")));
    }

    /** Which other tables drop what they do not know: {@code ip filter}. */
    static Set<String> dropping(String json) {
        Set<String> tables = new TreeSet<>();
        for (Map<?, ?> chain : chains(json)) {
            boolean ours = FirewallTable.TABLE.name().equals(chain.get("table"));
            boolean routed = List.of("ip", "ip6", "inet").contains(String.valueOf(chain.get("family")));
            if (!ours && routed && "forward".equals(chain.get("hook")) && "drop".equals(chain.get("policy"))) {
                tables.add(chain.get("family") + " " + chain.get("table"));
            }
        }
        return tables;
    }

    /** What to tell of tables that drop what they do not know, and name none of our bridges. */
    static List<String> warnings(String json, List<NetworkConfig> networks, Nft nft) {
        List<String> warnings = new ArrayList<>();
        for (String table : dropping(json)) {
            String[] words = table.split(" ", 2);
            String rules = nft.ask("list", "table", words[0], words[1]).output();
            for (NetworkConfig network : networks) {
                String bridge = network.link().orElseThrow();
                if (!network.internal() && !rules.contains("\"" + bridge + "\"")) {
                    warnings.add(
                            "the firewall's table '" + table + "' drops forwarded packets that it does not know, so"
                                    + " network '" + network.name() + "' has no way out; its owner can let it through: "
                                    + mend(rules, words, bridge));
                }
            }
        }
        return warnings;
    }

    private static String mend(String rules, String[] table, String bridge) {
        if (rules.contains("\"DOCKER-USER\"")) {
            String command = table[0].equals("ip6") ? "ip6tables" : "iptables";
            return command + " -I DOCKER-USER -i " + bridge + " -j ACCEPT && " + command + " -I DOCKER-USER -o "
                    + bridge + " -j ACCEPT";
        }
        if (rules.contains("\"ufw-") || rules.contains("\"ufw6-")) {
            return "ufw route allow in on " + bridge + " && ufw route allow out on " + bridge;
        }
        if (table[1].equals("firewalld")) {
            return "firewall-cmd --zone=trusted --add-interface=" + bridge;
        }
        return "accept what comes from and goes to the interface " + bridge + " there";
    }
}
