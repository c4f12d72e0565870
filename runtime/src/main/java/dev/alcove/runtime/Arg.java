package dev.alcove.runtime;

/** An argument of a step. */
sealed interface Arg {
    /** As the printed program shows it. */
    String text();

    /** A number; {@code text} is what it means: {@code O_PATH|O_CLOEXEC}, {@code 0755}, {@code 3}. */
    record Num(long value, @Override String text) implements Arg {}

    /**
     * What an earlier step gave. A register: it may be given more than once.
     *
     * @param name for the reader; a path in the root stands for the descriptor of that place
     */
    record Result(int register, String name, boolean place) implements Arg {
        @Override
        public String text() {
            return place ? placeName(name) : name;
        }

        /** A path as a word: {@code at_proc_sys}. Made when somebody reads it: most programs are only run. */
        private static String placeName(String path) {
            if (path.equals(".")) {
                return "at_root";
            }
            StringBuilder b = new StringBuilder("at_");
            for (int i = 0; i < path.length(); i++) {
                char c = path.charAt(i);
                boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
                b.append(plain ? c : '_');
            }
            return b.toString();
        }
    }

    /** The address of a piece of memory, and an offset into it. */
    record At(Data data, int offset) implements Arg {
        @Override
        public String text() {
            return offset == 0 ? data.text() : data.text() + "+" + offset;
        }
    }

    static Num num(long value) {
        return new Num(value, Long.toString(value));
    }

    static Num num(long value, String text) {
        return new Num(value, text);
    }

    /** A file mode. */
    static Num mode(int mode) {
        return new Num(mode, mode == 0 ? "0" : "0" + Integer.toOctalString(mode));
    }

    static At string(String s) {
        return s.isEmpty() ? EMPTY : new At(Data.string(s), 0);
    }

    static At at(Data data) {
        return new At(data, 0);
    }

    static At at(Data data, int offset) {
        return new At(data, offset);
    }

    /** AT_FDCWD: a relative path starts at the working directory. */
    Num CWD = new Num(-100, "AT_FDCWD");

    /** 0, where a pointer could stand. */
    Num NULL = new Num(0, "NULL");

    Num ZERO = new Num(0, "0");

    /** "", with AT_EMPTY_PATH: the descriptor itself. */
    At EMPTY = new At(Data.string(""), 0);
}
