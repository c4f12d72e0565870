package dev.alcove.runtime;

import dev.alcove.linux.Capability;
import dev.alcove.linux.Syscall;
import dev.alcove.spec.LandlockRule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** landlock(7): access to files only below the named paths, for the process and all it starts, never to be widened. */
final class LandlockPart {
    private static final long EXECUTE = 1;
    private static final long WRITE_FILE = 1 << 1;
    private static final long READ_FILE = 1 << 2;
    private static final long READ_DIR = 1 << 3;
    private static final long TRUNCATE = 1 << 14;
    private static final long IOCTL_DEV = 1 << 15;
    private static final long FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV;

    /** Why its steps are there; by this a failed one is known. */
    static final String WHY = "landlock: only the named paths, whoever asks";

    private final Plan plan;

    LandlockPart(Plan plan) {
        this.plan = plan;
    }

    /** The rights this kernel's version can restrict: a wider set is refused with EINVAL. */
    private long handled() {
        int abi = plan.facts.landlockAbi();
        int bits = abi >= 5 ? 16 : abi >= 3 ? 15 : abi >= 2 ? 14 : 13;
        return (1L << bits) - 1;
    }

    void restrict() {
        if (plan.facts.landlockAbi() < 1) {
            throw new IllegalArgumentException("landlock: this kernel does not have it; boot with lsm=landlock,…");
        }
        Program.Builder p = plan.p;
        String why = WHY;
        var process = plan.spec.config().process();
        if (process != null && !process.noNewPrivileges() && !keepsSysAdmin()) {
            p.call(
                    "landlock asks that nothing can gain privileges",
                    Syscall.PRCTL,
                    plan.flags("PR_SET_NO_NEW_PRIVS"),
                    Arg.num(1),
                    Arg.ZERO,
                    Arg.ZERO,
                    Arg.ZERO);
        }
        long handled = handled();
        Arg.Result ruleset = p.callTo(
                "ruleset",
                why,
                Syscall.LANDLOCK_CREATE_RULESET,
                Arg.at(Data.longs("{fs 0x" + Long.toHexString(handled) + "}", handled)),
                Arg.num(8),
                Arg.ZERO);
        for (LandlockRule rule : plan.spec.landlock()) {
            Arg.Result path = p.callTo(
                    "path",
                    why,
                    Syscall.OPENAT,
                    Arg.CWD,
                    Arg.string(rule.path()),
                    plan.flags("O_PATH|O_CLOEXEC"),
                    Arg.ZERO);
            long read = (EXECUTE | READ_FILE | READ_DIR) & handled;
            long all = rule.writable() ? handled : read;
            // Rights on directories are refused (EINVAL) for a file, so try all and then those of a file.
            Arg.Result added = p.tolerant(
                    "added",
                    java.util.List.of(dev.alcove.linux.Errno.EINVAL),
                    why,
                    Syscall.LANDLOCK_ADD_RULE,
                    ruleset,
                    plan.flags("LANDLOCK_RULE_PATH_BENEATH"),
                    beneath(path, all),
                    Arg.ZERO);
            Step.Label done = new Step.Label();
            p.jump(Step.When.ZERO, added, done, "a directory");
            p.call(
                    why,
                    Syscall.LANDLOCK_ADD_RULE,
                    ruleset,
                    plan.flags("LANDLOCK_RULE_PATH_BENEATH"),
                    beneath(path, all & FILE_RIGHTS),
                    Arg.ZERO);
            p.bind(done);
            plan.close(path);
        }
        p.call(why, Syscall.LANDLOCK_RESTRICT_SELF, ruleset, Arg.ZERO);
        plan.close(ruleset);
    }

    private boolean keepsSysAdmin() {
        var process = plan.spec.config().process();
        return process != null
                && process.capabilities() != null
                && process.capabilities().effective().contains(Capability.SYS_ADMIN.kernelName());
    }

    /** struct landlock_path_beneath_attr, packed: 64 bits of rights, 32 of descriptor. */
    private Arg.At beneath(Arg.Result path, long rights) {
        byte[] bytes = ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(rights)
                .array();
        Data data = Data.bytes(bytes, "{0x" + Long.toHexString(rights) + " below " + path.text() + "}");
        plan.p.add(new Step.Put(Arg.at(data, 8), path, 4, "the rule's path"));
        return Arg.at(data);
    }
}
