package dev.alcove.linux;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what /proc tells of processes, proc(5). A process may end at any moment; then there is nothing to tell, and the
 * answer is empty.
 */
public final class Proc {
    private Proc() {}

    /** The processes of the PID namespace that /proc is of, in order of their ids. */
    public static List<Integer> pids() {
        String[] names = new File("/proc").list();
        if (names == null) {
            throw new LinuxException("open", Errno.ENOENT, "/proc");
        }
        int[] pids = new int[names.length];
        int count = 0;
        for (String name : names) {
            long pid = ProcFile.decimal(name);
            if (pid > 0) {
                pids[count++] = (int) pid;
            }
        }
        Arrays.sort(pids, 0, count);
        List<Integer> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            list.add(pids[i]);
        }
        return list;
    }

    /** Of a process: /proc/PID/status. */
    public static Optional<ProcStatus> status(int pid) {
        return ProcFile.text(pid, "status").map(ProcStatus::parse);
    }

    /** Of a process: /proc/PID/stat. */
    public static Optional<ProcStat> stat(int pid) {
        return ProcFile.text(pid, "stat").map(ProcStat::parse);
    }

    /**
     * The arguments of a process, its program's name first: /proc/PID/cmdline.
     *
     * @return the arguments, none of a kernel thread and of a process that ended and is not reaped
     */
    public static Optional<List<String>> commandLine(int pid) {
        return ProcFile.text(pid, "cmdline").map(Proc::split);
    }

    /**
     * The environment with which a process was executed: /proc/PID/environ. Of a variable that is there twice the first
     * counts, as for getenv(3).
     *
     * @return the variables in their order, none of a kernel thread and of a process that ended and is not reaped
     * @throws LinuxException EACCES if the caller may not trace the process, ptrace(2)
     */
    public static Optional<Map<String, String>> environment(int pid) {
        return ProcFile.text(pid, "environ").map(text -> {
            Map<String, String> variables = new LinkedHashMap<>();
            for (String word : split(text)) {
                int equals = word.indexOf('=');
                if (equals > 0) {
                    variables.putIfAbsent(word.substring(0, equals), word.substring(equals + 1));
                }
            }
            return variables;
        });
    }

    /** Parts what NULs end; a process that overwrote its arguments may have left the last one out. */
    private static List<String> split(String text) {
        List<String> words = new ArrayList<>();
        for (int from = 0; from < text.length(); ) {
            int end = text.indexOf('\0', from);
            int to = end < 0 ? text.length() : end;
            words.add(text.substring(from, to));
            from = to + 1;
        }
        return words;
    }

    /** The groups a process is in, one a hierarchy: /proc/PID/cgroup. */
    public static Optional<List<ProcCgroup>> cgroups(int pid) {
        return ProcFile.text(pid, "cgroup").map(ProcCgroup::parse);
    }

    /** The users of a process's user namespace, as the caller's numbers them: /proc/PID/uid_map; none if not yet set. */
    public static Optional<IdMap> uidMap(int pid) {
        return ProcFile.text(pid, "uid_map").map(IdMap::parse);
    }

    /** The groups of a process's user namespace, as the caller's numbers them: /proc/PID/gid_map; none if not yet set. */
    public static Optional<IdMap> gidMap(int pid) {
        return ProcFile.text(pid, "gid_map").map(IdMap::parse);
    }

    /** The mounts of a process's mount namespace, in the kernel's order: /proc/PID/mountinfo. */
    public static Optional<List<MountInfo>> mounts(int pid) {
        return ProcFile.text(pid, "mountinfo").map(MountInfo::parse);
    }

    /** The threads of a process by their ids, its first one's being its own: /proc/PID/task; none if it has ended. */
    public static List<Integer> threads(int pid) {
        return numbers("/proc/" + pid + "/task");
    }

    /**
     * The open descriptors of a process by their numbers: /proc/PID/fd.
     *
     * @return the numbers; none if it has ended, or may not be looked into
     */
    public static List<Integer> descriptors(int pid) {
        return numbers("/proc/" + pid + "/fd");
    }

    /** The offsets of the time namespace of a process's children, time_namespaces(7): /proc/PID/timens_offsets. */
    public static Optional<String> timeOffsets(int pid) {
        return ProcFile.text(pid, "timens_offsets");
    }

    private static List<Integer> numbers(String directory) {
        String[] names = new File(directory).list();
        List<Integer> numbers = new ArrayList<>();
        if (names != null) {
            for (String name : names) {
                long number = ProcFile.decimal(name);
                if (number >= 0) {
                    numbers.add((int) number);
                }
            }
        }
        return numbers;
    }

    /** This process as /proc numbers it, by its link; where that cannot be read, getpid(2). */
    public static int self() {
        try {
            return (int) ProcFile.decimal(
                    Files.readSymbolicLink(Path.of("/proc/self")).toString());
        } catch (IOException e) {
            // No /proc: then nothing that needs it works, and says so.
            return Kernel.pid();
        }
    }

    /** The resource limits of a process, readable of any user's: /proc/PID/limits. */
    public static Optional<Map<Rlimit, RlimitValue>> limits(int pid) {
        return ProcFile.text(pid, "limits").map(Proc::parseLimits);
    }

    /** Columns of fixed width: the name 26 wide, the soft and the hard value 21 each. */
    static Map<Rlimit, RlimitValue> parseLimits(String text) {
        Map<Rlimit, RlimitValue> limits = new EnumMap<>(Rlimit.class);
        for (String line : ProcFile.lines(text)) {
            if (line.length() < 47) {
                continue;
            }
            Optional<Rlimit> resource = resource(line.substring(0, 26).strip());
            if (resource.isPresent()) {
                ProcFile.Words words = new ProcFile.Words(line.substring(26));
                limits.put(resource.get(), new RlimitValue(value(words.take()), value(words.take())));
            }
        }
        return Collections.unmodifiableMap(limits);
    }

    private static long value(String word) {
        return word.equals("unlimited") ? RlimitValue.UNLIMITED : Long.parseUnsignedLong(word);
    }

    private static Optional<Rlimit> resource(String name) {
        return switch (name) {
            case "Max cpu time" -> Optional.of(Rlimit.CPU);
            case "Max file size" -> Optional.of(Rlimit.FSIZE);
            case "Max data size" -> Optional.of(Rlimit.DATA);
            case "Max stack size" -> Optional.of(Rlimit.STACK);
            case "Max core file size" -> Optional.of(Rlimit.CORE);
            case "Max resident set" -> Optional.of(Rlimit.RSS);
            case "Max processes" -> Optional.of(Rlimit.NPROC);
            case "Max open files" -> Optional.of(Rlimit.NOFILE);
            case "Max locked memory" -> Optional.of(Rlimit.MEMLOCK);
            case "Max address space" -> Optional.of(Rlimit.AS);
            case "Max file locks" -> Optional.of(Rlimit.LOCKS);
            case "Max pending signals" -> Optional.of(Rlimit.SIGPENDING);
            case "Max msgqueue size" -> Optional.of(Rlimit.MSGQUEUE);
            case "Max nice priority" -> Optional.of(Rlimit.NICE);
            case "Max realtime priority" -> Optional.of(Rlimit.RTPRIO);
            case "Max realtime timeout" -> Optional.of(Rlimit.RTTIME);
            default -> Optional.empty();
        };
    }
}
