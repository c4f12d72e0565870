package dev.alcove.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.alcove.linux.Syscall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every planned program. */
class PlannerPropertiesTest {
    private static final String EACH = "dev.alcove.runtime.Golden#all";

    private static List<Step> steps(Golden g) {
        return g.program().steps();
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void everyStepHasAReason(Golden g) {
        for (Step s : steps(g)) {
            if (!(s instanceof Step.Heading)) {
                assertThat(s.why()).as(ProgramText.of(g.program(), s)).isNotBlank();
            }
        }
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void everyLabelIsBoundToAStep(Golden g) {
        for (Step s : steps(g)) {
            Step.@Nullable Label to = target(s);
            if (to != null) {
                assertThat(to.index()).isBetween(0, steps(g).size() - 1);
            }
        }
    }

    private static Step.@Nullable Label target(Step s) {
        return switch (s) {
            case Step.Jump j -> j.to();
            case Step.OnFailure f -> f.to();
            default -> null;
        };
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void theChildBeginsWithItsChannelAndItsEnd(Golden g) {
        List<Step> steps = steps(g);
        int at = 0;
        while (!(steps.get(at) instanceof Step.Heading h && h.title().startsWith("the child"))) {
            at++;
        }
        assertThat(steps.get(at + 1)).isInstanceOf(Step.Jump.class);
        assertThat(steps.get(at + 2)).isInstanceOf(Step.Exit.class);
        assertThat(steps.get(at + 3)).isInstanceOf(Step.Channel.class);
        assertThat(steps.get(at + 4)).isInstanceOf(Step.OnFailure.class);
        assertThat(((Step.OnFailure) steps.get(at + 4)).to().index()).isEqualTo(at + 2);
        if (steps.getLast() instanceof Step.Exit) {
            // Nobody is there to be told: behind it stands what says why not.
            assertThat(steps.get(steps.size() - 3)).isInstanceOf(Step.Exec.class);
            assertThat(steps.get(steps.size() - 4)).isInstanceOf(Step.OnFailure.class);
        } else {
            assertThat(steps.getLast()).isInstanceOf(Step.Exec.class);
        }
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void nothingIsTakenBackTwice(Golden g) {
        Set<String> seen = new HashSet<>();
        for (Step s : steps(g)) {
            if (s instanceof Step.Call c && c.call() == Syscall.UNLINKAT) {
                assertThat(seen.add(ProgramText.of(g.program(), s)))
                        .as(c.toString())
                        .isTrue();
                assertThat(c.anyError()).as("taking back goes on").isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void whatIsMadeIsTakenBack(Golden g) {
        Set<String> removed = new HashSet<>();
        for (Step s : steps(g)) {
            if (s instanceof Step.Call c && c.call() == Syscall.UNLINKAT) {
                removed.add(c.args().get(1).text());
            }
        }
        for (Step s : steps(g)) {
            if (s instanceof Step.Call c
                    && c.call() == Syscall.MKDIRAT
                    && c.args().getFirst() == Arg.CWD
                    && c.tolerated().isEmpty()) {
                assertThat(removed).contains(c.args().get(1).text());
            }
        }
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void everyRegisterIsSetBeforeItIsUsed(Golden g) {
        List<Step> steps = steps(g);
        BitSet[] known = new BitSet[steps.size() + 1];
        Deque<Integer> open = new ArrayDeque<>();
        reach(known, open, 0, new BitSet());
        while (!open.isEmpty()) {
            int at = open.pop();
            if (at == steps.size()) {
                continue;
            }
            Step s = steps.get(at);
            BitSet after = (BitSet) known[at].clone();
            Arg.@Nullable Result into = into(s);
            if (into != null) {
                after.set(into.register());
            }
            Step.@Nullable Label to = target(s);
            if (to != null) {
                reach(known, open, to.index(), after);
            }
            boolean goesOn = !(s instanceof Step.Exit || s instanceof Step.Exec)
                    && !(s instanceof Step.Jump j && j.when() == Step.When.ALWAYS);
            if (goesOn) {
                reach(known, open, at + 1, after);
            }
        }
        for (int i = 0; i < steps.size(); i++) {
            BitSet before = known[i];
            assertThat(before != null || steps.get(i) instanceof Step.Heading)
                    .as("can be reached: " + steps.get(i))
                    .isTrue();
            for (Arg a : uses(steps.get(i))) {
                // `watched` stays 0 unless the container ran: that is what it tells. So does a front's `status`.
                boolean zero = a.text().equals("watched")
                        || (a.text().equals("status") && g.spec().front().isPresent());
                if (before != null && a instanceof Arg.Result r && !zero) {
                    assertThat(before.get(r.register()))
                            .as("step " + ProgramText.of(g.program(), steps.get(i)) + " uses " + r)
                            .isTrue();
                }
            }
        }
    }

    private static void reach(BitSet[] known, Deque<Integer> open, int at, BitSet set) {
        BitSet before = known[at];
        BitSet now = (BitSet) set.clone();
        if (before != null) {
            now.and(before);
            if (now.equals(before)) {
                return;
            }
        }
        known[at] = now;
        open.push(at);
    }

    private static Arg.@Nullable Result into(Step s) {
        return switch (s) {
            case Step.Call c -> c.into();
            case Step.Get x -> x.into();
            case Step.Subtract x -> x.into();
            case Step.Decimal d -> d.length();
            case Step.Reap r -> r.status();
            case Step.Monitor m -> m.ended();
            default -> null;
        };
    }

    private static List<Arg> uses(Step s) {
        return switch (s) {
            case Step.Call c -> c.args();
            case Step.Jump j -> List.of(j.value());
            case Step.Channel c -> List.of(c.fd());
            case Step.Put p -> List.of(p.value());
            case Step.Subtract x -> List.of(x.from(), x.number());
            case Step.Decimal d -> List.of(d.value());
            case Step.Await a -> List.of(a.fd());
            case Step.Monitor m -> List.of(m.pid(), m.pidfd(), m.control(), m.timeout(), m.terminal());
            case Step.Reap r -> List.of(r.child());
            case Step.Exit e -> List.of(e.status());
            default -> List.of();
        };
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void theBinaryFormIsOfItsSizeAndSmall(Golden g) {
        Program p = g.program();
        ByteBuffer b = ByteBuffer.wrap(ProgramEncoder.encode(p)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(b.getInt(Wire.HEADER_STEPS)).isEqualTo(p.length());
        assertThat(b.getInt(Wire.HEADER_RESULTS)).isEqualTo(p.registers()).isLessThan(Wire.MAX_RESULTS / 4);
        int code = p.length() * Wire.STEP_SIZE + b.getInt(Wire.HEADER_RELOCATIONS) * 4;
        assertThat(b.capacity())
                .isEqualTo(Wire.HEADER_SIZE + ((code + 7) & ~7) + b.getInt(Wire.HEADER_DATA))
                .isLessThan(128 << 10);
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void planningIsAFunction(Golden g) {
        assertThat(g.program().text()).isEqualTo(g.program().text());
        assertThat(ProgramEncoder.encode(g.program())).isEqualTo(ProgramEncoder.encode(g.program()));
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void theNumbersOfThePrintedProgramAreInits(Golden g) {
        int expected = 0;
        for (String line : g.program().text().split("\n", -1)) {
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String[] words = line.strip().split(" ", 2);
            assertThat(Integer.parseInt(words[0])).isEqualTo(expected);
            int each = line.indexOf("each of ");
            expected += each < 0 ? 1 : Integer.parseInt(line.substring(each + 8, line.indexOf(':', each)));
        }
        assertThat(expected).isEqualTo(g.program().length());
    }
}
