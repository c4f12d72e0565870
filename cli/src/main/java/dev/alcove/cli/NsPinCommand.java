package dev.alcove.cli;

import dev.alcove.lens.PinStore;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.ContainerStore;
import java.util.List;

/** {@code alcove ns pin}: keeps a namespace alive by name. */
final class NsPinCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "ns pin",
                List.of("ns pin KIND PID|CONTAINER NAME"),
                "Keep a namespace alive by name, also when its last process has ended",
                """
                Binds one of a process's namespaces to a file of that name below the state folder, as 'ip netns' \
                does with networks. It stays until 'alcove ns unpin', or until the machine is started anew. 'alcove \
                ns' shows the name; 'alcove ns show NAME' says more; 'alcove run --network ns:NAME', and --ipc, --pid, \
                --uts, --userns and --cgroupns likewise, start a container in it. Needs root.

                KIND is mnt, uts, ipc, pid, net, user, cgroup or time.""",
                List.of(
                        new Example("alcove ns pin net web blue", "a container's network, to be used again"),
                        new Example("alcove run --network ns:blue host ip addr", "by another one"),
                        new Example("alcove ns unpin blue", "let it go")),
                new FlagTable());
    }

    @Override
    public int run(Shell shell, Arguments arguments) {
        List<String> words = arguments.words("KIND, PID or CONTAINER, and NAME", 3);
        if (words.size() < 3) {
            throw new UsageException("ns pin", "three words are needed: KIND, PID or CONTAINER, and NAME");
        }
        NamespaceKind kind = NsCommand.kind("ns pin", words.get(0));
        int pid = NamespaceTarget.process(shell, "ns pin", words.get(1)).pid().orElseThrow();
        PinStore pins = PinStore.of(ContainerStore.standard(shell.environment()));
        shell.out().print(pins.pin(kind, pid, words.get(2)) + "\n");
        return 0;
    }
}
