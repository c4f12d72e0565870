package dev.alcove.spec;

/**
 * A host or domain name as RFC 1123 has it and sethostname(2) takes it.
 *
 * @param text labels of letters, digits and dashes between dots; 64 bytes at most
 */
public record Hostname(String text) {
    /** The kernel's limit, __NEW_UTS_LEN. */
    public static final int MAX_BYTES = 64;

    private static final int DNS_BYTES = 253;
    private static final int LABEL = 63;

    /**
     * Reads a name for the container itself.
     *
     * @param field {@code --hostname} or {@code --domainname}
     * @throws SpecException if a label is empty, longer than 63, begins or ends with a dash, holds anything else, or the
     *     whole has more than 64 bytes
     */
    public static Hostname parse(String field, String text) {
        if (text.length() > MAX_BYTES) {
            throw SpecException.not(field, text, "a host name the kernel takes: it has more than 64 bytes");
        }
        return new Hostname(checked(field, text));
    }

    /** A name of any host, which may be as long as DNS allows. */
    static String checked(String field, String text) {
        boolean good = text.length() <= DNS_BYTES;
        for (String label : Split.at('.', text)) {
            good &= !label.isEmpty() && label.length() <= LABEL && !label.startsWith("-") && !label.endsWith("-");
            for (int i = 0; i < label.length() && good; i++) {
                // Not in RFC 1123, but underscores are everywhere in the names of services.
                good = Split.isAlphanumeric(label.charAt(i)) || label.charAt(i) == '-' || label.charAt(i) == '_';
            }
        }
        if (!good) {
            throw SpecException.not(field, text, "a host name: letters, digits and dashes between dots");
        }
        return text;
    }
}
