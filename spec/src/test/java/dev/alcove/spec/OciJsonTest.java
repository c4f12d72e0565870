package dev.alcove.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OciJsonTest {
    private static String everything() throws IOException {
        try (InputStream in = Objects.requireNonNull(OciJsonTest.class.getResourceAsStream("everything.json"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Drops the white space between tokens; the example has none inside its texts but in two, which keep it. */
    private static String compact(String json) {
        var out = new StringBuilder();
        boolean text = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            text ^= c == '"';
            if (text || !Character.isWhitespace(c)) {
                out.append(c);
            }
        }
        return out.toString();
    }

    @Test
    void everyPropertyOfTheLinuxPartIsReadAndWrittenAsItWas() throws IOException {
        String json = everything();
        assertThat(OciJson.write(OciJson.read(json, OciSpec.class))).isEqualTo(compact(json));
    }

    @Test
    void whatWasPrintedForPeopleReadsBackAsTheSame() throws IOException {
        OciSpec spec = OciJson.read(everything(), OciSpec.class);
        String pretty = OciJson.pretty(spec);
        assertThat(pretty).startsWith("{\n").endsWith("}\n").contains("\n  \"process\": {\n");
        assertThat(OciJson.read(pretty, OciSpec.class)).isEqualTo(spec);
    }

    @Test
    void numbersKeepTheir64Bits() throws IOException {
        OciSpec spec = OciJson.read(everything(), OciSpec.class);
        var process = Objects.requireNonNull(spec.process());
        assertThat(process.rlimits().getFirst().hard()).isEqualTo(Uint64.MAX);
        assertThat(process.user().gid()).isEqualTo(4294967295L);
        var linux = Objects.requireNonNull(spec.linux());
        var memory =
                Objects.requireNonNull(Objects.requireNonNull(linux.resources()).memory());
        assertThat(memory.limit()).isEqualTo(Long.MAX_VALUE);
        assertThat(memory.disableOomKiller()).isFalse();
        assertThat(memory.swappiness()).isEqualTo(Uint64.ZERO);
    }

    @Test
    void anEmptyDocumentIsAllAbsentAndIsWrittenEmpty() {
        OciSpec spec = OciJson.read("{}", OciSpec.class);
        assertThat(spec).isEqualTo(OciSpec.builder().build());
        assertThat(spec.mounts()).isEmpty();
        assertThat(spec.hostname()).isEmpty();
        assertThat(spec.process()).isNull();
        assertThat(OciJson.write(spec)).isEqualTo("{}");
    }

    @Test
    void nullIsAsAbsent() {
        String json =
                "{\"ociVersion\":null,\"process\":null,\"mounts\":null,\"annotations\":null,\"root\":{\"readonly\":null}}";
        OciSpec spec = OciJson.read(json, OciSpec.class);
        assertThat(spec.mounts()).isEmpty();
        assertThat(spec.root()).isEqualTo(new OciRoot("", false));
    }

    @Test
    void unknownPropertiesAreIgnoredWhateverTheyHold() {
        String json = "{\"windows\":{\"a\":[1,{\"b\":null}]},\"hostname\":\"x\",\"next\":[[]],\"vm\":\"\\u00e9\\\"\"}";
        assertThat(OciJson.read(json, OciSpec.class).hostname()).isEqualTo("x");
    }

    @Test
    void buildersMakeWhatTheJsonSays() {
        OciLinux linux = OciLinux.builder()
                .namespaces(List.of(new LinuxNamespace("pid", "")))
                .resources(LinuxResources.builder()
                        .memory(LinuxMemory.builder().limit(1L << 40).build())
                        .cpu(LinuxCpu.builder().shares(Uint64.of(2)).cpus("0").build())
                        .build())
                .build();
        OciProcess process = OciProcess.builder().args(List.of("true")).cwd("/").build();
        OciSpec spec = OciSpec.builder()
                .ociVersion("1.3.0")
                .process(process)
                .mounts(List.of(OciMount.of("/proc", "proc", "proc", List.of("nosuid"))))
                .linux(linux)
                .build();
        assertThat(OciJson.write(spec))
                .isEqualTo(
                        "{\"ociVersion\":\"1.3.0\",\"process\":{\"user\":{\"uid\":0,\"gid\":0},\"args\":[\"true\"],\"cwd\":\"/\"},"
                                + "\"mounts\":[{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\",\"options\":[\"nosuid\"]}],"
                                + "\"linux\":{\"resources\":{\"memory\":{\"limit\":1099511627776},\"cpu\":{\"shares\":2,\"cpus\":\"0\"}},"
                                + "\"namespaces\":[{\"type\":\"pid\"}]}}");
        assertThat(spec.toBuilder().build()).isEqualTo(spec);
        assertThat(linux.toBuilder().mountLabel("x").build()).isNotEqualTo(linux);
    }

    @Test
    void stateIsWrittenAsTheSpecificationHasIt() {
        var state = new OciState("1.3.0", "room", "running", 4422, "/bundle", Map.of("k", "v"));
        String json =
                "{\"ociVersion\":\"1.3.0\",\"id\":\"room\",\"status\":\"running\",\"pid\":4422,\"bundle\":\"/bundle\",\"annotations\":{\"k\":\"v\"}}";
        assertThat(OciJson.write(state)).isEqualTo(json);
        assertThat(OciJson.read(json, OciState.class)).isEqualTo(state);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"hostname\":7} | hostname: '7' is not a text",
                "{\"linux\":{\"resources\":{\"memory\":{\"limit\":\"1\"}}}} | linux.resources.memory.limit: '\"1\"' is not a whole number of 64 bits",
                "{\"linux\":{\"resources\":{\"memory\":{\"limit\":1.5}}}} | linux.resources.memory.limit: '1.5' is not a whole number of 64 bits",
                "{\"linux\":{\"resources\":{\"memory\":{\"limit\":9223372036854775808}}}} | linux.resources.memory.limit: '9223372036854775808' is not a whole number of 64 bits",
                "{\"linux\":{\"resources\":{\"memory\":{\"limit\":1e999999999}}}} | linux.resources.memory.limit: '1e999999999' is not a whole number of 64 bits",
                "{\"linux\":{\"resources\":{\"cpu\":{\"shares\":-1}}}} | linux.resources.cpu.shares: '-1' is not a whole number from 0 to 18446744073709551615",
                "{\"linux\":{\"resources\":{\"cpu\":{\"shares\":18446744073709551616}}}} | linux.resources.cpu.shares: '18446744073709551616' is not a whole number from 0 to 18446744073709551615",
                "{\"process\":{\"user\":{\"uid\":-1,\"gid\":0}}} | process.user.uid: '-1' is not a number from 0 to 4294967295",
                "{\"process\":{\"user\":{\"additionalGids\":[1,4294967296]}}} | process.user.additionalGids[1]: '4294967296' is not a number from 0 to 4294967295",
                "{\"process\":{\"args\":[\"a\",2]}} | process.args[1]: '2' is not a text",
                "{\"process\":{\"args\":\"sh\"}} | process.args: '\"sh\"' is not a list",
                "{\"process\":{\"args\":[\"a\",null]}} | process.args[1]: 'null' is not a text",
                "{\"process\":{\"terminal\":\"yes\"}} | process.terminal: '\"yes\"' is not true or false",
                "{\"process\":[]} | process: '[]' is not an object",
                "{\"mounts\":{}} | mounts: '{}' is not a list",
                "{\"mounts\":[{\"destination\":\"/a\"},{\"options\":{}}]} | mounts[1].options: '{}' is not a list",
                "{\"mounts\":[null]} | mounts[0]: null is not allowed in a list",
                "{\"annotations\":{\"k\":1}} | annotations.k: '1' is not a text",
                "{\"annotations\":[]} | annotations: '[]' is not an object",
                "{\"linux\":{\"timeOffsets\":{\"boottime\":{\"secs\":\"1\"}}}} | linux.timeOffsets.boottime.secs: '\"1\"' is not a whole number of 64 bits",
                "{\"process\":{\"oomScoreAdj\":4000000000}} | process.oomScoreAdj: '4000000000' is not a whole number of 32 bits",
                "{\"linux\":{\"resources\":{\"blockIO\":{\"weight\":70000}}}} | linux.resources.blockIO.weight: '70000' is not a number from 0 to 65535",
                "[] | '[]' is not an object",
                "null | 'null' is not an object",
            })
    void aWrongValueIsRefusedWithItsPath(String json, String message) {
        assertThatThrownBy(() -> OciJson.read(json, OciSpec.class))
                .isInstanceOf(SpecException.class)
                .hasMessage(message);
        String spaced = json.replace(":", " : ").replace("[", "[ ").replace("}", "\n}");
        assertThatThrownBy(() -> OciJson.read(spaced, OciSpec.class))
                .isInstanceOfSatisfying(
                        SpecException.class,
                        e -> assertThat(e.field())
                                .isEqualTo(message.startsWith("'") ? "" : message.substring(0, message.indexOf(": "))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            nullValues = "-",
            value = {
                "~~ | not JSON: line 1, column 1 should be a value, but the document ends",
                "{ | not JSON: line 1, column 2 should be a property's name, but the document ends",
                "{\"a\":1,} | not JSON: line 1, column 8 should be a property's name",
                "{\"a\" 1} | a: not JSON: line 1, column 6 should be ':'",
                "{\"linux\":{\"devices\":[1 2]}} | linux.devices: not JSON: line 1, column 24 should be ',' or ']'",
                "{\"a\":01} | not JSON: line 1, column 7 should be ',' or '}'",
                "{\"a\":+1} | a: not JSON: line 1, column 6 should be a value",
                "{\"a\":1.} | a: not JSON: line 1, column 8 should be a digit",
                "{\"a\":1e} | a: not JSON: line 1, column 8 should be a digit",
                "{\"a\":nul} | a: not JSON: line 1, column 9 should be 'null'",
                "{\"a\":NaN} | a: not JSON: line 1, column 6 should be a value",
                "{\"a\":'b'} | a: not JSON: line 1, column 6 should be a value",
                "{\"a\":\"b} | a: not JSON: line 1, column 9 should be a text's end, but the document ends",
                "{\"a\":\"\\x\"} | a: not JSON: line 1, column 8 should be an escape",
                "{\"a\":\"\\u12g4\"} | a: not JSON: line 1, column 11 should be four hexadecimal digits",
                "{} {} | not JSON: line 1, column 4 should be nothing more",
            })
    void whatIsNotJsonIsRefusedWithItsPlace(String json, String message) {
        assertThatThrownBy(() -> OciJson.read(json, OciSpec.class))
                .isInstanceOf(SpecException.class)
                .hasMessage(message);
    }

    @Test
    void controlCharactersAndBrokenUtf8AreRefused() {
        assertThatThrownBy(() -> OciJson.read("{\"hostname\":\"a\nb\"}", OciSpec.class))
                .hasMessage("hostname: not JSON: line 1, column 15 should be a text's end");
        byte[] broken = "{\"hostname\":\"a?\"}".getBytes(StandardCharsets.UTF_8);
        broken[14] = (byte) 0xC3;
        assertThatThrownBy(() -> OciJson.read(broken, OciSpec.class)).hasMessage("the document is not UTF-8");
    }

    @Test
    void textBeyondAsciiSurvives() {
        String text = "é—😀\u0007\\\"/";
        var spec = OciSpec.builder().annotations(Map.of("ключ", text)).build();
        assertThat(OciJson.read(OciJson.write(spec), OciSpec.class)).isEqualTo(spec);
        assertThat(OciJson.read("{\"hostname\":\"\\u00e9\\ud83d\\ude00\"}", OciSpec.class)
                        .hostname())
                .isEqualTo("é😀");
    }

    @Test
    void depthIsBounded() {
        String allowed = "{\"x\":" + "[".repeat(63) + "]".repeat(63) + "}";
        assertThat(OciJson.read(allowed, OciSpec.class).mounts()).isEmpty();
        String deeper = "{\"x\":" + "[".repeat(64) + "]".repeat(64) + "}";
        assertThatThrownBy(() -> OciJson.read(deeper, OciSpec.class))
                .isInstanceOf(SpecException.class)
                .hasMessageContaining("more than 64 objects and lists are nested");
        assertThatThrownBy(() -> OciJson.read("[".repeat(10_000_000), OciSpec.class))
                .isInstanceOf(SpecException.class);
    }

    @Test
    void sizeIsBounded() {
        byte[] blank = new byte[OciJson.MAX_BYTES + 1];
        Arrays.fill(blank, (byte) ' ');
        blank[0] = '{';
        blank[1] = '}';
        assertThatThrownBy(() -> OciJson.read(blank, OciSpec.class))
                .hasMessage("the document has 16777217 bytes, more than 16777216");
        byte[] largest = Arrays.copyOf(blank, OciJson.MAX_BYTES);
        assertThat(OciJson.read(largest, OciSpec.class).mounts()).isEmpty();
    }

    /** Documents with bytes changed, dropped or doubled: read, or refused as it is promised, never anything else. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void damagedDocumentsAreReadOrRefused(long seed) throws IOException {
        byte[] whole = everything().getBytes(StandardCharsets.UTF_8);
        byte[] pool = "{}[]\",:-0123456789.eEtfn \\\n\u00e9".getBytes(StandardCharsets.UTF_8);
        var random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < 500; round++) {
            byte[] damaged = whole.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                damaged[random.nextInt(damaged.length)] = pool[random.nextInt(pool.length)];
            }
            if (random.nextInt(10) == 0) {
                damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
            }
            try {
                OciSpec spec = OciJson.read(damaged, OciSpec.class);
                assertThat(OciJson.read(OciJson.write(spec), OciSpec.class)).isEqualTo(spec);
            } catch (SpecException e) {
                assertThat(e.problem()).isNotEmpty();
                refused++;
            }
        }
        assertThat(refused).isBetween(100, 499);
    }

    @Test
    void recordsKeepCopies() {
        var args = new ArrayList<>(List.of("a"));
        OciProcess process = OciProcess.builder().args(args).build();
        args.add("b");
        assertThat(process.args()).containsExactly("a");
        assertThatThrownBy(() -> process.args().add("c")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void numbersOutOfRangeAreRefusedInTheRecordToo() {
        assertThatThrownBy(() -> new LinuxIdMapping(0, 0, 1L << 32))
                .hasMessage("size: '4294967296' is not a number from 0 to 4294967295");
    }
}
