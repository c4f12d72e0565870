package dev.alcove.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class IdMapTest {
    private static final IdMap MAP = IdMap.of(new IdRange(0, 1000, 1), new IdRange(1, 100_000, 65_535));

    @Test
    void mapsBothWays() {
        assertThat(MAP.toHost(0)).hasValue(1000);
        assertThat(MAP.toHost(1)).hasValue(100_000);
        assertThat(MAP.toHost(65_535)).hasValue(165_534);
        assertThat(MAP.toHost(65_536)).isEmpty();
        assertThat(MAP.toContainer(1000)).hasValue(0);
        assertThat(MAP.toContainer(165_534)).hasValue(65_535);
        assertThat(MAP.toContainer(1001)).isEmpty();
    }

    @Test
    void theTextIsReadBack() {
        assertThat(MAP.text()).isEqualTo("0 1000 1\n1 100000 65535\n");
        assertThat(IdMap.parse("         0       1000          1\n         1     100000      65535\n"))
                .isEqualTo(MAP);
        assertThat(IdMap.parse("").ranges()).isEmpty();
    }

    @Test
    void theWholeRangeIsAllowed() {
        IdMap all = IdMap.of(new IdRange(0, 0, 4_294_967_295L));
        assertThat(all.toHost(4_294_967_294L)).hasValue(4_294_967_294L);
        assertThat(all.toHost(4_294_967_295L)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0,0,0", "0,0,-1", "-1,0,1", "0,-1,1", "0,0,4294967296", "1,0,4294967295", "0,4294967295,1"})
    void badRangesAreRefused(long container, long host, long count) {
        assertThatThrownBy(() -> new IdRange(container, host, count)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void overlapsAreRefusedOnEitherSideAndNamed() {
        assertThatThrownBy(() -> IdMap.of(new IdRange(0, 1000, 10), new IdRange(9, 5000, 1)))
                .hasMessage("the id ranges '0 1000 10' and '9 5000 1' overlap");
        assertThatThrownBy(() -> IdMap.of(new IdRange(0, 1000, 10), new IdRange(10, 1009, 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(IdMap.of(new IdRange(0, 1000, 10), new IdRange(10, 1010, 1)).ranges())
                .hasSize(2);
    }

    @Test
    void moreLinesThanTheKernelTakesAreRefused() {
        List<IdRange> ranges = new ArrayList<>();
        for (int i = 0; i < 340; i++) {
            ranges.add(new IdRange(2L * i, 2L * i, 1));
        }
        assertThat(new IdMap(ranges).ranges()).hasSize(340);
        ranges.add(new IdRange(680, 680, 1));
        assertThatThrownBy(() -> new IdMap(ranges)).hasMessageContaining("at most 340");
    }

    @Test
    void theOwnMapIsRead() {
        int self = (int) ProcessHandle.current().pid();
        assertThat(Proc.uidMap(self).orElseThrow().toContainer(0)).isPresent();
        assertThat(Proc.gidMap(self).orElseThrow().toContainer(0)).isPresent();
    }

    @Test
    void subordinateIdsAreFoundByNameAndNumber() {
        String text =
                "# comment\nann:100000:65536\nbob:200000:65536\n1000:300000:10\nann:400000:1\nann:x:1\nann:5\nann:1:0\n";
        assertThat(SubIds.parse(text, "ann", 1000).ranges())
                .containsExactly(
                        new SubIds.Range(100_000, 65_536), new SubIds.Range(300_000, 10), new SubIds.Range(400_000, 1));
        assertThat(SubIds.parse(text, "ann", 1).count()).isEqualTo(65_537);
        assertThat(SubIds.parse(text, "an", 1).ranges()).isEmpty();
        assertThat(SubIds.read(java.nio.file.Path.of("/nowhere/subuid"), "ann", 1)
                        .ranges())
                .isEmpty();
    }
}
