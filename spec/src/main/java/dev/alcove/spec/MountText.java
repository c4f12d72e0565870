package dev.alcove.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The long way to write a volume: {@code --mount}. */
final class MountText {
    private static final String FLAG = "--mount";
    private static final List<String> TYPES = List.of("bind", "tmpfs", "volume");
    private static final List<String> KEYS = List.of(
            "type",
            "source",
            "src",
            "target",
            "destination",
            "dst",
            "readonly",
            "ro",
            "bind-propagation",
            "bind-recursive",
            "bind-nonrecursive",
            "tmpfs-size",
            "tmpfs-mode",
            "volume-nocopy",
            "consistency");

    /** One of each: the others are their synonyms, or docker's and without effect. */
    private static final List<String> USUAL = List.of(
            "type", "source", "target", "readonly", "bind-propagation", "bind-recursive", "tmpfs-size", "tmpfs-mode");

    private String type = "volume";
    private String source = "";
    private String target = "";
    private boolean readOnly;
    private String propagation = "";
    private VolumeSpec.Recursion recursion = VolumeSpec.Recursion.ENABLED;
    private Bytes size = Bytes.UNLIMITED;
    private int mode = VolumeSpec.Tmpfs.DEFAULT_MODE;
    private boolean copy = true;
    /** Keys that one type alone takes. */
    private final List<String> special = new ArrayList<>();

    private MountText() {}

    static VolumeSpec mount(String text) {
        var mount = new MountText();
        for (String field : Csv.fields(FLAG, text)) {
            int equals = field.indexOf('=');
            String key =
                    (equals < 0 ? field : field.substring(0, equals)).strip().toLowerCase(Locale.ROOT);
            if (!KEYS.contains(key)) {
                String near = DidYouMean.nearest(key, KEYS)
                        .map(word -> "; did you mean '" + word + "'?")
                        .orElse("; it has " + String.join(", ", USUAL));
                throw SpecException.not(FLAG, key, "a key of this flag" + near);
            }
            mount.take(key, equals >= 0, equals < 0 ? "" : field.substring(equals + 1));
        }
        return mount.finish(text);
    }

    private void take(String key, boolean given, String value) {
        String field = FLAG + " " + key;
        boolean flag =
                key.equals("readonly") || key.equals("ro") || key.endsWith("nocopy") || key.endsWith("nonrecursive");
        if (!flag && value.isEmpty()) {
            throw SpecException.of(field, "needs a value, as " + key + "=…");
        }
        if (key.startsWith("bind-") || key.startsWith("tmpfs-") || key.startsWith("volume-")) {
            special.add(key);
        }
        switch (key) {
            case "type" -> {
                if (!TYPES.contains(value)) {
                    throw SpecException.not(field, value, "a type", TYPES);
                }
                type = value;
            }
            case "source", "src" -> source = value;
            case "target", "destination", "dst" -> target = ContainerPath.mountPoint(field, value);
            case "readonly", "ro" -> readOnly = !given || truth(field, value);
            case "bind-propagation" -> {
                if (!MountWords.PROPAGATION.contains(value)) {
                    throw SpecException.not(field, value, "a propagation", MountWords.PROPAGATION);
                }
                propagation = value;
            }
            case "bind-recursive" -> recursion = recursion(field, value);
            case "bind-nonrecursive" ->
                recursion =
                        !given || truth(field, value) ? VolumeSpec.Recursion.DISABLED : VolumeSpec.Recursion.ENABLED;
            case "tmpfs-size" -> size = Bytes.parse(field, value);
            case "tmpfs-mode" -> mode = VolumeText.mode(field, value);
            case "volume-nocopy" -> copy = given && !truth(field, value);
            default -> {
                // Of docker for macOS; there is nothing to be consistent with here.
            }
        }
    }

    private VolumeSpec finish(String text) {
        if (target.isEmpty()) {
            throw SpecException.not(FLAG, text, "complete: target=/PATH is missing");
        }
        for (String key : special) {
            if (!key.startsWith(type + "-")) {
                throw SpecException.not(FLAG, key, "a key of type=" + type);
            }
        }
        var options = new ArrayList<String>();
        if (readOnly) {
            options.add(recursion == VolumeSpec.Recursion.READONLY ? "rro" : "ro");
        }
        if (!propagation.isEmpty()) {
            options.add(propagation);
        }
        return switch (type) {
            case "bind" -> bind(text, options);
            case "tmpfs" -> {
                if (!source.isEmpty()) {
                    throw SpecException.not(FLAG + " source", source, "possible with type=tmpfs, which has none");
                }
                yield new VolumeSpec.Tmpfs(target, options, size, mode);
            }
            default ->
                new VolumeSpec.Named(
                        source.isEmpty() ? "" : VolumeText.volumeName(FLAG + " source", source), target, options, copy);
        };
    }

    private VolumeSpec bind(String text, List<String> options) {
        if (source.isEmpty()) {
            throw SpecException.not(FLAG, text, "complete: source=/PATH is missing");
        }
        if (!VolumeText.isPath(source)) {
            throw SpecException.not(FLAG + " source", source, "a path: it begins with '/' or './'");
        }
        boolean deep = recursion == VolumeSpec.Recursion.READONLY;
        if ((deep || recursion == VolumeSpec.Recursion.WRITABLE) && !readOnly) {
            throw SpecException.of(FLAG + " bind-recursive", "readonly and writable need the key 'readonly' too");
        }
        if (deep && !propagation.equals("rprivate")) {
            throw SpecException.of(FLAG + " bind-recursive", "readonly needs bind-propagation=rprivate");
        }
        return new VolumeSpec.Bind(VolumeText.hostPath(FLAG + " source", source), target, options, recursion, false);
    }

    private static VolumeSpec.Recursion recursion(String field, String value) {
        return switch (value) {
            case "enabled" -> VolumeSpec.Recursion.ENABLED;
            case "disabled" -> VolumeSpec.Recursion.DISABLED;
            case "writable" -> VolumeSpec.Recursion.WRITABLE;
            case "readonly" -> VolumeSpec.Recursion.READONLY;
            default ->
                throw SpecException.not(
                        field, value, "a recursion", List.of("enabled", "disabled", "writable", "readonly"));
        };
    }

    private static boolean truth(String field, String value) {
        return switch (value) {
            case "1", "true" -> true;
            case "0", "false" -> false;
            default -> throw SpecException.not(field, value, "a truth value", List.of("true", "false"));
        };
    }
}
