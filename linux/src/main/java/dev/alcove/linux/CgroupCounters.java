package dev.alcove.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads a group's statistics, from each controller's directory in the words of its version. */
final class CgroupCounters {
    /** In version 1 a limit above this is none: the kernel rounds the largest number down to pages. */
    private static final long V1_UNLIMITED = 1L << 62;

    private final CgroupLayout layout;
    private final String group;

    CgroupCounters(CgroupLayout layout, String group) {
        this.layout = layout;
        this.group = group;
    }

    CgroupStats read() {
        return new CgroupStats(cpu(), memory(), pids(), io());
    }

    private Optional<CgroupStats.Cpu> cpu() {
        Optional<CgroupHierarchy> account = layout.of(CgroupController.CPUACCT);
        if (account.isEmpty()) {
            return Optional.empty();
        }
        if (account.get().unified()) {
            return text(account.get(), "cpu.stat")
                    .map(s -> new CgroupStats.Cpu(
                            1000 * field(s, "usage_usec"),
                            1000 * field(s, "user_usec"),
                            1000 * field(s, "system_usec"),
                            field(s, "nr_periods"),
                            field(s, "nr_throttled"),
                            1000 * field(s, "throttled_usec")));
        }
        String throttled = layout.of(CgroupController.CPU)
                .flatMap(h -> text(h, "cpu.stat"))
                .orElse("");
        return number(account.get(), "cpuacct.usage")
                .map(usage -> new CgroupStats.Cpu(
                        usage,
                        number(account.get(), "cpuacct.usage_user").orElse(0L),
                        number(account.get(), "cpuacct.usage_sys").orElse(0L),
                        field(throttled, "nr_periods"),
                        field(throttled, "nr_throttled"),
                        field(throttled, "throttled_time")));
    }

    private Optional<CgroupStats.Memory> memory() {
        Optional<CgroupHierarchy> memory = layout.of(CgroupController.MEMORY);
        if (memory.isEmpty()) {
            return Optional.empty();
        }
        CgroupHierarchy h = memory.get();
        String stat = text(h, "memory.stat").orElse("");
        if (h.unified()) {
            return number(h, "memory.current")
                    .map(usage -> new CgroupStats.Memory(
                            usage,
                            field(stat, "inactive_file"),
                            optional(number(h, "memory.peak")),
                            optional(number(h, "memory.max")),
                            field(text(h, "memory.events").orElse(""), "oom_kill")));
        }
        return number(h, "memory.usage_in_bytes")
                .map(usage -> new CgroupStats.Memory(
                        usage,
                        field(stat, "total_inactive_file"),
                        optional(number(h, "memory.max_usage_in_bytes")),
                        optional(number(h, "memory.limit_in_bytes").filter(n -> n < V1_UNLIMITED)),
                        field(text(h, "memory.oom_control").orElse(""), "oom_kill")));
    }

    private Optional<CgroupStats.Pids> pids() {
        return layout.of(CgroupController.PIDS)
                .flatMap(h -> number(h, "pids.current")
                        .map(current -> new CgroupStats.Pids(current, optional(number(h, "pids.max")))));
    }

    private List<CgroupStats.Io> io() {
        Optional<CgroupHierarchy> h = layout.of(CgroupController.BLKIO);
        if (h.isEmpty()) {
            return List.of();
        }
        return h.get().unified()
                ? ioUnified(text(h.get(), "io.stat").orElse(""))
                : ioV1(text(h.get(), "blkio.throttle.io_service_bytes_recursive")
                        .orElse(""));
    }

    /** Lines as {@code 254:0 rbytes=4096 wbytes=0 rios=1 …}. */
    static List<CgroupStats.Io> ioUnified(String text) {
        List<CgroupStats.Io> io = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            int colon = line.indexOf(':');
            int space = line.indexOf(' ');
            if (colon > 0 && space > colon) {
                io.add(new CgroupStats.Io(
                        Integer.parseInt(line, 0, colon, 10),
                        Integer.parseInt(line, colon + 1, space, 10),
                        digits(line, line.indexOf(" rbytes="), " rbytes=".length()),
                        digits(line, line.indexOf(" wbytes="), " wbytes=".length())));
            }
        }
        return io;
    }

    /** Lines as {@code 254:0 Read 4096}, {@code 254:0 Write 0}, and others. */
    static List<CgroupStats.Io> ioV1(String text) {
        List<CgroupStats.Io> io = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            int colon = line.indexOf(':');
            int space = line.indexOf(' ');
            if (colon < 1 || space < colon) {
                continue;
            }
            int major = Integer.parseInt(line, 0, colon, 10);
            int minor = Integer.parseInt(line, colon + 1, space, 10);
            CgroupStats.Io last = io.isEmpty() ? null : io.getLast();
            if (last == null || last.major() != major || last.minor() != minor) {
                last = new CgroupStats.Io(major, minor, 0, 0);
                io.add(last);
            }
            long bytes = digits(line, line.lastIndexOf(' '), 1);
            if (line.startsWith(" Read ", space)) {
                io.set(io.size() - 1, new CgroupStats.Io(major, minor, bytes, last.writeBytes()));
            } else if (line.startsWith(" Write ", space)) {
                io.set(io.size() - 1, new CgroupStats.Io(major, minor, last.readBytes(), bytes));
            }
        }
        return io;
    }

    private Optional<String> text(CgroupHierarchy h, String file) {
        return CgroupFiles.read(h.directory(group) + "/" + file);
    }

    /** A file that holds one number; empty if it holds {@code max}. */
    private Optional<Long> number(CgroupHierarchy h, String file) {
        return text(h, file).map(String::strip).filter(s -> !s.equals("max")).map(Long::parseLong);
    }

    private static OptionalLong optional(Optional<Long> n) {
        return n.isPresent() ? OptionalLong.of(n.get()) : OptionalLong.empty();
    }

    /** The number on the line that begins with a name; 0 if there is none. */
    static long field(String text, String name) {
        for (int at = text.indexOf(name + " "); at >= 0; at = text.indexOf(name + " ", at + 1)) {
            if (at == 0 || text.charAt(at - 1) == '\n') {
                return digits(text, at, name.length() + 1);
            }
        }
        return 0;
    }

    private static long digits(String text, int at, int skip) {
        if (at < 0) {
            return 0;
        }
        int from = at + skip;
        int to = from;
        while (to < text.length() && text.charAt(to) >= '0' && text.charAt(to) <= '9') {
            to++;
        }
        return to > from ? Long.parseLong(text, from, to, 10) : 0;
    }
}
