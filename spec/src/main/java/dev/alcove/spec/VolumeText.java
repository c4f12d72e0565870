package dev.alcove.spec;

import java.util.List;

/** The short ways to write a volume: {@code -v} and {@code --tmpfs}. */
final class VolumeText {
    private static final int MODES = 07777;

    private VolumeText() {}

    static VolumeSpec volume(String flag, String text) {
        List<String> parts = Split.at(':', text);
        if (parts.size() > 3 || parts.contains("")) {
            throw SpecException.not(flag, text, "a volume, as /srv/data:/mnt, /srv/data:/mnt:ro, name:/mnt or /mnt");
        }
        if (parts.size() == 1) {
            return new VolumeSpec.Named("", ContainerPath.mountPoint(flag, text), List.of(), true);
        }
        String source = parts.get(0);
        String destination = ContainerPath.mountPoint(flag, parts.get(1));
        var words = MountWords.volume(flag);
        boolean copy = true;
        String binding = "";
        for (String word : parts.size() < 3 ? List.<String>of() : Split.at(',', parts.get(2))) {
            switch (word) {
                case "nocopy" -> copy = false;
                case "bind", "rbind" -> {
                    if (!binding.isEmpty() && !binding.equals(word)) {
                        throw SpecException.not(flag, word, "possible together with '" + binding + "'");
                    }
                    binding = word;
                }
                default -> words.add(word);
            }
        }
        if (isPath(source)) {
            if (!copy) {
                throw SpecException.not(flag, "nocopy", "an option of a path on the host, only of named volumes");
            }
            var recursion = recursion(flag, words.chosen(), binding);
            return new VolumeSpec.Bind(hostPath(flag, source), destination, words.chosen(), recursion, true);
        }
        if (!binding.isEmpty()) {
            throw SpecException.not(flag, binding, "an option of a named volume, only of paths on the host");
        }
        return new VolumeSpec.Named(volumeName(flag, source), destination, words.chosen(), copy);
    }

    private static VolumeSpec.Recursion recursion(String flag, List<String> chosen, String binding) {
        boolean deepReadOnly = chosen.contains("rro");
        if (binding.equals("bind")) {
            if (deepReadOnly) {
                throw SpecException.not(flag, "rro", "possible together with 'bind'");
            }
            return VolumeSpec.Recursion.DISABLED;
        }
        return deepReadOnly ? VolumeSpec.Recursion.READONLY : VolumeSpec.Recursion.ENABLED;
    }

    static boolean isPath(String source) {
        return source.startsWith(".") || source.startsWith("~") || source.indexOf('/') >= 0;
    }

    /** A path of the host, which only its user can resolve: absolute, or relative to where the command was given. */
    static String hostPath(String flag, String source) {
        if (source.startsWith("~")) {
            throw SpecException.not(flag, source, "a path: '~' is the shell's to replace");
        }
        if (source.indexOf('\0') >= 0) {
            throw SpecException.not(flag, source, "a path: it holds NUL");
        }
        return source;
    }

    static String volumeName(String flag, String name) {
        boolean good = name.length() >= 2 && Split.isAlphanumeric(name.charAt(0));
        for (int i = 1; i < name.length() && good; i++) {
            char c = name.charAt(i);
            good = Split.isAlphanumeric(c) || c == '_' || c == '.' || c == '-';
        }
        if (!good) {
            throw SpecException.not(
                    flag,
                    name,
                    "a volume's name: two or more letters, digits, '_', '.' and '-'; paths begin with '/' or './'");
        }
        return name;
    }

    static VolumeSpec.Tmpfs tmpfs(String flag, String text) {
        int colon = text.indexOf(':');
        String destination = ContainerPath.mountPoint(flag, colon < 0 ? text : text.substring(0, colon));
        var words = MountWords.tmpfs(flag);
        Bytes size = Bytes.UNLIMITED;
        int mode = VolumeSpec.Tmpfs.DEFAULT_MODE;
        for (String word : colon < 0 ? List.<String>of() : Split.at(',', text.substring(colon + 1))) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                words.add(word);
                continue;
            }
            String key = word.substring(0, equals);
            String value = word.substring(equals + 1);
            switch (key) {
                case "size" -> size = Bytes.parse(flag + " size", value);
                case "mode" -> mode = mode(flag + " mode", value);
                default -> {
                    if (!MountWords.isTmpfsKey(key)) {
                        throw words.unknown(key + "=");
                    }
                    if (value.isEmpty() || (!key.equals("mpol") && !Split.isDigits(value))) {
                        throw SpecException.not(flag + " " + key, value, "a number");
                    }
                    words.addValue(word);
                }
            }
        }
        return new VolumeSpec.Tmpfs(destination, words.chosen(), size, mode);
    }

    /** Permission bits in octal. */
    static int mode(String field, String text) {
        boolean octal = Split.isDigits(text) && text.length() <= 5 && text.indexOf('8') < 0 && text.indexOf('9') < 0;
        int mode = octal ? Integer.parseInt(text, 8) : -1;
        if (mode < 0 || mode > MODES) {
            throw SpecException.not(field, text, "a mode in octal, 0 to 7777");
        }
        return mode;
    }
}
