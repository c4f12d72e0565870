package dev.alcove.cli;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Mac;
import dev.alcove.network.AllowRule;
import dev.alcove.network.JoinRequest;
import dev.alcove.network.NetworkConfig;
import dev.alcove.network.NetworkException;
import dev.alcove.network.Networks;
import dev.alcove.network.Plug;
import dev.alcove.network.PlugRequest;
import dev.alcove.network.ResolverOptions;
import dev.alcove.network.Subnet;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.StoredContainer;
import dev.alcove.spec.NetworkFlag;
import dev.alcove.spec.PortMapping;
import dev.alcove.spec.SpecException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A container on networks of ours: plugged in before its program starts, released at its end. */
final class JoinedNetworks implements RunNetwork {
    private static final int LINK_LOCAL_V4 = 16;
    private static final int LINK_LOCAL_V6 = 64;

    private final Shell shell;
    private final Networks networks;
    private final NetworkWish wish;
    private final List<JoinRequest> joins;
    private final List<AllowRule> rules;
    private final Set<String> mounted;
    private final String hostname;
    private @Nullable Plug plug;
    private boolean kept;

    private JoinedNetworks(
            Shell shell,
            Networks networks,
            NetworkWish wish,
            List<JoinRequest> joins,
            List<AllowRule> rules,
            Set<String> mounted,
            String hostname) {
        this.shell = shell;
        this.networks = networks;
        this.wish = wish;
        this.joins = joins;
        this.rules = rules;
        this.mounted = mounted;
        this.hostname = hostname;
    }

    static JoinedNetworks of(Shell shell, NetworkWish wish, Set<String> mounted, String hostname) {
        Networks networks = HostNetworks.making(shell);
        List<JoinRequest> joins = new ArrayList<>();
        for (NetworkFlag flag : wish.flags()) {
            if (flag instanceof NetworkFlag.Joined joined) {
                joins.add(join(networks, joined));
            }
        }
        List<AllowRule> rules = new ArrayList<>();
        for (String text : wish.allowFrom()) {
            rules.addAll(
                    AllowRule.parse(AllowRule.Direction.FROM, text, name -> ranges(networks, "--allow-from", name)));
        }
        for (String text : wish.allowTo()) {
            rules.addAll(AllowRule.parse(AllowRule.Direction.TO, text, name -> ranges(networks, "--allow-to", name)));
        }
        return new JoinedNetworks(
                shell, networks, wish, joins, rules, mounted, hostname.isEmpty() ? hostsName() : hostname);
    }

    /** Of a container that shares the host's names. */
    private static String hostsName() {
        return MachineChecks.line("/proc/sys/kernel/hostname").orElse("localhost");
    }

    private static JoinRequest join(Networks networks, NetworkFlag.Joined joined) {
        // The default network is made when it is first used.
        String name = joined.isDefault()
                ? NetworkConfig.DEFAULT
                : HostNetworks.find(networks, "--network", joined.network(), NetworkFlag.words())
                        .name();
        if (name.equals(NetworkConfig.DEFAULT) && !joined.aliases().isEmpty()) {
            throw new UsageException(
                    "run",
                    "--network-alias: names are looked up on networks that 'alcove network create' made, not on the"
                            + " default one");
        }
        List<Cidr> linkLocal = new ArrayList<>();
        for (InetAddress address : joined.linkLocal()) {
            linkLocal.add(linkLocal(address));
        }
        return new JoinRequest(
                name, joined.ip(), joined.ip6(), joined.mac().map(JoinedNetworks::mac), joined.aliases(), linkLocal);
    }

    /** With the prefix that such addresses have. */
    static Cidr linkLocal(InetAddress address) {
        return new Cidr(address, address.getAddress().length == 4 ? LINK_LOCAL_V4 : LINK_LOCAL_V6);
    }

    static Mac mac(String text) {
        try {
            return Mac.parse(text);
        } catch (IllegalArgumentException e) {
            throw SpecException.not("--mac-address", text, "a hardware address; write it like 02:42:ac:11:00:02");
        }
    }

    private static List<Cidr> ranges(Networks networks, String field, String name) {
        List<Cidr> ranges = new ArrayList<>();
        for (Subnet subnet :
                HostNetworks.find(networks, field, name, List.of("any")).subnets()) {
            ranges.add(subnet.network());
        }
        return ranges;
    }

    @Override
    public void prepare(ContainerBuilder builder, boolean detach) {
        if (detach) {
            builder.afterEnd(
                    OwnCommand.words(List.of("network", "release", builder.id())), OwnCommand.environment(shell));
        }
    }

    @Override
    public void plug(ContainerBuilder builder, StoredContainer recorded) {
        boolean first = joins.stream().anyMatch(j -> j.network().equals(NetworkConfig.DEFAULT))
                && !HostNetworks.hasDefault(networks);
        Plug made = networks.plug(new PlugRequest(
                recorded.id(),
                recorded.name(),
                hostname,
                joins,
                wish.ports(),
                rules,
                new ResolverOptions(wish.dns(), wish.search(), wish.options()),
                wish.hosts(),
                recorded.folder().resolve("lock")));
        plug = made;
        HostNetworks.mount(builder, made.files(), mounted);
        if (first) {
            HostNetworks.warn(shell, networks, networks.find(NetworkConfig.DEFAULT));
        }
        builder.prepare(made::connect);
    }

    @Override
    public void started(boolean detached) {
        kept = detached;
        Optional.ofNullable(plug).ifPresent(Plug::started);
    }

    @Override
    public List<String> explain(ContainerBuilder builder) {
        builder.prepare(pid -> {});
        List<String> lines = new ArrayList<>();
        for (JoinRequest join : joins) {
            String address = join.ip().map(InetAddress::getHostAddress).orElse("a free address");
            lines.add("network " + join.network() + ": " + address
                    + " is reserved before; an interface is made while the container waits for what Java prepares");
        }
        for (PortMapping port : wish.ports()) {
            lines.add("port " + port.text() + " is reserved before, and open when the container waits");
        }
        lines.add("its hosts and resolv.conf are mounted from the state folder: not shown, since nothing was reserved");
        return lines;
    }

    @Override
    public void close() {
        Plug made = plug;
        if (made == null || kept) {
            return;
        }
        try {
            made.close();
        } catch (NetworkException e) {
            // The container has ended as it did; what is left is found by the next command.
            shell.err().print("alcove: " + e.getMessage() + "\n");
        }
    }
}
