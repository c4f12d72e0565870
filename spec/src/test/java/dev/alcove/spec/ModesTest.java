package dev.alcove.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ModesTest {
    @ParameterizedTest
    @EnumSource(NamespaceKind.class)
    void everyKindTakesTheCommonModes(NamespaceKind kind) {
        assertThat(NamespaceMode.parse(kind, "private")).isEqualTo(new NamespaceMode.Own());
        assertThat(NamespaceMode.parse(kind, "host")).isEqualTo(new NamespaceMode.Host());
        assertThat(NamespaceMode.parse(kind, "container:web-1")).isEqualTo(new NamespaceMode.Container("web-1"));
        assertThat(NamespaceMode.parse(kind, "ns:/proc/7/ns/net")).isEqualTo(new NamespaceMode.Path("/proc/7/ns/net"));
        assertThat(NamespaceMode.parse(kind, "ns:blue.1")).isEqualTo(new NamespaceMode.Pinned("blue.1"));
        for (String bad :
                List.of("", "container", "container:", "container:../x", "ns", "ns:", "ns:x/y", "bridge0", "host:x")) {
            assertThatThrownBy(() -> NamespaceMode.parse(kind, bad))
                    .isInstanceOf(SpecException.class)
                    .hasMessageStartingWith(kind.flag() + ": '");
        }
    }

    @Test
    void someModesBelongToOneKind() {
        assertThat(NamespaceMode.parse(NamespaceKind.NETWORK, "none")).isEqualTo(new NamespaceMode.None());
        assertThat(NamespaceMode.parse(NamespaceKind.IPC, "none")).isEqualTo(new NamespaceMode.None());
        assertThat(NamespaceMode.parse(NamespaceKind.IPC, "shareable")).isEqualTo(new NamespaceMode.Shareable());
        assertThatThrownBy(() -> NamespaceMode.parse(NamespaceKind.PID, "none"))
                .hasMessage("--pid: 'none' is not a mode of this flag; one of private, host, container:NAME, ns:PATH,"
                        + " ns:NAME");
        assertThatThrownBy(() -> NamespaceMode.parse(NamespaceKind.NETWORK, "shareable"))
                .isInstanceOf(SpecException.class);
        assertThatThrownBy(() -> NamespaceMode.parse(NamespaceKind.UTS, "hots"))
                .hasMessage("--uts: 'hots' is not a mode of this flag; did you mean 'host'?");
        assertThatThrownBy(() -> NamespaceMode.parse(NamespaceKind.NETWORK, "contaner:web"))
                .hasMessageContaining("did you mean 'container:'?");
    }

    @Test
    void securityOptionsAreRead() {
        assertThat(SecurityOption.parse("no-new-privileges")).isEqualTo(new SecurityOption.NoNewPrivileges(true));
        assertThat(SecurityOption.parse("no-new-privileges:false"))
                .isEqualTo(new SecurityOption.NoNewPrivileges(false));
        assertThat(SecurityOption.parse("no-new-privileges=true")).isEqualTo(new SecurityOption.NoNewPrivileges(true));
        assertThat(SecurityOption.parse("seccomp=unconfined")).isEqualTo(new SecurityOption.SeccompUnconfined());
        assertThat(SecurityOption.parse("seccomp:./a=b.json")).isEqualTo(new SecurityOption.SeccompFile("./a=b.json"));
        assertThat(SecurityOption.parse("apparmor=unconfined")).isEqualTo(new SecurityOption.Apparmor("unconfined"));
        assertThat(SecurityOption.parse("label=type:container_t"))
                .isEqualTo(new SecurityOption.Label("type:container_t"));
        assertThat(SecurityOption.parse("label:disable")).isEqualTo(new SecurityOption.Label("disable"));
        assertThat(SecurityOption.parse("systempaths=unconfined"))
                .isEqualTo(new SecurityOption.SystemPathsUnconfined());
        assertThat(SecurityOption.parse("mask=/proc/x")).isEqualTo(new SecurityOption.Mask("/proc/x"));
        assertThat(SecurityOption.parse("unmask=ALL")).isEqualTo(new SecurityOption.UnmaskAll());
        assertThat(SecurityOption.parse("unmask=/a:/b")).isEqualTo(new SecurityOption.Unmask(List.of("/a", "/b")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "secomp=x | 'secomp' is not a security option; did you mean 'seccomp'?",
                "no-new-privilege | 'no-new-privilege' is not a security option; did you mean 'no-new-privileges'?",
                "no-new-privileges=maybe | 'maybe' is not a value of no-new-privileges; one of true, false",
                "seccomp | 'seccomp' is not complete: seccomp= needs a value",
                "seccomp= | 'seccomp=' is not complete: seccomp= needs a value",
                "systempaths=confined | 'confined' is not a value of systempaths; did you mean 'unconfined'?",
                "mask=proc | 'proc' is not an absolute path",
                "unmask=/a:b | 'b' is not an absolute path",
                "label=x:y | 'x:y' is not a label, as disable or type:container_t"
            })
    void noSecurityOptionsAreRefused(String text, String problem) {
        assertThatThrownBy(() -> SecurityOption.parse(text))
                .isInstanceOf(SpecException.class)
                .hasMessage("--security-opt: " + problem);
    }
}
