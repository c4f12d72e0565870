package dev.alcove.spec;

import static dev.alcove.spec.ShapeWords.FLAG;
import static dev.alcove.spec.ShapeWords.INT64;
import static dev.alcove.spec.ShapeWords.LIST_OF_NUMBERS;
import static dev.alcove.spec.ShapeWords.SOME;
import static dev.alcove.spec.ShapeWords.TEXT;
import static dev.alcove.spec.ShapeWords.UINT16;
import static dev.alcove.spec.ShapeWords.UINT32;
import static dev.alcove.spec.ShapeWords.UINT64;
import static dev.alcove.spec.ShapeWords.list;
import static dev.alcove.spec.ShapeWords.map;
import static dev.alcove.spec.ShapeWords.may;
import static dev.alcove.spec.ShapeWords.must;
import static dev.alcove.spec.ShapeWords.object;
import static dev.alcove.spec.ShapeWords.word;

import dev.alcove.spec.JsonShape.Entries;
import dev.alcove.spec.JsonShape.Text;
import dev.alcove.spec.JsonShape.Whole;

/** The shape of {@code linux.resources} in config.json, and of what update reads. */
final class ResourcesShape {
    private static final JsonShape LIMIT = Whole.range(-1, Long.MAX_VALUE);
    private static final int PERCENT = 100;

    private ResourcesShape() {}

    static JsonShape resources() {
        return object(
                may("devices", list(deviceRule())),
                may("memory", memory()),
                may("cpu", cpu()),
                may("pids", object(may("limit", LIMIT))),
                may("blockIO", blockIo()),
                may("hugepageLimits", list(object(must("pageSize", pageSize()), must("limit", UINT64)))),
                may("network", network()),
                may("rdma", map(object(may("hcaHandles", UINT32), may("hcaObjects", UINT32)))),
                may("unified", new Entries(file(), TEXT)));
    }

    private static JsonShape deviceRule() {
        Text access = new Text("of the letters r, w and m", text -> text.chars().allMatch(c -> "rwm".indexOf(c) >= 0));
        return object(
                must("allow", FLAG),
                may("type", word("a kind of device", "", "a", "c", "b")),
                may("major", INT64),
                may("minor", INT64),
                may("access", access));
    }

    private static JsonShape memory() {
        return object(
                may("limit", LIMIT),
                may("reservation", LIMIT),
                may("swap", LIMIT),
                may("kernel", LIMIT),
                may("kernelTCP", LIMIT),
                may("swappiness", Whole.range(0, PERCENT)),
                may("disableOOMKiller", FLAG),
                may("useHierarchy", FLAG),
                may("checkBeforeUpdate", FLAG));
    }

    private static JsonShape cpu() {
        return object(
                may("shares", UINT64),
                may("quota", INT64),
                may("burst", UINT64),
                may("period", UINT64),
                may("realtimeRuntime", INT64),
                may("realtimePeriod", UINT64),
                may("cpus", LIST_OF_NUMBERS),
                may("mems", LIST_OF_NUMBERS),
                may("idle", Whole.range(0, 1)));
    }

    private static JsonShape blockIo() {
        JsonShape rates = list(object(must("major", INT64), must("minor", INT64), must("rate", UINT64)));
        JsonShape weights = list(
                object(must("major", INT64), must("minor", INT64), may("weight", UINT16), may("leafWeight", UINT16)));
        return object(
                may("weight", UINT16),
                may("leafWeight", UINT16),
                may("weightDevice", weights),
                may("throttleReadBpsDevice", rates),
                may("throttleWriteBpsDevice", rates),
                may("throttleReadIOPSDevice", rates),
                may("throttleWriteIOPSDevice", rates));
    }

    private static JsonShape network() {
        return object(
                may("classID", UINT32), may("priorities", list(object(must("name", SOME), must("priority", UINT32)))));
    }

    private static Text pageSize() {
        return new Text("a size of huge pages, as 64KB, 2MB or 1GB", text -> {
            int unit = 0;
            while (unit < text.length() && text.charAt(unit) >= '0' && text.charAt(unit) <= '9') {
                unit++;
            }
            String end = text.substring(unit);
            return unit > 0 && text.charAt(0) != '0' && (end.equals("KB") || end.equals("MB") || end.equals("GB"));
        });
    }

    /** A key becomes the name of a file in the group's directory. */
    private static Text file() {
        return new Text(
                "a file of a control group, as memory.high",
                text -> !text.isEmpty() && text.indexOf('/') < 0 && !text.equals(".") && !text.equals(".."));
    }
}
