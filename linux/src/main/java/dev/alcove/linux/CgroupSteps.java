package dev.alcove.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Performs the steps of a plan from Java. */
final class CgroupSteps {
    private CgroupSteps() {}

    /** Performs those that make a group; if one fails, the directories made by then are removed again. */
    static void make(List<CgroupStep> steps) {
        List<String> made = new ArrayList<>();
        boolean done = false;
        try {
            for (CgroupStep step : steps) {
                if (step instanceof CgroupStep.MakeDirectory d) {
                    if (CgroupFiles.makeDirectory(d.path())) {
                        made.add(d.path());
                    } else if (!d.shared()) {
                        throw new LinuxException("mkdirat", Errno.EEXIST, d.path());
                    }
                } else {
                    perform(step);
                }
            }
            done = true;
        } finally {
            for (int i = made.size() - 1; !done && i >= 0; i--) {
                // a parent in which somebody else made a group meanwhile stays
                CgroupFiles.removeDirectory(made.get(i), System.nanoTime());
            }
        }
    }

    /** Performs one. */
    static void perform(CgroupStep step) {
        switch (step) {
            case CgroupStep.MakeDirectory d -> CgroupFiles.makeDirectory(d.path());
            case CgroupStep.WriteFile w -> {
                Optional<LinuxException> failure = CgroupFiles.tryWrite(w.path(), w.content());
                if (w.required() && failure.isPresent()) {
                    throw failure.get();
                }
            }
            case CgroupStep.WriteFirst first -> {
                for (int i = 0; i < first.alternatives().size(); i++) {
                    CgroupStep.WriteFile w = first.alternatives().get(i);
                    Optional<LinuxException> failure = CgroupFiles.tryWrite(w.path(), w.content());
                    if (failure.isEmpty()) {
                        return;
                    }
                    if (failure.get().errno() != Errno.ENOENT
                            || i == first.alternatives().size() - 1) {
                        throw failure.get();
                    }
                }
            }
            case CgroupStep.InheritFile inherit -> {
                if (CgroupFiles.read(inherit.to()).orElse("").isBlank()) {
                    CgroupFiles.write(
                            inherit.to(),
                            CgroupFiles.read(inherit.from()).orElse("").strip());
                }
            }
            case CgroupStep.FilterDevices f -> f.filter().attach(f.directory());
        }
    }
}
