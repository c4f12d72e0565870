package dev.alcove.spec;

import java.util.OptionalLong;

/**
 * Who to run as: {@code -u USER[:GROUP]}, by name or number. Names are looked up in the container's own files.
 *
 * @param user  a name or a number
 * @param group a name or a number; empty: the user's own groups
 */
public record UserSpec(String user, String group) {
    /** The highest id; the one above means "unchanged" to the kernel. */
    private static final long HIGHEST = 0xFFFF_FFFEL;

    private static final int LONGEST = 256;

    /**
     * Reads {@code USER[:GROUP]}.
     *
     * @throws SpecException if a part is missing, a number is above 4294967294, or a name cannot stand in /etc/passwd
     */
    public static UserSpec parse(String text) {
        int colon = text.indexOf(':');
        String user = colon < 0 ? text : text.substring(0, colon);
        String group = colon < 0 ? "" : text.substring(colon + 1);
        if (user.isEmpty() || (colon >= 0 && group.isEmpty()) || group.indexOf(':') >= 0) {
            throw SpecException.not("-u", text, "a user, as NAME, ID, NAME:GROUP or ID:GID");
        }
        check(text, user);
        check(text, group);
        return new UserSpec(user, group);
    }

    private static void check(String text, String part) {
        if (part.startsWith("-") || part.length() > LONGEST) {
            throw SpecException.not("-u", text, "a user: neither a name nor an id from 0 to " + HIGHEST);
        }
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (Character.isWhitespace(c) || Character.isISOControl(c) || c == '/' || c == ',') {
                throw SpecException.not("-u", text, "a user: a name has no such characters");
            }
        }
        if (Split.isDigits(part) && number(part) > HIGHEST) {
            throw SpecException.not("-u", text, "a user: ids end at " + HIGHEST);
        }
    }

    private static long number(String digits) {
        return digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits);
    }

    /** The user's id, if it was given as a number. */
    public OptionalLong uid() {
        return Split.isDigits(user) ? OptionalLong.of(number(user)) : OptionalLong.empty();
    }

    /** The group's id, if it was given as a number. */
    public OptionalLong gid() {
        return Split.isDigits(group) ? OptionalLong.of(number(group)) : OptionalLong.empty();
    }
}
