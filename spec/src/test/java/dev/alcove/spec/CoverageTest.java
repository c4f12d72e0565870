package dev.alcove.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The golden document is only worth something if it fills every property once. */
class CoverageTest {
    private final Set<String> seen = new TreeSet<>();
    private final Set<String> filled = new TreeSet<>();

    @Test
    void theExampleFillsEveryComponentOfEveryRecord() throws Exception {
        try (InputStream in = Objects.requireNonNull(CoverageTest.class.getResourceAsStream("everything.json"))) {
            walk(OciJson.read(in.readAllBytes(), OciSpec.class));
        }
        seen.removeAll(filled);
        assertThat(seen).isEmpty();
        assertThat(filled).hasSizeGreaterThan(150);
    }

    private void walk(@Nullable Object value) throws ReflectiveOperationException {
        if (value instanceof Record && !(value instanceof Uint64)) {
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                String name = value.getClass().getSimpleName() + "." + component.getName();
                seen.add(name);
                Object part = component.getAccessor().invoke(value);
                boolean absent = part == null
                        || part.equals("")
                        || (component.getType() == boolean.class && part.equals(false))
                        || part.equals(List.of())
                        || part.equals(Map.of());
                if (!absent) {
                    filled.add(name);
                }
                walk(part);
            }
        } else if (value instanceof List<?> list) {
            for (Object element : list) {
                walk(element);
            }
        } else if (value instanceof Map<?, ?> map) {
            for (Object element : map.values()) {
                walk(element);
            }
        }
    }
}
