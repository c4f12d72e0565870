package dev.alcove.oci;

import dev.alcove.linux.CgroupStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What a container uses, as runc's events tell it: a number that is 0 is left out where runc leaves it out. */
final class StatsText {
    /** What version 1 counts where there is no limit: LONG_MAX rounded down to whole pages. */
    private static final long NO_LIMIT = 0x7fff_ffff_ffff_f000L;

    private static final String[] CPUSET = {
        "cpu_exclusive",
        "mem_hardwall",
        "mem_exclusive",
        "memory_migrate",
        "memory_spread_page",
        "memory_spread_slab",
        "memory_pressure",
        "sched_load_balance",
        "sched_relax_domain_level"
    };

    private final JsonText json;
    private final CgroupStats group;
    private final Map<String, String> files;

    StatsText(JsonText json, ContainerStats stats) {
        this.json = json;
        this.group = stats.cgroup();
        this.files = stats.files();
    }

    /** The members of {@code data}. */
    void write() {
        json.name("cpu").begin('{');
        cpu();
        json.end('}');
        json.name("cpuset").begin('{');
        cpuset();
        json.end('}');
        json.name("memory").begin('{');
        group.memory().ifPresent(this::memory);
        json.end('}');
        json.name("pids").begin('{');
        group.pids().ifPresent(pids -> {
            some("current", pids.current());
            some("limit", pids.limit().orElse(0));
        });
        json.end('}');
        json.name("blkio").begin('{');
        blocks();
        json.end('}');
        json.name("hugetlb").begin('{');
        hugetlb();
        json.end('}');
        json.name("intel_rdt").begin('{').end('}');
        json.name("network_interfaces").none();
    }

    private void some(String name, long value) {
        if (value != 0) {
            json.name(name).value(value);
        }
    }

    private void cpu() {
        json.name("usage").begin('{');
        group.cpu().ifPresent(cpu -> {
            some("total", cpu.usageNanos());
            numbers("percpu", words(files.getOrDefault("cpuacct.usage_percpu", "")));
            numbers("percpu_kernel", column("cpuacct.usage_all", 2));
            numbers("percpu_user", column("cpuacct.usage_all", 1));
            json.name("kernel").value(cpu.systemNanos());
            json.name("user").value(cpu.userNanos());
        });
        json.end('}').name("throttling").begin('{');
        group.cpu().ifPresent(cpu -> {
            some("periods", cpu.periods());
            some("throttledPeriods", cpu.throttledPeriods());
            some("throttledTime", cpu.throttledNanos());
        });
        json.end('}');
    }

    private void numbers(String name, List<String> numbers) {
        if (numbers.isEmpty()) {
            return;
        }
        json.name(name).begin('[');
        for (String n : numbers) {
            json.value(number(n));
        }
        json.end(']');
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        for (String word : text.strip().split("\\s+", -1)) {
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return words;
    }

    /** A column of a table whose first line names the columns. */
    private List<String> column(String file, int column) {
        List<String> cells = new ArrayList<>();
        List<String> lines = files.getOrDefault(file, "").lines().toList();
        for (int i = 1; i < lines.size(); i++) {
            List<String> cellsOfLine = words(lines.get(i));
            if (cellsOfLine.size() > column) {
                cells.add(cellsOfLine.get(column));
            }
        }
        return cells;
    }

    private void cpuset() {
        if (!files.containsKey("cpuset.cpus")) {
            return;
        }
        numbers("cpus", list("cpuset.cpus"));
        for (String name : CPUSET) {
            if (name.equals("mem_hardwall")) {
                numbers("mems", list("cpuset.mems"));
            }
            // Version 2 has none of these; runc writes zeros for it.
            json.name(name).value(single("cpuset." + name).orElse(0));
        }
    }

    /** {@code 0-2,7} as numbers. */
    private List<String> list(String file) {
        List<String> all = new ArrayList<>();
        for (String run : files.getOrDefault(file, "").strip().split(",", -1)) {
            int dash = run.indexOf('-');
            if (!run.isEmpty()) {
                long last = number(run.substring(dash + 1));
                for (long n = dash < 0 ? last : number(run.substring(0, dash)); n <= last; n++) {
                    all.add(Long.toString(n));
                }
            }
        }
        return all;
    }

    private void memory(CgroupStats.Memory memory) {
        Map<String, Long> raw = new TreeMap<>();
        for (String line : files.getOrDefault("memory.stat", "").lines().toList()) {
            int blank = line.indexOf(' ');
            if (blank > 0) {
                raw.put(line.substring(0, blank), number(line.substring(blank + 1)));
            }
        }
        some("cache", raw.getOrDefault("cache", raw.getOrDefault("file", 0L)));
        entry(
                "usage",
                memory.limit().orElse(NO_LIMIT),
                memory.usage(),
                memory.peak().orElse(0),
                single("memory.failcnt").orElse(memory.oomKills()));
        if (files.containsKey("memory.swap.current")) {
            entry(
                    "swap",
                    single("memory.swap.max").orElse(NO_LIMIT),
                    single("memory.swap.current").orElse(0),
                    single("memory.swap.peak").orElse(0),
                    0);
        } else {
            kind("swap", "memory.memsw");
        }
        kind("kernel", "memory.kmem");
        kind("kernelTCP", "memory.kmem.tcp");
        json.name("raw").begin('{');
        for (Map.Entry<String, Long> e : raw.entrySet()) {
            json.name(e.getKey()).value(e.getValue());
        }
        json.end('}');
    }

    /** One of version 1's counters; where it is not there, everything is 0. */
    private void kind(String name, String file) {
        entry(
                name,
                single(file + ".limit_in_bytes").orElse(0),
                single(file + ".usage_in_bytes").orElse(0),
                single(file + ".max_usage_in_bytes").orElse(0),
                single(file + ".failcnt").orElse(0));
    }

    private void entry(String name, long limit, long usage, long most, long failures) {
        json.name(name).begin('{').name("limit").value(limit);
        some("usage", usage);
        some("max", most);
        json.name("failcnt").value(failures).end('}');
    }

    private void blocks() {
        if (!block("ioServiceBytesRecursive", "io_service_bytes_recursive")) {
            blocksUnified();
        }
        block("ioServicedRecursive", "io_serviced_recursive");
    }

    /** Lines as {@code 254:0 Read 4096}. */
    private boolean block(String name, String file) {
        String text = files.getOrDefault("blkio.throttle." + file, "");
        String lines = text.indexOf(':') < 0 ? files.getOrDefault("blkio.bfq." + file, "") : text;
        if (lines.indexOf(':') < 0) {
            return false;
        }
        json.name(name).begin('[');
        for (String line : lines.lines().toList()) {
            List<String> words = words(line.replace(':', ' '));
            if (words.size() == 4) {
                block(number(words.get(0)), number(words.get(1)), words.get(2), number(words.get(3)));
            }
        }
        json.end(']');
        return true;
    }

    private void blocksUnified() {
        if (group.io().isEmpty()) {
            return;
        }
        json.name("ioServiceBytesRecursive").begin('[');
        for (CgroupStats.Io io : group.io()) {
            block(io.major(), io.minor(), "Read", io.readBytes());
            block(io.major(), io.minor(), "Write", io.writeBytes());
        }
        json.end(']');
    }

    private void block(long major, long minor, String operation, long value) {
        json.begin('{');
        some("major", major);
        some("minor", minor);
        json.name("op").value(operation);
        some("value", value);
        json.end('}');
    }

    /** By page size: {@code hugetlb.2MB.usage_in_bytes}, or {@code .current} in version 2. */
    private void hugetlb() {
        for (String file : files.keySet()) {
            boolean one = file.endsWith(".usage_in_bytes") && !file.contains(".rsvd.");
            boolean two = file.endsWith(".current") && !file.contains(".rsvd.");
            if (!file.startsWith("hugetlb.") || !(one || two)) {
                continue;
            }
            String size = file.substring("hugetlb.".length(), file.indexOf('.', "hugetlb.".length()));
            json.name(size).begin('{');
            some("usage", single(file).orElse(0));
            some("max", single("hugetlb." + size + ".max_usage_in_bytes").orElse(0));
            json.name("failcnt").value(single("hugetlb." + size + ".failcnt").orElse(0));
            json.end('}');
        }
    }

    /** A file that holds one number; {@code max} is none. */
    private OptionalLong single(String file) {
        String text = files.getOrDefault(file, "").strip();
        return text.isEmpty() || text.equals("max") ? OptionalLong.empty() : OptionalLong.of(number(text));
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
