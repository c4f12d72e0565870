package dev.alcove.runtime;

import java.util.ArrayList;
import java.util.List;

/** Prints a program for people. */
final class ProgramText {
    private static final int WHY_COLUMN = 78;
    /** So many steps in a row that differ in one argument become one line. */
    private static final int FEWEST_FOLDED = 3;

    private final StringBuilder out = new StringBuilder(16384);
    private final Program program;

    ProgramText(Program program) {
        this.program = program;
        int number = 0;
        String last = "";
        List<Step> steps = program.steps();
        for (int i = 0; i < steps.size(); i++) {
            Step s = steps.get(i);
            if (s instanceof Step.Heading h) {
                out.append(out.isEmpty() ? "" : "\n")
                        .append("# ")
                        .append(h.title())
                        .append('\n');
                if (!h.why().isEmpty()) {
                    out.append("# ").append(h.why()).append('\n');
                }
                last = "";
                continue;
            }
            int start = out.length();
            String n = Integer.toString(number);
            out.append(" ".repeat(Math.max(0, 4 - n.length()))).append(n).append("  ");
            int alike = alike(i);
            if (alike >= FEWEST_FOLDED) {
                folded(i, alike);
                i += alike - 1;
                number += alike;
            } else {
                append(s);
                number++;
            }
            if (!s.why().equals(last)) {
                int pad = WHY_COLUMN - (out.length() - start);
                out.append(pad > 1 ? " ".repeat(pad) : "  ").append("# ").append(s.why());
                last = s.why();
            }
            out.append('\n');
        }
    }

    /** One step, as in the printed program but without number and reason. */
    static String of(Program program, Step step) {
        ProgramText t = new ProgramText(new Program(program.arch(), List.of(), 0), program);
        t.append(step);
        return t.out.toString();
    }

    private ProgramText(Program empty, Program labels) {
        this.program = labels;
        if (empty.length() != 0) {
            throw new IllegalArgumentException("not empty");
        }
    }

    /** How many steps from this one on are the same call for the same reason, and differ in one argument alone. */
    private int alike(int from) {
        int n = 1;
        int which = -1;
        while (from + n < program.steps().size()) {
            int differs = difference(program.steps().get(from), program.steps().get(from + n));
            if (differs < 0 || (which >= 0 && differs != which)) {
                break;
            }
            which = differs;
            n++;
        }
        return n;
    }

    /** The one argument in which two calls differ; -1 if they differ in more, or in anything else. */
    private static int difference(Step one, Step other) {
        if (!(one instanceof Step.Call a)
                || !(other instanceof Step.Call b)
                || a.call() != b.call()
                || a.into() != null
                || b.into() != null
                || a.anyError() != b.anyError()
                || a.least() != b.least()
                || !a.tolerated().equals(b.tolerated())
                || a.args().size() != b.args().size()
                || !a.why().equals(b.why())) {
            return -1;
        }
        int which = -1;
        for (int i = 0; i < a.args().size(); i++) {
            if (!a.args().get(i).text().equals(b.args().get(i).text())) {
                if (which >= 0) {
                    return -1;
                }
                which = i;
            }
        }
        return which;
    }

    /** Several steps on one line: {@code prctl(PR_CAPBSET_DROP, each of 27: CAP_LEASE, …)}. */
    private void folded(int from, int count) {
        Step.Call first = (Step.Call) program.steps().get(from);
        int which = difference(first, program.steps().get(from + 1));
        StringBuilder each = new StringBuilder("each of ").append(count).append(':');
        for (int i = from; i < from + count; i++) {
            Step.Call c = (Step.Call) program.steps().get(i);
            each.append(i == from ? " " : ", ").append(c.args().get(which).text());
        }
        List<Arg> args = new ArrayList<>(first.args());
        args.set(which, Arg.num(0, each.toString()));
        append(new Step.Call(
                first.call(), args, null, first.tolerated(), first.anyError(), first.least(), first.why()));
    }

    private void append(Step step) {
        switch (step) {
            case Step.Call c -> {
                if (c.into() != null) {
                    out.append(c.into().text()).append(" = ");
                }
                out.append(c.call().kernelName());
                arguments(c.args());
                if (c.anyError()) {
                    out.append(" or any error");
                } else {
                    for (int i = 0; i < c.tolerated().size(); i++) {
                        out.append(i == 0 ? " or " : ", ").append(c.tolerated().get(i));
                    }
                }
            }
            case Step.Jump j -> {
                switch (j.when()) {
                    case ALWAYS -> {}
                    case ZERO -> out.append("if ").append(j.value().text()).append(" is 0: ");
                    case NEGATIVE -> out.append("if ").append(j.value().text()).append(" failed: ");
                    case POSITIVE -> out.append("if ").append(j.value().text()).append(" > 0: ");
                }
                out.append("go to ").append(number(j.to()));
            }
            case Step.OnFailure f -> out.append("on failure go to ").append(number(f.to()));
            case Step.Channel c -> out.append("report failures to ").append(c.fd().text());
            case Step.Put p ->
                out.append("store ").append(p.value().text()).append(" at ").append(p.to().text());
            case Step.Get g ->
                out.append(g.into().text()).append(" = load ").append(g.from().text());
            case Step.Subtract s ->
                out.append(s.into().text())
                        .append(" = ")
                        .append(s.from().text())
                        .append(" - ")
                        .append(s.number().text());
            case Step.Decimal d ->
                out.append(d.length().text())
                        .append(" = print ")
                        .append(d.value().text())
                        .append(
                                d.suffix().isEmpty()
                                        ? ""
                                        : " and " + Arg.string(d.suffix()).text())
                        .append(" at ")
                        .append(d.to().text());
            case Step.Exec e -> {
                out.append("execve ");
                for (int i = 0; i < e.paths().size(); i++) {
                    out.append(i == 0 ? "" : " or ").append(e.paths().get(i));
                }
                out.append(" argv ")
                        .append(e.argv())
                        .append(" env ")
                        .append(e.env().size());
            }
            case Step.Await a -> out.append("await the other side on ").append(a.fd().text());
            case Step.Monitor m -> {
                out.append(m.ended().text()).append(" = ");
                out.append("monitor ").append(m.pid().text());
                if (!(m.timeout() instanceof Arg.Num n && n.value() < 0)) {
                    out.append(" for at most ").append(m.timeout().text()).append(" ms");
                }
            }
            case Step.Reap r ->
                out.append(r.status().text())
                        .append(" = reap until ")
                        .append(r.child().text())
                        .append(" ends");
            case Step.KillAll k ->
                out.append("kill all in ").append(Arg.string(k.procs()).text());
            case Step.Exit e -> out.append("exit ").append(e.status().text());
            case Step.Heading h -> out.append(h.title());
        }
    }

    private void arguments(List<Arg> args) {
        out.append('(');
        for (int i = 0; i < args.size(); i++) {
            out.append(i == 0 ? "" : ", ").append(args.get(i).text());
        }
        out.append(')');
    }

    private int number(Step.Label label) {
        int n = 0;
        for (int i = 0; i < label.index(); i++) {
            if (!(program.steps().get(i) instanceof Step.Heading)) {
                n++;
            }
        }
        return n;
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
