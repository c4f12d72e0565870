package dev.alcove.runtime;

import java.util.List;

/** Prints a program for people. */
final class ProgramText {
    private static final int WHY_COLUMN = 78;

    private final StringBuilder out = new StringBuilder(16384);
    private final Program program;

    ProgramText(Program program) {
        this.program = program;
        int number = 0;
        String last = "";
        for (Step s : program.steps()) {
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
            String n = Integer.toString(number++);
            out.append(" ".repeat(Math.max(0, 4 - n.length()))).append(n).append("  ");
            append(s);
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
