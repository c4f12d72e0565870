package dev.alcove.spec;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * A number from 0 to 2^64-1, as the kernel and the specification count limits.
 *
 * @param bits the 64 bits; negative as a {@code long} from 2^63 on
 */
public record Uint64(long bits) implements Comparable<Uint64> {
    /** 0. */
    public static final Uint64 ZERO = new Uint64(0);
    /** 2^64-1, which stands for "no limit" where the kernel says RLIM_INFINITY. */
    public static final Uint64 MAX = new Uint64(-1);

    private static final int DIGITS = 20;

    /**
     * A number that fits a {@code long}.
     *
     * @throws SpecException if it is negative
     */
    public static Uint64 of(long value) {
        if (value < 0) {
            throw SpecException.not("", Long.toString(value), "a number from 0 to 18446744073709551615");
        }
        return new Uint64(value);
    }

    /**
     * An exact number.
     *
     * @throws ArithmeticException if it is negative, has a fraction, or is above 2^64-1
     */
    static Uint64 exact(BigDecimal number) {
        // The size first: 1e999999999 must not be written out.
        if (number.signum() < 0 || (long) number.precision() - number.scale() > DIGITS) {
            throw new ArithmeticException("out of range");
        }
        BigInteger whole = number.toBigIntegerExact();
        if (whole.bitLength() > Long.SIZE) {
            throw new ArithmeticException("out of range");
        }
        return new Uint64(whole.longValue());
    }

    /** The number itself, however large. */
    public BigInteger value() {
        return new BigInteger(Long.toUnsignedString(bits));
    }

    @Override
    public int compareTo(Uint64 other) {
        return Long.compareUnsigned(bits, other.bits);
    }

    /** In decimal. */
    @Override
    public String toString() {
        return Long.toUnsignedString(bits);
    }
}
