package dev.alcove.linux;

import java.util.ArrayList;
import java.util.List;

/**
 * What /proc/PID/status tells of a process, proc_pid_status(5).
 *
 * @param name           the command's name, at most 15 bytes of it; odd characters escaped by the kernel
 * @param state          R running, S sleeping, D in a wait that cannot be interrupted, T stopped, t traced, Z zombie,
 *     X dead, I idle
 * @param threadGroup    the process's id
 * @param parent         the parent's id, 0 if it is outside of the PID namespace
 * @param tracer         the tracer's id, 0 if there is none
 * @param uids           real, effective, saved, file system
 * @param gids           real, effective, saved, file system
 * @param groups         the supplementary groups
 * @param namespacePids  its ids, from the PID namespace of this /proc down to its own
 * @param threads        how many threads
 * @param residentBytes  its memory, 0 of a kernel thread
 * @param noNewPrivs     whether execve(2) grants nothing any more
 * @param seccomp        0 off, 1 strict, 2 by filter
 * @param seccompFilters how many filters; -1 before Linux 5.9
 * @param capabilities   the five sets
 * @param caughtSignals  those it has a handler for: bit n-1 is signal n
 */
public record ProcStatus(
        String name,
        char state,
        int threadGroup,
        int parent,
        int tracer,
        List<Long> uids,
        List<Long> gids,
        List<Long> groups,
        List<Integer> namespacePids,
        int threads,
        long residentBytes,
        boolean noNewPrivs,
        int seccomp,
        int seccompFilters,
        CapabilitySets capabilities,
        long caughtSignals) {
    /** Copies the lists. */
    public ProcStatus {
        uids = List.copyOf(uids);
        gids = List.copyOf(gids);
        groups = List.copyOf(groups);
        namespacePids = List.copyOf(namespacePids);
    }

    /** Whether it has a handler for the signal. */
    public boolean catches(Signal signal) {
        return (caughtSignals >>> (signal.number() - 1) & 1) != 0;
    }

    static ProcStatus parse(String text) {
        Fields f = new Fields();
        for (String line : ProcFile.lines(text)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                f.take(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
        return f.status();
    }

    /** The fields as they come; those this kernel does not have keep their first value. */
    private static final class Fields {
        private String name = "";
        private char state = '?';
        private int threadGroup;
        private int parent;
        private int tracer;
        private List<Long> uids = List.of();
        private List<Long> gids = List.of();
        private List<Long> groups = List.of();
        private List<Long> namespacePids = List.of();
        private int threads;
        private long resident;
        private boolean noNewPrivs;
        private int seccomp;
        private int filters = -1;
        private long effective;
        private long permitted;
        private long inheritable;
        private long bounding;
        private long ambient;
        private long caught;

        void take(String key, String value) {
            switch (key) {
                case "Name" -> name = value;
                case "State" -> state = value.isEmpty() ? '?' : value.charAt(0);
                case "Tgid" -> threadGroup = (int) number(value);
                case "PPid" -> parent = (int) number(value);
                case "TracerPid" -> tracer = (int) number(value);
                case "Uid" -> uids = numbers(value);
                case "Gid" -> gids = numbers(value);
                case "Groups" -> groups = numbers(value);
                case "NSpid" -> namespacePids = numbers(value);
                case "Threads" -> threads = (int) number(value);
                case "VmRSS" -> resident = number(value) * 1024;
                case "NoNewPrivs" -> noNewPrivs = number(value) != 0;
                case "Seccomp" -> seccomp = (int) number(value);
                case "Seccomp_filters" -> filters = (int) number(value);
                case "CapEff" -> effective = Long.parseUnsignedLong(value, 16);
                case "CapPrm" -> permitted = Long.parseUnsignedLong(value, 16);
                case "CapInh" -> inheritable = Long.parseUnsignedLong(value, 16);
                case "CapBnd" -> bounding = Long.parseUnsignedLong(value, 16);
                case "SigCgt" -> caught = Long.parseUnsignedLong(value, 16);
                case "CapAmb" -> ambient = Long.parseUnsignedLong(value, 16);
                default -> {
                    // the other thirty fields
                }
            }
        }

        private static long number(String value) {
            ProcFile.Words words = new ProcFile.Words(value);
            words.must();
            return words.number();
        }

        private static List<Long> numbers(String value) {
            List<Long> numbers = new ArrayList<>();
            ProcFile.Words words = new ProcFile.Words(value);
            while (words.next()) {
                numbers.add(words.number());
            }
            return numbers;
        }

        ProcStatus status() {
            List<Integer> pids = new ArrayList<>();
            for (long pid : namespacePids) {
                pids.add((int) pid);
            }
            CapabilitySets sets = new CapabilitySets(
                    Capability.ofMask(effective),
                    Capability.ofMask(permitted),
                    Capability.ofMask(inheritable),
                    Capability.ofMask(bounding),
                    Capability.ofMask(ambient));
            return new ProcStatus(
                    name,
                    state,
                    threadGroup,
                    parent,
                    tracer,
                    uids,
                    gids,
                    groups,
                    pids,
                    threads,
                    resident,
                    noNewPrivs,
                    seccomp,
                    filters,
                    sets,
                    caught);
        }
    }
}
