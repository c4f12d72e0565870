package dev.alcove.spec;

import java.util.List;

/** One {@code --security-opt}. Its name and value stand around {@code =} or, as docker also has it, {@code :}. */
public sealed interface SecurityOption {
    /**
     * {@code no-new-privileges[=true|false]}.
     *
     * @param on whether execve may never grant more
     */
    record NoNewPrivileges(boolean on) implements SecurityOption {}

    /** {@code seccomp=unconfined}: any system call may be made. */
    record SeccompUnconfined() implements SecurityOption {}

    /**
     * {@code seccomp=FILE}.
     *
     * @param file the policy's file on the host; relative to the caller's directory if not absolute
     */
    record SeccompFile(String file) implements SecurityOption {}

    /**
     * {@code apparmor=PROFILE}.
     *
     * @param profile a loaded profile, or {@code unconfined}
     */
    record Apparmor(String profile) implements SecurityOption {}

    /**
     * {@code label=TEXT}, for SELinux.
     *
     * @param text {@code disable}, or {@code user:}, {@code role:}, {@code type:}, {@code level:} or {@code filetype:} and a
     *     value
     */
    record Label(String text) implements SecurityOption {}

    /** {@code systempaths=unconfined}: nothing below /proc and /sys is masked or read-only. */
    record SystemPathsUnconfined() implements SecurityOption {}

    /**
     * {@code mask=PATH}: hides a further path.
     *
     * @param path absolute, inside
     */
    record Mask(String path) implements SecurityOption {}

    /**
     * {@code unmask=PATH[:PATH…]}: shows paths that are hidden or read-only by default.
     *
     * @param paths absolute, inside
     */
    record Unmask(List<String> paths) implements SecurityOption {
        /** Copies the paths. */
        public Unmask {
            paths = List.copyOf(paths);
        }
    }

    /** {@code unmask=ALL}: shows all that is hidden or read-only by default. */
    record UnmaskAll() implements SecurityOption {}

    /**
     * Reads an option.
     *
     * @throws SpecException if there is no such option, or its value is wrong or missing
     */
    static SecurityOption parse(String text) {
        String field = "--security-opt";
        int end = 0;
        while (end < text.length() && text.charAt(end) != '=' && text.charAt(end) != ':') {
            end++;
        }
        String name = text.substring(0, end);
        boolean hasValue = end < text.length();
        String value = hasValue ? text.substring(end + 1) : "";
        var names = List.of("no-new-privileges", "seccomp", "apparmor", "label", "systempaths", "mask", "unmask");
        if (!names.contains(name)) {
            throw SpecException.not(field, name, "a security option", names);
        }
        if (name.equals("no-new-privileges")) {
            return noNewPrivileges(field, hasValue ? value : "true");
        }
        if (value.isEmpty()) {
            throw SpecException.not(field, text, "complete: " + name + "= needs a value");
        }
        return switch (name) {
            case "seccomp" -> value.equals("unconfined") ? new SeccompUnconfined() : new SeccompFile(value);
            case "apparmor" -> new Apparmor(value);
            case "label" -> label(field, value);
            case "systempaths" -> {
                if (!value.equals("unconfined")) {
                    throw SpecException.not(field, value, "a value of systempaths", List.of("unconfined"));
                }
                yield new SystemPathsUnconfined();
            }
            case "mask" -> new Mask(ContainerPath.mountPoint(field, value));
            default ->
                value.equalsIgnoreCase("all")
                        ? new UnmaskAll()
                        : new Unmask(Split.at(':', value).stream()
                                .map(path -> ContainerPath.clean(field, path))
                                .toList());
        };
    }

    private static SecurityOption noNewPrivileges(String field, String value) {
        if (!value.equals("true") && !value.equals("false")) {
            throw SpecException.not(field, value, "a value of no-new-privileges", List.of("true", "false"));
        }
        return new NoNewPrivileges(value.equals("true"));
    }

    private static SecurityOption label(String field, String value) {
        int colon = value.indexOf(':');
        var kinds = List.of("user", "role", "type", "level", "filetype");
        boolean good = value.equals("disable")
                || (colon > 0 && colon < value.length() - 1 && kinds.contains(value.substring(0, colon)));
        if (!good) {
            throw SpecException.not(field, value, "a label, as disable or type:container_t");
        }
        return new Label(value);
    }
}
