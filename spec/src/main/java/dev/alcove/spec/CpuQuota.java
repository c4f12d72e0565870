package dev.alcove.spec;

import java.math.BigDecimal;

/**
 * A number of CPUs as the kernel's scheduler takes it: so many microseconds of processor time in each period.
 *
 * @param quota  microseconds in each period, 1000 or more
 * @param period microseconds, 100000 or 1000000
 */
public record CpuQuota(long quota, long period) {
    private static final long USUAL = 100_000;
    private static final long LONG = 1_000_000;
    private static final long LEAST = 1_000;
    private static final int LONGEST = 20;
    private static final BigDecimal MOST = BigDecimal.valueOf(8192);

    /**
     * Reads a number of CPUs. The quota is exact: the period is 100 ms, or 1 s where that leaves a fraction.
     *
     * @param field the flag, for the refusal
     * @param text  as {@code 1.5}; 0.01 to 8192, with at most six digits after the point
     * @throws SpecException if it is no such number
     */
    public static CpuQuota parse(String field, String text) {
        BigDecimal cpus = number(field, text);
        if (cpus.compareTo(MOST) > 0) {
            throw SpecException.not(field, text, "a number of CPUs up to 8192");
        }
        for (long period : new long[] {USUAL, LONG}) {
            BigDecimal quota = cpus.multiply(BigDecimal.valueOf(period)).stripTrailingZeros();
            if (quota.scale() <= 0) {
                if (quota.longValue() < LEAST || cpus.compareTo(new BigDecimal("0.01")) < 0) {
                    throw SpecException.not(field, text, "a number of CPUs from 0.01 on");
                }
                return new CpuQuota(quota.longValue(), period);
            }
        }
        throw SpecException.not(field, text, "a number of CPUs with at most six digits after the point");
    }

    private static BigDecimal number(String field, String text) {
        int dot = text.indexOf('.');
        String digits = dot < 0 ? text : text.substring(0, dot) + text.substring(dot + 1);
        if (!Split.isDigits(digits) || text.length() > LONGEST) {
            throw SpecException.not(field, text, "a number of CPUs, as 2 or 1.5");
        }
        return new BigDecimal((dot == 0 ? "0" : "") + (text.endsWith(".") ? text + "0" : text));
    }
}
