package dev.alcove.spec;

import java.util.List;

/**
 * A path that a process limited by Landlock may still use: {@code --landlock ro:/PATH} or {@code rw:/PATH}, landlock(7).
 *
 * @param writable whether it may be changed, not only read and executed
 * @param path     absolute, inside the container; what lies below it is meant too
 */
public record LandlockRule(boolean writable, String path) {
    private static final String FIELD = "--landlock";

    /**
     * Reads {@code ro:/PATH} or {@code rw:/PATH}.
     *
     * @throws SpecException if it begins with neither, or the path is not absolute
     */
    public static LandlockRule parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw SpecException.not(FIELD, text, "a rule, as ro:/usr or rw:/tmp");
        }
        String access = text.substring(0, colon);
        if (!access.equals("ro") && !access.equals("rw")) {
            throw SpecException.not(FIELD, access, "an access", List.of("ro", "rw"));
        }
        return new LandlockRule(access.equals("rw"), ContainerPath.clean(FIELD, text.substring(colon + 1)));
    }
}
