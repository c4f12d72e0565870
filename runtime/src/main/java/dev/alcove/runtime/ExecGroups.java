package dev.alcove.runtime;

import dev.alcove.linux.CgroupController;
import dev.alcove.linux.CgroupHierarchy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Groups below a container's own that one more process enters: {@code exec --cgroup [CONTROLLER:]PATH}. */
final class ExecGroups {
    private final Map<String, String> wanted;
    private final Map<String, String> unused;

    ExecGroups(Map<String, String> wanted) {
        this.wanted = wanted;
        this.unused = new HashMap<>(wanted);
    }

    /**
     * The directory to enter in a hierarchy.
     *
     * @param own the container's own there
     * @throws ContainerException if it is not below that, or not there
     */
    String below(CgroupHierarchy h, String own) {
        String path = wanted.get("");
        unused.remove("");
        for (CgroupController c : h.controllers()) {
            String named = wanted.get(h.unified() ? c.v2Name() : c.v1Name());
            if (named != null && !(h.unified() && c.v2Name().isEmpty())) {
                path = named;
                unused.remove(h.unified() ? c.v2Name() : c.v1Name());
            }
        }
        if (!h.name().isEmpty() && wanted.containsKey(h.name())) {
            path = wanted.get(h.name());
            unused.remove(h.name());
        }
        if (path == null) {
            return own;
        }
        Path directory = Path.of(own + "/" + path).normalize();
        if (!directory.startsWith(own)) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    "bad sub cgroup path: '" + path + "' is not below the container's own group");
        }
        if (!Files.isDirectory(directory)) {
            throw new ContainerException(
                    ContainerException.Kind.NOT_FOUND,
                    "exec --cgroup: there is no group " + directory + ": no such file or directory"
                            + "\n  mend: make it first; it is below the container's own group");
        }
        return directory.toString();
    }

    /** A controller that the container's groups do not have is a mistake of the caller's. */
    void refuseUnused() {
        for (String controller : unused.keySet()) {
            throw new ContainerException(
                    ContainerException.Kind.INVALID,
                    controller.isEmpty()
                            ? "exec --cgroup: the container has no control group"
                            : "unknown controller '" + controller
                                    + "' in exec --cgroup: the container has no group of it");
        }
    }
}
