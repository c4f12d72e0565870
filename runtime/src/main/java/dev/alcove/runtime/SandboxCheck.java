package dev.alcove.runtime;

import dev.alcove.linux.Kernel;
import dev.alcove.spec.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What cannot be, found before anything is made: every fault at once, each by the method that said it. */
final class SandboxCheck {
    private static final Bytes LEAST_MEMORY = Bytes.mebi(48);
    private static final int LEAST_THREADS = 24;
    private static final double LEAST_CPUS = 0.1;

    private final List<String> faults = new ArrayList<>();

    private SandboxCheck() {}

    static void check(Sandbox s) {
        SandboxCheck check = new SandboxCheck();
        check.program(s);
        check.limits(s);
        check.names("environment", s.environment);
        check.names("systemProperty", s.properties);
        for (Path path : s.readable) {
            check.readable("read", path);
        }
        if (!check.faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", check.faults));
        }
    }

    private void program(Sandbox s) {
        if (s.classPath.isEmpty()) {
            faults.add("classPath: it is empty");
        }
        for (Path entry : s.classPath) {
            readable(s.mainClass.isEmpty() ? "java" : "classPath", entry.toAbsolutePath());
        }
        if (s.mainClass.isEmpty() && !s.classPath.isEmpty() && Files.isDirectory(s.classPath.getFirst())) {
            faults.add("java: '" + s.classPath.getFirst() + "' is a directory, no jar; use classPath");
        }
        if (s.mainClass.startsWith("-")) {
            faults.add("classPath: '" + s.mainClass + "' is not the name of a class");
        }
    }

    private void limits(Sandbox s) {
        if (s.memory.isUnlimited() || s.memory.compareTo(LEAST_MEMORY) < 0) {
            faults.add("memory: " + s.memory.text() + " is not 48 MiB or more");
        }
        if (s.temp.isUnlimited() || s.temp.value() == 0) {
            faults.add("temp: " + s.temp.text() + " is not a size of a file system");
        }
        if (s.output.isUnlimited() || s.output.value() > Integer.MAX_VALUE / 2) {
            faults.add("output: " + s.output.text() + " is not a size below 1 GiB");
        }
        if (!(s.cpus >= LEAST_CPUS)) {
            faults.add("cpus: " + s.cpus + " is not 0.1 or more");
        }
        int processors = SpecCheck.count(Kernel.processors());
        if (s.cpus > processors) {
            faults.add("cpus: " + s.cpus + " is more than the " + processors + " of this machine");
        }
        if (s.threads < LEAST_THREADS) {
            faults.add("threads: " + s.threads + " is not 24 or more");
        }
        if (s.timeout.isNegative() || s.timeout.isZero()) {
            faults.add("timeout: " + s.timeout + " is not a time to run");
        }
    }

    private void names(String method, Map<String, String> values) {
        values.forEach((name, value) -> {
            if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0 || value.indexOf('\0') >= 0) {
                faults.add(method + ": '" + name + "' cannot be a name");
            }
        });
    }

    /** Whether the sandbox's user can read it: for root that is the user 65534, else the caller. */
    private void readable(String method, Path path) {
        if (!Files.exists(path)) {
            faults.add(method + ": '" + path + "' does not exist");
            return;
        }
        boolean directory = Files.isDirectory(path);
        boolean can = Files.isReadable(path);
        if (Caller.read().privileged()) {
            try {
                Set<PosixFilePermission> all = Files.getPosixFilePermissions(path);
                can = all.contains(PosixFilePermission.OTHERS_READ)
                        && (!directory || all.contains(PosixFilePermission.OTHERS_EXECUTE));
            } catch (IOException e) {
                can = false;
            }
        }
        if (!can) {
            faults.add(method + ": '" + path + "' cannot be read by the sandbox's user; chmod o+r"
                    + (directory ? "x" : "") + " '" + path + "'");
        }
    }
}
