package dev.alcove.spec;

/**
 * A container's name.
 *
 * @param text two letters or more: a letter or digit, then letters, digits, {@code _}, {@code .} and {@code -}
 */
public record ContainerName(String text) {
    private static final int LONGEST = 128;

    /**
     * Reads a name.
     *
     * @throws SpecException if it has fewer than 2 or more than 128 characters, or holds others
     */
    public static ContainerName parse(String text) {
        boolean good = text.length() >= 2 && text.length() <= LONGEST && Split.isAlphanumeric(text.charAt(0));
        for (int i = 1; i < text.length() && good; i++) {
            char c = text.charAt(i);
            good = Split.isAlphanumeric(c) || c == '_' || c == '.' || c == '-';
        }
        if (!good) {
            throw SpecException.not(
                    "--name",
                    text,
                    "a container name: a letter or digit, then 1 to 127 letters, digits, '_', '.' or '-'");
        }
        return new ContainerName(text);
    }
}
