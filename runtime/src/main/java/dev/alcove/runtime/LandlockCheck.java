package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import dev.alcove.linux.LinuxException;
import dev.alcove.linux.Open;
import dev.alcove.linux.Resolve;
import dev.alcove.spec.LandlockRule;
import dev.alcove.spec.OciMount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Landlock's paths are the container's, and are opened by its last steps. Those that cannot be there are refused before
 * anything is made. Only what is certain is refused: what a mount brings, what a link or .. may lead to, and what this
 * process may not look at, is left to the step.
 */
final class LandlockCheck {
    private final ContainerSpec spec;
    private final HostFacts facts;

    /** What the program mounts or makes, as paths in the root; whatever is below a mount may be there. */
    private final List<String> mounted = new ArrayList<>();

    private final List<String> made = new ArrayList<>();

    private LandlockCheck(ContainerSpec spec, HostFacts facts) {
        this.spec = spec;
        this.facts = facts;
        for (OciMount m : spec.config().mounts()) {
            mounted.add(Plan.relative(m.destination()));
        }
        spec.files().forEach(f -> made.add(Plan.relative(f.path())));
        if (spec.config().linux() != null) {
            spec.config().linux().devices().forEach(d -> made.add(Plan.relative(d.path())));
        }
        if (spec.config().process() != null && !(spec.rootfs() instanceof Rootfs.Inherited)) {
            made.add(Plan.relative(spec.config().process().cwd()));
        }
    }

    /**
     * Refuses paths that cannot be there.
     *
     * @throws ContainerException NOT_FOUND, naming all of them
     */
    static void check(ContainerSpec spec, HostFacts facts) {
        if (spec.landlock().isEmpty() || spec.target().isPresent()) {
            return;
        }
        LandlockCheck check = new LandlockCheck(spec, facts);
        List<String> missing = new ArrayList<>(0);
        for (LandlockRule rule : spec.landlock()) {
            if (!check.mayBeThere(rule.path())) {
                missing.add("'" + rule.path() + "'");
            }
        }
        if (!missing.isEmpty()) {
            throw new ContainerException(
                    ContainerException.Kind.NOT_FOUND,
                    "landlock: " + String.join(", ", missing) + (missing.size() == 1 ? " does" : " do")
                            + " not exist inside the container"
                            + "\n  likely cause: a wrong path: the container's files are not the machine's"
                            + "\n  mend: correct the path of --landlock, or show it with -v or --mount");
        }
    }

    private boolean mayBeThere(String path) {
        String rel = Plan.relative(path);
        if (rel.equals(".")
                || Path.of("/", rel).normalize().getNameCount() < Path.of(rel).getNameCount()
                || brought(rel)) {
            return true;
        }
        return switch (spec.rootfs()) {
            case Rootfs.Host h -> inHostImage(rel);
            case Rootfs.Directory d -> below(d.path(), rel);
            case Rootfs.Empty e -> isOrHolds(rel, RootPart.EMPTY_ROOT);
            case Rootfs.Inherited i -> below(Path.of("/"), rel);
        };
    }

    /** Whether a mount or a step brings it: it is that, above it, or in the mount. */
    private boolean brought(String rel) {
        for (String mount : mounted) {
            if (mount.equals(".") || Path.of(rel).startsWith(mount)) {
                return true;
            }
        }
        return isOrHolds(rel, mounted) || isOrHolds(rel, made);
    }

    private static boolean isOrHolds(String rel, List<String> paths) {
        for (String path : paths) {
            if (Path.of(path).startsWith(rel)) {
                return true;
            }
        }
        return false;
    }

    private boolean inHostImage(String rel) {
        Path path = Path.of(rel);
        String link = facts.rootLinks().get(path.getName(0).toString());
        if (link != null) {
            // What /bin leads to is the machine's as well.
            Path real = link.isEmpty() || path.getNameCount() == 1
                    ? path
                    : Path.of(link).resolve(path.subpath(1, path.getNameCount()));
            return below(Path.of("/"), real.toString());
        }
        for (String entry : facts.etc()) {
            Path there = Path.of("etc", entry);
            if (there.startsWith(path) || path.startsWith(there)) {
                return true;
            }
        }
        // Links, behind which are directories that mounts may have filled.
        return isOrHolds(rel, RootPart.HOST_IMAGE)
                || path.startsWith("var/run")
                || path.startsWith("var/lock")
                || path.startsWith("etc/mtab");
    }

    /** As the container will look, no link leads out of the root. If it finds nothing without a link, there is nothing. */
    private static boolean below(Path directory, String rel) {
        try (Fd root = Open.path().directory().at(directory)) {
            return is(root, rel, Resolve.IN_ROOT, Resolve.NO_MAGICLINKS)
                    || is(root, rel, Resolve.IN_ROOT, Resolve.NO_SYMLINKS);
        } catch (LinuxException e) {
            // A link on the way, or what cannot be looked at here: the step will tell.
            return true;
        }
    }

    private static boolean is(Fd root, String rel, Resolve... how) {
        try (Fd there = Open.path().resolve(how).find(root, rel).orElse(null)) {
            return there != null;
        }
    }
}
