package dev.alcove.spec;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * A condition on an argument of a system call.
 *
 * @param index which argument, 0 to 5
 * @param value what it is compared with
 * @param valueTwo the value of SCMP_CMP_MASKED_EQ, whose mask is {@code value}
 * @param op as {@code SCMP_CMP_EQ}
 */
@Json
public record LinuxSeccompArg(
        long index, Uint64 value, @Nullable Uint64 valueTwo, String op) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public LinuxSeccompArg {
        Fields.uint32("index", index);
        value = Fields.number(value);
        op = Fields.text(op);
    }
}
