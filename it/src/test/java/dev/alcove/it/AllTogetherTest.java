package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Cidr;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.Links;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;
import dev.alcove.linux.NamespaceSet;
import dev.alcove.linux.NamespaceThread;
import dev.alcove.linux.Netlink;
import dev.alcove.linux.NewLink;
import dev.alcove.linux.Proc;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.Rootfs;
import dev.alcove.spec.LinuxIdMapping;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every room at once: a container. */
class AllTogetherTest {
    @BeforeEach
    void needs() {
        Needs.root();
        Needs.programs("iproute2", "ip");
        Needs.programs("procps", "ps");
    }

    @Test
    @DisplayName("a_container_is_a_small_vm")
    void aContainerIsASmallVm(@TempDir Path folder) {
        List<LinuxIdMapping> map = List.of(new LinuxIdMapping(0, 200_000, 65_536));
        long[] took = new long[1];
        NamespaceThread.create().unshare(NamespaceKind.NET).call(() -> {
            Links.loopbackUp();
            ContainerBuilder builder = new ContainerBuilder("sh")
                    .rootfs(Rootfs.host())
                    .init(true)
                    .hostname("container")
                    .room(NamespaceKind.TIME, new ContainerBuilder.Room.Own())
                    .idMappings(map, map)
                    .prepare(AllTogetherTest::address);
            long start = System.nanoTime();
            try (Container room = builder.start();
                    Shell inside = Shell.in(room);
                    Shell outside = Shell.outside()) {
                took[0] = System.nanoTime() - start;
                assertThat(NamespaceSet.of(room.pid())
                                .orElseThrow()
                                .shared(NamespaceSet.of(Kernel.pid()).orElseThrow()))
                        .as("no room is shared")
                        .isEmpty();
                List<String> processes = inside.lines("ps -e -o comm=");
                assertThat(processes).containsExactly("alcove-init", "sh", "ps");
                assertThat(outside.lines("ps -e -o comm=")).hasSizeGreaterThan(processes.size());
                assertThat(inside.say("hostname")).isEqualTo("container");
                assertThat(outside.say("hostname")).isNotEqualTo("container");
                assertThat(inside.say("ip -o addr")).contains("10.214.0.2/24", "eth0");
                assertThat(outside.say("ip -o addr")).contains("10.214.0.1/24").doesNotContain("eth0");
                assertThat(inside.say("id -u")).isEqualTo("0");
                assertThat(Proc.status(room.pid()).orElseThrow().uids()).containsOnly(200_000L);
                assertThat(inside.say("mount")).contains("proc on /proc").doesNotContain(folder.toString());
                assertThat(inside.say("ls " + folder + " 2>&1 || true")).contains("No such file");
                inside.say("ipcmk -Q");
                assertThat(inside.lines("ipcs -q | grep -c ^0x")).containsExactly("1");
                assertThat(inside.say("cat /proc/1/comm; cat /proc/2/comm")).isEqualTo("alcove-init\nsh");
                long bytes = Proc.status(room.pid()).orElseThrow().residentBytes();
                System.out.println("a container with every room of its own started in " + took[0] / 1000
                        + " us (first of its kind in this JVM); its init holds " + bytes / 1024 + " KiB");
            }
            return true;
        });
        assertThat(took[0]).isPositive();
    }

    private static void address(int pid) {
        try (Namespace inside = Namespace.of(NamespaceKind.NET, pid).orElseThrow();
                Netlink here = Netlink.open()) {
            var end = here.links()
                    .addVeth(NewLink.named("outer"), NewLink.named("eth0").in(inside.fd()));
            here.addresses().add(end, Cidr.parse("10.214.0.1/24"));
            here.links().up(end);
            NamespaceThread.create().join(inside).call(() -> {
                try (Netlink there = Netlink.open()) {
                    var eth0 = there.links().get("eth0");
                    there.addresses().add(eth0, Cidr.parse("10.214.0.2/24"));
                    there.links().up(eth0);
                }
                return true;
            });
        }
    }
}
