package dev.alcove.cli;

/**
 * One line of {@code alcove check}.
 *
 * @param what    what was looked at
 * @param verdict how it is
 * @param here    what was found
 * @param mend    what to do about it; empty if nothing
 */
record Finding(String what, Verdict verdict, String here, String mend) {
    /** How it is. */
    enum Verdict {
        /** There and usable. */
        OK("yes"),
        /** Missing, and only some flags need it. */
        PARTLY("-"),
        /** Missing, and containers need it. */
        MISSING("NO");

        private final String mark;

        Verdict(String mark) {
            this.mark = mark;
        }

        String mark() {
            return mark;
        }
    }

    static Finding ok(String what, String here) {
        return new Finding(what, Verdict.OK, here, "");
    }

    static Finding partly(String what, String here, String mend) {
        return new Finding(what, Verdict.PARTLY, here, mend);
    }

    static Finding missing(String what, String here, String mend) {
        return new Finding(what, Verdict.MISSING, here, mend);
    }
}
