package dev.alcove.spec;

/**
 * A device of the host made usable inside: {@code --device HOST[:CONTAINER[:rwm]]}.
 *
 * @param host      its path on the host, absolute
 * @param container its path inside, absolute
 * @param access    of {@code rwm}: read, write, mknod
 */
public record DeviceSpec(String host, String container, String access) {
    private static final String FIELD = "--device";
    private static final String ALL = "rwm";

    /**
     * Reads {@code HOST}, {@code HOST:CONTAINER}, {@code HOST:rwm} or {@code HOST:CONTAINER:rwm}.
     *
     * @throws SpecException if a path is not absolute or the access holds anything but r, w and m, each once
     */
    public static DeviceSpec parse(String text) {
        var parts = Split.at(':', text);
        if (parts.size() > 3 || parts.contains("")) {
            throw SpecException.not(FIELD, text, "a device, as /dev/fuse or /dev/sda:/dev/xvda:r");
        }
        String host = ContainerPath.clean(FIELD, parts.getFirst());
        return switch (parts.size()) {
            case 1 -> new DeviceSpec(host, host, ALL);
            case 2 ->
                isAccess(parts.get(1))
                        ? new DeviceSpec(host, host, parts.get(1))
                        : new DeviceSpec(host, ContainerPath.mountPoint(FIELD, parts.get(1)), ALL);
            default -> {
                if (!isAccess(parts.get(2))) {
                    throw SpecException.not(FIELD, parts.get(2), "an access: it is made of r, w and m, each once");
                }
                yield new DeviceSpec(host, ContainerPath.mountPoint(FIELD, parts.get(1)), parts.get(2));
            }
        };
    }

    private static boolean isAccess(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (ALL.indexOf(text.charAt(i)) < 0 || text.indexOf(text.charAt(i)) != i) {
                return false;
            }
        }
        return !text.isEmpty();
    }
}
