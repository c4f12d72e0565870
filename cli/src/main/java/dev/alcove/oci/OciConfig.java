package dev.alcove.oci;

import dev.alcove.runtime.ContainerException;
import dev.alcove.runtime.ContainerException.Kind;
import dev.alcove.spec.ConfigFaults;
import dev.alcove.spec.OciProcess;
import dev.alcove.spec.OciRoot;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.SpecException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a bundle: its configuration, refused whole with every fault by its path, and whether its root is there. */
final class OciConfig {
    private static final int MOST_SHOWN = 20;

    private OciConfig() {}

    /**
     * The configuration of a bundle.
     *
     * @throws ContainerException if the bundle, its configuration or its root file system is not there, or the
     *     configuration is not valid
     */
    static OciSpec read(CreateRequest request) {
        if (!Files.isDirectory(request.bundle())) {
            String reason = Files.exists(request.bundle()) ? "not a directory" : "no such file or directory";
            throw new ContainerException(Kind.NOT_FOUND, "chdir " + request.bundle() + ": " + reason);
        }
        byte[] document = bytes(request.config());
        ConfigFaults.Checked<OciSpec> checked = ConfigFaults.read(document);
        refuse(request.config().toString(), checked.faults());
        OciSpec spec = checked.value().orElseThrow();
        root(request.bundle(), spec.root());
        return spec;
    }

    /** A process for exec. */
    static OciProcess process(String name, byte[] document) {
        ConfigFaults.Checked<OciProcess> checked = ConfigFaults.readProcess(document);
        refuse(name, checked.faults());
        return checked.value().orElseThrow();
    }

    private static byte[] bytes(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return InputFiles.read(in, file.toString());
        } catch (NoSuchFileException e) {
            throw new ContainerException(
                    Kind.NOT_FOUND,
                    "JSON specification file " + file.getFileName() + " not found: there is no " + file,
                    e);
        } catch (IOException e) {
            throw new ContainerException(Kind.INVALID, "open " + file + ": " + OciLog.reason(e), e);
        }
    }

    /** All faults in one message, each on a line of its own. */
    static void refuse(String name, List<SpecException> faults) {
        if (faults.isEmpty()) {
            return;
        }
        StringBuilder out = new StringBuilder(name).append(" is not valid");
        if (faults.size() == 1) {
            out.append(": ").append(faults.getFirst().getMessage());
        } else {
            out.append(", ").append(faults.size()).append(" faults:");
            for (int i = 0; i < faults.size() && i < MOST_SHOWN; i++) {
                out.append("\n  ").append(faults.get(i).getMessage());
            }
            if (faults.size() > MOST_SHOWN) {
                out.append("\n  and ").append(faults.size() - MOST_SHOWN).append(" more");
            }
        }
        throw new ContainerException(Kind.INVALID, out.toString());
    }

    private static void root(Path bundle, @Nullable OciRoot root) {
        Path path = bundle.resolve(root == null ? "" : root.path());
        if (path.startsWith("/proc") || path.startsWith("/dev")) {
            // It may be another for each process: whoever makes the container looks, in the right one.
            return;
        }
        if (!Files.isDirectory(path)) {
            String reason = Files.exists(path) ? "not a directory" : "no such file or directory";
            throw new ContainerException(
                    Kind.NOT_FOUND,
                    "invalid rootfs: stat " + path + ": " + reason
                            + "\n  mend: put the root file system there, or name its place in root.path of config.json");
        }
    }
}
