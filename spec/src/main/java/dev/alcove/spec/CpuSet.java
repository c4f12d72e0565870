package dev.alcove.spec;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A set of CPUs or memory nodes, cpuset(7)'s list format.
 *
 * @param numbers in rising order, each once, 0 to 8191
 */
public record CpuSet(List<Integer> numbers) {
    /** One more than the highest number, the kernel's largest NR_CPUS. */
    private static final int LIMIT = 8192;

    /** A set; copied. */
    public CpuSet {
        numbers = List.copyOf(numbers);
    }

    /**
     * Reads a list.
     *
     * @param field the flag, for the refusal
     * @param text  as {@code 0-2,4}; not empty
     * @throws SpecException if it is no list, a run goes backwards, or a number is above 8191
     */
    public static CpuSet parse(String field, String text) {
        var set = new BitSet();
        for (String run : Split.at(',', text)) {
            int dash = run.indexOf('-');
            int first = number(field, text, dash < 0 ? run : run.substring(0, dash));
            int last = dash < 0 ? first : number(field, text, run.substring(dash + 1));
            if (last < first) {
                throw SpecException.not(field, text, "a list of numbers: " + run + " goes backwards");
            }
            set.set(first, last + 1);
        }
        var numbers = new ArrayList<Integer>(set.cardinality());
        for (int i = set.nextSetBit(0); i >= 0; i = set.nextSetBit(i + 1)) {
            numbers.add(i);
        }
        return new CpuSet(numbers);
    }

    private static int number(String field, String text, String digits) {
        if (!Split.isDigits(digits)) {
            throw SpecException.not(field, text, "a list of numbers, as 0-2,4");
        }
        // More digits than an int holds are above the limit as well.
        int value = digits.length() > 9 ? LIMIT : Integer.parseInt(digits);
        if (value >= LIMIT) {
            throw SpecException.not(field, text, "a list of numbers from 0 to " + (LIMIT - 1));
        }
        return value;
    }

    /**
     * Refuses a set that is not within another.
     *
     * @param field     the flag or property, for the refusal
     * @param available what there is
     * @throws SpecException naming both
     */
    public void check(String field, CpuSet available) {
        if (!available.numbers.containsAll(numbers)) {
            throw SpecException.not(field, text(), "available: this machine has " + available.text());
        }
    }

    /** The shortest list: {@code 0-2,4}. */
    public String text() {
        var out = new StringBuilder();
        for (int i = 0; i < numbers.size(); i++) {
            int first = numbers.get(i);
            int last = first;
            while (i + 1 < numbers.size() && numbers.get(i + 1) == last + 1) {
                last++;
                i++;
            }
            out.append(out.isEmpty() ? "" : ",").append(first);
            if (last > first) {
                out.append('-').append(last);
            }
        }
        return out.toString();
    }
}
