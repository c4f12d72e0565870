package dev.alcove.lens;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.NamespaceKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelsTest {
    @ParameterizedTest
    @EnumSource(NamespaceKind.class)
    void everyKind(NamespaceKind kind) {
        String label = kind.fileName() + ":[4026531840]";
        assertThat(Labels.kind(label)).contains(kind);
        assertThat(Labels.number(label)).hasValue(4026531840L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ":", "[", "pipe:[77]", "net:", "ne:[1]", "nett:[1]", "/run/netns/x", "anon_inode:[eventfd]"})
    void whatIsNoNamespace(String text) {
        assertThat(Labels.kind(text)).isEmpty();
    }

    @Test
    void numbers() {
        assertThat(Labels.number("net:[]")).isEmpty();
        assertThat(Labels.number("net:[1x]")).isEmpty();
        assertThat(Labels.number("net:[1")).isEmpty();
        assertThat(Labels.number("net:[99999999999999999999]")).isEmpty();
        assertThat(Labels.decimal("-1")).isEmpty();
        assertThat(Labels.decimal("0")).hasValue(0);
    }
}
