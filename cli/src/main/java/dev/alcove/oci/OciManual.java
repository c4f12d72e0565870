package dev.alcove.oci;

import java.util.List;

/**
 * One command's grammar and help.
 *
 * @param name      its name
 * @param summary   one line
 * @param usage     what stands after its name, as {@code <container-id> [signal]}
 * @param text      what the help says under the usage; empty for none
 * @param flags     its flags, in the help's order
 * @param least     how many arguments it needs
 * @param most      how many it takes; {@link #ANY} for no bound
 * @param flagsLast whether flags may stand after arguments too; else the first argument ends them
 */
record OciManual(
        String name,
        String summary,
        String usage,
        String text,
        List<OciFlag> flags,
        int least,
        int most,
        boolean flagsLast) {
    static final int ANY = Integer.MAX_VALUE;

    /**
     * Checks the number of arguments, in runc's words.
     *
     * @throws OciUsageException if it takes more or fewer
     */
    void checkCount(int count) {
        if (least == most && count != least) {
            throw refusal("exactly " + least);
        }
        if (count < least) {
            throw refusal("a minimum of " + least);
        }
        if (count > most) {
            throw refusal("a maximum of " + most);
        }
    }

    private OciUsageException refusal(String how) {
        return OciUsageException.arguments(
                name, OciCommands.NAME + ": " + GoValues.quote(name) + " requires " + how + " argument(s)");
    }
}
