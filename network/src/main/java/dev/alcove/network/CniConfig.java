package dev.alcove.network;

import dev.alcove.network.NetworkException.Kind;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A network of the Container Network Interface, as a file has it: plugins that are called one after the other. CNI
 * specification 1.0.0, section 1, "Network configuration format"; a file with one plugin is the older form of the same.
 *
 * @param name    the network's name
 * @param version the version of the specification its plugins speak: 0.3.0 to 1.0.0
 * @param plugins the plugins' own configurations, in the order of ADD
 * @param checks  whether CHECK may be asked
 */
record CniConfig(String name, String version, List<Map<String, Object>> plugins, boolean checks) {
    private static final List<String> VERSIONS = List.of("0.3.0", "0.3.1", "0.4.0", "1.0.0");
    private static final List<String> ENDINGS = List.of(".conflist", ".conf", ".json");

    CniConfig {
        plugins = List.copyOf(plugins);
    }

    /**
     * Reads a file.
     *
     * @throws NetworkException NOT_FOUND without it, INVALID if it is no such configuration
     */
    static CniConfig read(Path file) {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (NoSuchFileException e) {
            throw NetworkException.of(
                    Kind.NOT_FOUND,
                    "there is no CNI configuration " + file,
                    "a slip in --opt conf=, or the file was removed",
                    "ls " + Optional.ofNullable(file.getParent()).orElse(file));
        } catch (IOException e) {
            throw new NetworkException(Kind.DENIED, "cannot read the CNI configuration " + file + ": " + e, e);
        }
    }

    /**
     * The network of a name in a folder: of files in the order of their names the first.
     *
     * @throws NetworkException NOT_FOUND if no file has it, naming those there are
     */
    static CniConfig find(Path folder, String name) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path file : all) {
                if (ENDINGS.stream().anyMatch(end -> file.toString().endsWith(end))) {
                    files.add(file);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            throw NetworkException.of(
                    Kind.NOT_FOUND,
                    "there is no folder " + folder + " of CNI configurations",
                    "none was installed, or they are elsewhere",
                    "--opt conf=FOLDER or --opt conf=FILE says where");
        } catch (IOException e) {
            throw new NetworkException(Kind.DENIED, "cannot look into " + folder + ": " + e, e);
        }
        files.sort(null);
        List<String> names = new ArrayList<>();
        for (Path file : files) {
            CniConfig config = read(file);
            if (config.name.equals(name)) {
                return config;
            }
            names.add(config.name);
        }
        throw NetworkException.of(
                Kind.NOT_FOUND,
                "no CNI configuration in " + folder + " has the name '" + name + "'",
                names.isEmpty() ? "there are none" : "those there are: " + String.join(", ", names),
                "name the network as its configuration does, or give the file with --opt conf=FILE");
    }

    /**
     * Reads a text.
     *
     * @param source what to call it in a refusal
     */
    static CniConfig parse(String source, String text) {
        Map<String, Object> all = CniJson.object(source, text);
        String name = CniJson.text(all, "name");
        if (name.isEmpty()) {
            throw invalid(source, "it has no \"name\"");
        }
        // Without a version it is 0.1.0.
        String version = all.containsKey("cniVersion") ? CniJson.text(all, "cniVersion") : "0.1.0";
        if (!VERSIONS.contains(version)) {
            throw invalid(
                    source, "its \"cniVersion\" is '" + version + "', and this speaks " + String.join(", ", VERSIONS));
        }
        List<Map<String, Object>> plugins = new ArrayList<>();
        if (all.containsKey("plugins")) {
            plugins.addAll(CniJson.objects(all, "plugins"));
        } else {
            plugins.add(all);
        }
        if (plugins.isEmpty()) {
            throw invalid(source, "it has no plugins");
        }
        for (Map<String, Object> plugin : plugins) {
            String type = CniJson.text(plugin, "type");
            if (type.isEmpty() || type.indexOf('/') >= 0 || type.startsWith(".")) {
                throw invalid(source, "a plugin's \"type\" is the name of a program, not '" + type + "'");
            }
        }
        return new CniConfig(name, version, plugins, !Boolean.TRUE.equals(all.get("disableCheck")));
    }

    /** As a text, the newer form. */
    String toJson() {
        return CniJson.write(Map.of("name", name, "cniVersion", version, "disableCheck", !checks, "plugins", plugins));
    }

    private static NetworkException invalid(String source, String why) {
        return NetworkException.of(
                Kind.INVALID,
                "the CNI configuration " + source + " cannot be used: " + why,
                "it is no network configuration, or written for another version",
                "compare it with section 1 of the CNI specification");
    }
}
