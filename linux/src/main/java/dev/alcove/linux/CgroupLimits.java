package dev.alcove.linux;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a control group may use, the same for both versions of cgroups; what is empty is not limited. The names and
 * meanings are those of the OCI runtime specification's {@code linux.resources}.
 *
 * {@snippet class="dev.alcove.linux.SnippetsTest" region="limits"}
 *
 * @param memory            bytes, 1 or more; -1 is unlimited
 * @param memorySwap        bytes of memory and swap together, at least {@code memory}, which it needs; -1 is unlimited
 * @param memoryReservation bytes the kernel tries to leave to the group; -1 is unlimited
 * @param cpuQuota          microseconds of processor time in each period, 1000 or more; -1 is unlimited
 * @param cpuPeriod         microseconds, 1000 to 1000000; 100000 if empty
 * @param cpuShares         relative weight, 1 to 262144, 1024 is the usual
 * @param cpusetCpus        processors, {@code 0-3,8}; empty: those of the parent
 * @param cpusetMems        memory nodes, {@code 0}; empty: those of the parent
 * @param pids              processes and threads, 0 or more; -1 is unlimited
 * @param ioWeight          relative weight, 10 to 1000
 * @param io                limits of single devices
 * @param hugetlb           bytes by page size, which is written {@code 2MB}, {@code 1GB}
 * @param unified           files of a version 2 group with what to write: {@code memory.high} to {@code 1073741824}
 * @param devices           rules in order, the last that covers an access decides; no rules leave devices to the parent's
 *                          rules, else what no rule covers is denied. In version 2 they need CAP_BPF, which an ordinary
 *                          user's groups cannot have
 * @param settings          files of controllers that none of these is about
 */
public record CgroupLimits(
        OptionalLong memory,
        OptionalLong memorySwap,
        OptionalLong memoryReservation,
        OptionalLong cpuQuota,
        OptionalLong cpuPeriod,
        OptionalLong cpuShares,
        String cpusetCpus,
        String cpusetMems,
        OptionalLong pids,
        OptionalInt ioWeight,
        List<CgroupIoLimit> io,
        Map<String, Long> hugetlb,
        Map<String, String> unified,
        List<DeviceRule> devices,
        List<CgroupSetting> settings) {

    /** Means without limit. */
    public static final long UNLIMITED = -1;

    /**
     * Checks every component and copies the collections.
     *
     * @throws IllegalArgumentException naming the component and the range
     */
    public CgroupLimits {
        atLeast("memory", memory, 1);
        atLeast("memorySwap", memorySwap, 1);
        atLeast("memoryReservation", memoryReservation, 1);
        atLeast("cpuQuota", cpuQuota, 1000);
        between("cpuPeriod", cpuPeriod, 1000, 1_000_000);
        between("cpuShares", cpuShares, 1, 262_144);
        list("cpusetCpus", cpusetCpus);
        list("cpusetMems", cpusetMems);
        atLeast("pids", pids, 0);
        between(
                "ioWeight",
                ioWeight.isPresent() ? OptionalLong.of(ioWeight.getAsInt()) : OptionalLong.empty(),
                10,
                1000);
        if (memorySwap.isPresent() && memorySwap.getAsLong() != UNLIMITED) {
            if (memory.isEmpty() || memory.getAsLong() == UNLIMITED) {
                throw new IllegalArgumentException(
                        "memorySwap: is the sum of memory and swap, so memory must be limited too");
            }
            if (memorySwap.getAsLong() < memory.getAsLong()) {
                throw new IllegalArgumentException("memorySwap: " + memorySwap.getAsLong() + " is less than memory ("
                        + memory.getAsLong() + "), which it includes");
            }
        }
        io = List.copyOf(io);
        devices = List.copyOf(devices);
        settings = List.copyOf(settings);
        hugetlb = Collections.unmodifiableMap(new LinkedHashMap<>(hugetlb));
        unified = Collections.unmodifiableMap(new LinkedHashMap<>(unified));
        for (Map.Entry<String, Long> e : hugetlb.entrySet()) {
            pageSize(e.getKey());
            if (e.getValue() < 0) {
                throw new IllegalArgumentException(
                        "hugetlb[" + e.getKey() + "]: " + e.getValue() + " is not 0 bytes or more");
            }
        }
        for (String file : unified.keySet()) {
            if (file.indexOf('/') >= 0 || file.indexOf('.') < 1 || file.indexOf('\n') >= 0 || file.indexOf('\0') >= 0) {
                throw new IllegalArgumentException(
                        "unified: '" + file + "' is not the name of a cgroup file, such as memory.high");
            }
        }
    }

    /** No limit at all. */
    public static CgroupLimits none() {
        return builder().build();
    }

    /** To name the limits one by one. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that begins with these limits. */
    public Builder toBuilder() {
        Builder b = new Builder();
        b.memory = memory;
        b.memorySwap = memorySwap;
        b.memoryReservation = memoryReservation;
        b.cpuQuota = cpuQuota;
        b.cpuPeriod = cpuPeriod;
        b.cpuShares = cpuShares;
        b.cpusetCpus = cpusetCpus;
        b.cpusetMems = cpusetMems;
        b.pids = pids;
        b.ioWeight = ioWeight;
        b.io.addAll(io);
        b.hugetlb.putAll(hugetlb);
        b.unified.putAll(unified);
        b.devices.addAll(devices);
        b.settings.addAll(settings);
        return b;
    }

    /**
     * Shares (2 to 262144, usually 1024) as a weight of version 2 (1 to 10000, usually 100), by the curve that OCI runtimes
     * agreed on.
     */
    public static long cpuWeight(long shares) {
        return CgroupLimitWrites.weight(shares);
    }

    /** A weight of block I/O (10 to 1000) as version 2's {@code io.weight} (1 to 10000). */
    public static long ioWeight(int weight) {
        return 1 + (weight - 10) * 9999L / 990;
    }

    private static void atLeast(String what, OptionalLong n, long least) {
        if (n.isPresent() && n.getAsLong() < least && n.getAsLong() != UNLIMITED) {
            throw new IllegalArgumentException(
                    what + ": " + n.getAsLong() + " is neither -1 (unlimited) nor at least " + least);
        }
    }

    private static void between(String what, OptionalLong n, long least, long most) {
        if (n.isPresent() && (n.getAsLong() < least || n.getAsLong() > most)) {
            throw new IllegalArgumentException(
                    what + ": " + n.getAsLong() + " is not between " + least + " and " + most);
        }
    }

    /** Numbers and ranges between commas: cpuset(7), the list format. */
    private static void list(String what, String list) {
        boolean good = true;
        boolean digit = false;
        boolean range = false;
        for (int i = 0; i < list.length() && good; i++) {
            char c = list.charAt(i);
            if (c >= '0' && c <= '9') {
                digit = true;
            } else {
                good = digit && (c == ',' || (c == '-' && !range));
                range = c == '-';
                digit = false;
            }
        }
        if (!list.isEmpty() && !(good && digit)) {
            throw new IllegalArgumentException(what + ": '" + list + "' is not a list such as 0-3,8");
        }
    }

    private static void pageSize(String size) {
        int digits = 0;
        while (digits < size.length() && Character.digit(size.charAt(digits), 10) >= 0) {
            digits++;
        }
        String unit = size.substring(digits);
        if (digits == 0 || !(unit.equals("KB") || unit.equals("MB") || unit.equals("GB"))) {
            throw new IllegalArgumentException("hugetlb: '" + size + "' is not a page size such as 2MB");
        }
    }

    /** Collects limits; each method's range is that of the component of the same name. */
    public static final class Builder {
        private OptionalLong memory = OptionalLong.empty();
        private OptionalLong memorySwap = OptionalLong.empty();
        private OptionalLong memoryReservation = OptionalLong.empty();
        private OptionalLong cpuQuota = OptionalLong.empty();
        private OptionalLong cpuPeriod = OptionalLong.empty();
        private OptionalLong cpuShares = OptionalLong.empty();
        private String cpusetCpus = "";
        private String cpusetMems = "";
        private OptionalLong pids = OptionalLong.empty();
        private OptionalInt ioWeight = OptionalInt.empty();
        private final List<CgroupIoLimit> io = new ArrayList<>();
        private final Map<String, Long> hugetlb = new LinkedHashMap<>();
        private final Map<String, String> unified = new LinkedHashMap<>();
        private final List<DeviceRule> devices = new ArrayList<>();
        private final List<CgroupSetting> settings = new ArrayList<>();

        private Builder() {}

        /** Bytes of memory, or -1. */
        public Builder memory(long bytes) {
            memory = OptionalLong.of(bytes);
            return this;
        }

        /** Bytes of memory and swap together, or -1. */
        public Builder memorySwap(long bytes) {
            memorySwap = OptionalLong.of(bytes);
            return this;
        }

        /** Bytes the kernel tries to leave to the group, or -1. */
        public Builder memoryReservation(long bytes) {
            memoryReservation = OptionalLong.of(bytes);
            return this;
        }

        /** Microseconds of processor time in each period, or -1. */
        public Builder cpuQuota(long micros) {
            cpuQuota = OptionalLong.of(micros);
            return this;
        }

        /** The period's length in microseconds. */
        public Builder cpuPeriod(long micros) {
            cpuPeriod = OptionalLong.of(micros);
            return this;
        }

        /** Relative weight; 1024 is the usual. */
        public Builder cpuShares(long shares) {
            cpuShares = OptionalLong.of(shares);
            return this;
        }

        /** Processors: {@code 0-3,8}. */
        public Builder cpusetCpus(String cpus) {
            cpusetCpus = cpus;
            return this;
        }

        /** Memory nodes: {@code 0}. */
        public Builder cpusetMems(String mems) {
            cpusetMems = mems;
            return this;
        }

        /** Processes and threads, or -1. */
        public Builder pids(long max) {
            pids = OptionalLong.of(max);
            return this;
        }

        /** Relative weight of block I/O. */
        public Builder ioWeight(int weight) {
            ioWeight = OptionalInt.of(weight);
            return this;
        }

        /** Adds a device's limit. */
        public Builder io(CgroupIoLimit limit) {
            io.add(limit);
            return this;
        }

        /** Bytes of huge pages of a size. */
        public Builder hugetlb(String pageSize, long bytes) {
            hugetlb.put(pageSize, bytes);
            return this;
        }

        /** What to write to a file of a version 2 group. */
        public Builder unified(String file, String content) {
            unified.put(file, content);
            return this;
        }

        /** Adds a rule after those there are. */
        public Builder device(DeviceRule rule) {
            devices.add(rule);
            return this;
        }

        /** Adds a controller's file. */
        public Builder setting(CgroupSetting setting) {
            settings.add(setting);
            return this;
        }

        /**
         * The limits.
         *
         * @throws IllegalArgumentException naming the limit that is out of range
         */
        public CgroupLimits build() {
            return new CgroupLimits(
                    memory,
                    memorySwap,
                    memoryReservation,
                    cpuQuota,
                    cpuPeriod,
                    cpuShares,
                    cpusetCpus,
                    cpusetMems,
                    pids,
                    ioWeight,
                    io,
                    hugetlb,
                    unified,
                    devices,
                    settings);
        }
    }
}
