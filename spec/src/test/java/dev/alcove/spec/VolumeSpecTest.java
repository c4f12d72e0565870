package dev.alcove.spec;

import static dev.alcove.spec.VolumeSpec.Recursion.DISABLED;
import static dev.alcove.spec.VolumeSpec.Recursion.ENABLED;
import static dev.alcove.spec.VolumeSpec.Recursion.READONLY;
import static dev.alcove.spec.VolumeSpec.Recursion.WRITABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.alcove.spec.VolumeSpec.Bind;
import dev.alcove.spec.VolumeSpec.Named;
import dev.alcove.spec.VolumeSpec.Tmpfs;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VolumeSpecTest {
    @Test
    void shortVolumesAreRead() {
        assertThat(VolumeSpec.parse("/srv/data:/mnt"))
                .isEqualTo(new Bind("/srv/data", "/mnt", List.of(), ENABLED, true));
        assertThat(VolumeSpec.parse("./x:/mnt/../a//b/:ro,rslave,noexec,nosuid,nodev,Z"))
                .isEqualTo(new Bind(
                        "./x", "/a/b", List.of("ro", "rslave", "noexec", "nosuid", "nodev", "Z"), ENABLED, true));
        assertThat(VolumeSpec.parse("/a:/b:rw,z,exec,suid,dev,rprivate,ro".replace(",ro", ""))
                        .readOnly())
                .isFalse();
        assertThat(VolumeSpec.parse("/a:/b:rro")).isEqualTo(new Bind("/a", "/b", List.of("rro"), READONLY, true));
        assertThat(VolumeSpec.parse("/a:/b:rro").readOnly()).isTrue();
        assertThat(VolumeSpec.parse("/a:/b:bind,ro")).isEqualTo(new Bind("/a", "/b", List.of("ro"), DISABLED, true));
        assertThat(VolumeSpec.parse("cache:/var/cache:nocopy,ro"))
                .isEqualTo(new Named("cache", "/var/cache", List.of("ro"), false));
        assertThat(VolumeSpec.parse("/data")).isEqualTo(new Named("", "/data", List.of(), true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | '' is not a volume, as /srv/data:/mnt, /srv/data:/mnt:ro, name:/mnt or /mnt",
                "/a: | '/a:' is not a volume, as /srv/data:/mnt, /srv/data:/mnt:ro, name:/mnt or /mnt",
                ":/a | ':/a' is not a volume, as /srv/data:/mnt, /srv/data:/mnt:ro, name:/mnt or /mnt",
                "/a:/b:ro:x | '/a:/b:ro:x' is not a volume, as /srv/data:/mnt, /srv/data:/mnt:ro, name:/mnt or /mnt",
                "data | 'data' is not an absolute path",
                "/a:b | 'b' is not an absolute path",
                "/a:/ | '/' is not a place for a mount: the root itself cannot be replaced",
                "/a:/x/.. | '/x/..' is not a place for a mount: the root itself cannot be replaced",
                "/a:/b:rro2 | 'rro2' is not a mount option; did you mean 'rro'?",
                "/a:/b:noexce | 'noexce' is not a mount option; did you mean 'noexec'?",
                "/a:/b:ro,rw | 'rw' is not possible together with 'ro'",
                "/a:/b:shared,rslave | 'rslave' is not possible together with 'shared'",
                "/a:/b:bind,rro | 'rro' is not possible together with 'bind'",
                "/a:/b:nocopy | 'nocopy' is not an option of a path on the host, only of named volumes",
                "name:/b:rbind | 'rbind' is not an option of a named volume, only of paths on the host",
                "~/a:/b | '~/a' is not a path: '~' is the shell's to replace"
            })
    void noVolumesAreRefused(String text, String problem) {
        assertThatThrownBy(() -> VolumeSpec.parse(text))
                .isInstanceOf(SpecException.class)
                .hasMessage("-v: " + problem);
    }

    @Test
    void aBadNameOfAVolumeIsRefused() {
        assertThatThrownBy(() -> VolumeSpec.parse("a b:/c")).hasMessageStartingWith("-v: 'a b' is not a volume's name");
        assertThatThrownBy(() -> VolumeSpec.parse("a:/c")).hasMessageStartingWith("-v: 'a' is not a volume's name");
    }

    @Test
    void longVolumesAreRead() {
        assertThat(VolumeSpec.parseMount("type=bind,source=/a,target=/b,readonly,bind-propagation=rslave"))
                .isEqualTo(new Bind("/a", "/b", List.of("ro", "rslave"), ENABLED, false));
        assertThat(VolumeSpec.parseMount("type=bind,\"src=/with,comma\",dst=/b"))
                .isEqualTo(new Bind("/with,comma", "/b", List.of(), ENABLED, false));
        assertThat(VolumeSpec.parseMount("type=bind,src=/a,dst=/b,readonly,bind-recursive=writable"))
                .isEqualTo(new Bind("/a", "/b", List.of("ro"), WRITABLE, false));
        assertThat(VolumeSpec.parseMount(
                        "type=bind,src=/a,dst=/b,ro=true,bind-propagation=rprivate,bind-recursive=readonly"))
                .isEqualTo(new Bind("/a", "/b", List.of("rro", "rprivate"), READONLY, false));
        assertThat(VolumeSpec.parseMount("type=bind,src=/a,dst=/b,readonly=false,bind-recursive=disabled"))
                .isEqualTo(new Bind("/a", "/b", List.of(), DISABLED, false));
        assertThat(VolumeSpec.parseMount("type=tmpfs,target=/run,tmpfs-size=64m,tmpfs-mode=0700"))
                .isEqualTo(new Tmpfs("/run", List.of(), Bytes.mebi(64), 0700));
        assertThat(VolumeSpec.parseMount("source=cache,destination=/c,volume-nocopy"))
                .isEqualTo(new Named("cache", "/c", List.of(), false));
        assertThat(VolumeSpec.parseMount("type=volume,target=/c")).isEqualTo(new Named("", "/c", List.of(), true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "type=bind,source=/a | --mount: 'type=bind,source=/a' is not complete: target=/PATH is missing",
                "type=bind,target=/b | --mount: 'type=bind,target=/b' is not complete: source=/PATH is missing",
                "type=bnd,target=/b | --mount type: 'bnd' is not a type; did you mean 'bind'?",
                "type=bind,sorce=/a | --mount: 'sorce' is not a key of this flag; did you mean 'source'?",
                "type=bind,source=a,target=/b | --mount source: 'a' is not a path: it begins with '/' or './'",
                "type=bind,source=,target=/b | --mount source: needs a value, as source=…",
                "type=bind,source=/a,target=/b,tmpfs-size=1m | --mount: 'tmpfs-size' is not a key of type=bind",
                "type=tmpfs,target=/b,bind-propagation=slave | --mount: 'bind-propagation' is not a key of type=tmpfs",
                "type=tmpfs,target=/b,source=/a | --mount source: '/a' is not possible with type=tmpfs, which has none",
                "type=tmpfs,target=/b,tmpfs-size=big | --mount tmpfs-size: 'big' is not a size, as 512, 64k, 256m or 1.5g",
                "type=tmpfs,target=/b,tmpfs-mode=999 | --mount tmpfs-mode: '999' is not a mode in octal, 0 to 7777",
                "type=bind,source=/a,target=/b,readonly=yes | --mount readonly: 'yes' is not a truth value; one of true, false",
                "type=bind,source=/a,target=/b,bind-propagation=rslvae | --mount bind-propagation: 'rslvae' is not a propagation; did you mean 'rslave'?",
                "type=bind,source=/a,target=/b,bind-recursive=writable | --mount bind-recursive: readonly and writable need the key 'readonly' too",
                "type=bind,source=/a,target=/b,ro,bind-recursive=readonly | --mount bind-recursive: readonly needs bind-propagation=rprivate",
                "type=bind,\"source=/a | --mount: 'type=bind,\"source=/a' is not a list: a quote is not closed",
                "type=bi\"nd | --mount: 'type=bi\"nd' is not a list: a quote stands inside a field"
            })
    void noMountsAreRefused(String text, String message) {
        assertThatThrownBy(() -> VolumeSpec.parseMount(text))
                .isInstanceOf(SpecException.class)
                .hasMessage(message);
    }

    @Test
    void tmpfsIsRead() {
        assertThat(VolumeSpec.parseTmpfs("/run")).isEqualTo(new Tmpfs("/run", List.of(), Bytes.UNLIMITED, 01777));
        assertThat(VolumeSpec.parseTmpfs("/run:size=64m,mode=1777,noexec,uid=5,nr_inodes=10,ro"))
                .isEqualTo(new Tmpfs("/run", List.of("noexec", "uid=5", "nr_inodes=10", "ro"), Bytes.mebi(64), 01777));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "run | --tmpfs: 'run' is not an absolute path",
                "/run:siz=1m | --tmpfs: 'siz=' is not a mount option; did you mean 'size='?",
                "/run:size=-1 | --tmpfs size: '-1' is not a size: it is negative",
                "/run:mode=8 | --tmpfs mode: '8' is not a mode in octal, 0 to 7777",
                "/run:mode=17777 | --tmpfs mode: '17777' is not a mode in octal, 0 to 7777",
                "/run:uid=me | --tmpfs uid: 'me' is not a number",
                "/run:exec,noexec | --tmpfs: 'noexec' is not possible together with 'exec'",
                "/run:noexe | --tmpfs: 'noexe' is not a mount option; did you mean 'noexec'?"
            })
    void noTmpfsIsRefused(String text, String message) {
        assertThatThrownBy(() -> VolumeSpec.parseTmpfs(text))
                .isInstanceOf(SpecException.class)
                .hasMessage(message);
    }
}
