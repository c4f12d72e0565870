package dev.alcove.cli;

import dev.alcove.network.Joined;
import dev.alcove.network.Router;
import dev.alcove.network.RouterRequest;
import dev.alcove.network.Routers;
import dev.alcove.spec.SpecException;
import java.util.ArrayList;
import java.util.List;

/** {@code alcove network router}: namespaces that forward between networks. */
final class NetworkRouterCommand implements Command {
    private static final String NAME = "network router";

    @Override
    public Manual manual() {
        return new Manual(
                NAME,
                List.of(
                        "network router [ls]",
                        "network router create NAME --attach NETWORK --attach NETWORK [--nat] [--rule RULE]…",
                        "network router inspect|rm NAME…"),
                "Lead from one network to another",
                """
                A router is a network namespace with an interface and an address on each of its networks; it needs no \
                process. Containers on these networks reach each other through it, those that run and those that come \
                later. 'alcove ns' shows its namespace, and 'alcove enter --net=FILE' goes there.

                With --nat it speaks for the first network's containers on the others, by its own address; nobody \
                there can open a connection to them. With rules all else is refused: --rule web,db:5432/tcp lets \
                through what the containers of network web ask of those of db on that port. Each side is a network, an \
                address, a range of addresses, or any.

                'rm' takes it away, and the routes with it. Its networks cannot be removed before.""",
                List.of(
                        new Example("alcove network router create r --attach web --attach db", "both ways"),
                        new Example("alcove network router create r --attach lab --attach web --nat", "from lab only"),
                        new Example("alcove network router rm r", "apart again")),
                flags());
    }

    private static FlagTable flags() {
        return new FlagTable()
                .list("attach", "NETWORK", "A network that it connects; two at least.")
                .toggle("nat", "Speaks for the first network's containers on the others.")
                .list("rule", "FROM,TO[:PORT][/PROTOCOL]", "Lets this through; all else is refused then.");
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        Routers routers = HostNetworks.of(shell).routers();
        List<String> words = arguments.remaining();
        String verb = words.isEmpty() ? "ls" : words.getFirst();
        List<String> rest = words.isEmpty() ? words : words.subList(1, words.size());
        return switch (verb) {
            case "ls" -> list(shell, routers, rest);
            case "create" -> create(shell, routers, rest);
            case "inspect" -> inspect(shell, routers, rest);
            case "rm" -> remove(shell, routers, rest);
            default ->
                throw new UsageException(
                        NAME,
                        SpecException.quote(verb) + " is nothing that it does; there are create, ls, inspect, rm");
        };
    }

    private static int list(Shell shell, Routers routers, List<String> rest) {
        if (!rest.isEmpty()) {
            throw new UsageException(NAME, "unexpected argument " + SpecException.quote(rest.getFirst()));
        }
        List<List<String>> rows = new ArrayList<>();
        for (Router router : routers.list()) {
            List<String> places = new ArrayList<>();
            for (Joined joined : router.attached()) {
                places.add(joined.name() + " " + joined.addresses().getFirst());
            }
            rows.add(List.of(
                    router.name(),
                    String.join(", ", places),
                    router.nat() ? "yes" : "no",
                    Integer.toString(router.rules().size()),
                    router.namespace().toString()));
        }
        shell.out().print(TextTable.of(List.of("NAME", "NETWORKS", "NAT", "RULES", "NAMESPACE"), rows));
        return 0;
    }

    /** The name may stand before the flags or behind them. */
    private static int create(Shell shell, Routers routers, List<String> rest) {
        List<String> words = new ArrayList<>();
        List<String> flags = rest;
        if (!rest.isEmpty() && !rest.getFirst().startsWith("-")) {
            words.add(rest.getFirst());
            flags = rest.subList(1, rest.size());
        }
        Arguments arguments = ArgumentParser.parse(NAME, flags(), flags);
        words.addAll(arguments.remaining());
        if (words.size() != 1) {
            throw new UsageException(
                    NAME,
                    words.isEmpty()
                            ? "missing argument: NAME"
                            : "unexpected argument " + SpecException.quote(words.get(1)) + " after NAME");
        }
        Router router = routers.create(new RouterRequest(
                words.getFirst(), arguments.all("attach"), arguments.has("nat"), arguments.all("rule")));
        shell.out().print(router.name() + "\n");
        return 0;
    }

    private static int remove(Shell shell, Routers routers, List<String> names) {
        needed(names);
        return EachNetwork.act(shell, names, name -> {
            routers.remove(name);
            return name;
        });
    }

    private static void needed(List<String> names) {
        if (names.isEmpty()) {
            throw new UsageException(NAME, "missing argument: NAME");
        }
    }

    private static int inspect(Shell shell, Routers routers, List<String> names) {
        needed(names);
        List<Router> found = new ArrayList<>();
        for (String name : names) {
            found.add(routers.find(name).orElseThrow(() -> Routers.unknown(name)));
        }
        shell.out().print(NamespaceJson.of(out -> {
            out.beginArray();
            for (Router router : found) {
                RouterJson.write(out, router);
            }
            out.endArray();
        }));
        return 0;
    }
}
