package dev.alcove.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.NamespaceKind;
import dev.alcove.runtime.Container;
import dev.alcove.runtime.ContainerBuilder;
import dev.alcove.runtime.Rootfs;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The host's and the domain's name. */
class UtsTest {
    private static final String DOMAIN = "/proc/sys/kernel/domainname";

    @Test
    @DisplayName("uts_copies_then_diverges")
    void utsCopiesThenDiverges() {
        Needs.root();
        try (Container room = Rooms.only(NamespaceKind.UTS).start();
                Shell inside = Shell.in(room);
                Shell outside = Shell.outside()) {
            String before = outside.say("hostname");
            assertThat(inside.say("hostname")).as("a copy to begin with").isEqualTo(before);
            assertThat(inside.say("cat " + DOMAIN)).isEqualTo(outside.say("cat " + DOMAIN));
            inside.say("hostname container");
            assertThat(inside.say("hostname; uname -n").lines()).containsOnly("container");
            assertThat(Shell.run(
                            Rooms.none("hostname").room(NamespaceKind.UTS, Rooms.of(room.pid(), NamespaceKind.UTS))))
                    .as("another process of the namespace sees it too")
                    .isEqualTo(new Said(0, "container"));
            assertThat(outside.say("hostname")).isEqualTo(before).isNotEqualTo("container");
        }
    }

    @Test
    @DisplayName("uts_domainname")
    void utsDomainname() {
        Needs.root();
        ContainerBuilder named = new ContainerBuilder("sh").hostname("web").domainname("example.org");
        try (Shell inside = Shell.in(Rooms.only(NamespaceKind.UTS).start());
                Shell wanted = Shell.in(named.start());
                Shell outside = Shell.outside()) {
            String before = outside.say("cat " + DOMAIN);
            inside.say("echo example.net > " + DOMAIN);
            assertThat(inside.say("cat " + DOMAIN)).isEqualTo("example.net");
            assertThat(wanted.say("cat " + DOMAIN)).isEqualTo("example.org");
            assertThat(wanted.say("hostname")).isEqualTo("web");
            assertThat(outside.say("cat " + DOMAIN)).isEqualTo(before).doesNotContain("example");
        }
    }

    @Test
    @DisplayName("uts_needs_privilege")
    void utsNeedsPrivilege() throws IOException {
        try (OrdinaryUser user = OrdinaryUser.run(WithoutPrivilege.class)) {
            assertThat(user.rest().lines())
                    .containsExactly(
                            "namespaces can only be made with CAP_SYS_ADMIN or in a user namespace of their own",
                            "  likely cause: this process is an ordinary user's",
                            "  mend: let it have a user namespace of its own (leave --userns host out), or run as root",
                            "with a user namespace: container");
        }
    }

    /** Asks for a name of its own, first without a user namespace, then as it comes. */
    static final class WithoutPrivilege {
        private WithoutPrivilege() {}

        public static void main(String[] args) {
            ContainerBuilder refused = Rooms.none("hostname").room(NamespaceKind.UTS, new ContainerBuilder.Room.Own());
            String said;
            try (Container c = refused.start()) {
                said = "started " + c.pid();
            } catch (IllegalArgumentException e) {
                said = e.getMessage();
            }
            System.out.println(said);
            Said granted = Shell.run(
                    new ContainerBuilder("hostname").rootfs(Rootfs.inherited()).hostname("container"));
            System.out.println("with a user namespace: " + granted.text());
        }
    }
}
