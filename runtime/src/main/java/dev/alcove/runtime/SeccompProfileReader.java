package dev.alcove.runtime;

import dev.alcove.linux.SeccompAction;
import dev.alcove.linux.SeccompArch;
import dev.alcove.linux.SeccompArgument;
import dev.alcove.linux.SeccompFlag;
import dev.alcove.linux.SeccompOperator;
import dev.alcove.linux.SeccompOutcome;
import dev.alcove.linux.SeccompRule;
import dev.alcove.runtime.SeccompProfile.Condition;
import dev.alcove.runtime.SeccompProfile.Conditional;
import dev.alcove.runtime.SeccompProfile.Machine;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The format of a seccomp profile. Reads into properties first, since their order in the text is free. */
final class SeccompProfileReader {
    private static final String ARCH = "SCMP_ARCH_";
    private static final String ACTION = "SCMP_ACT_";
    private static final String OPERATOR = "SCMP_CMP_";
    /** What the handing over of a listener takes. */
    private static final List<String> HANDOVER = List.of("write", "sendmsg", "close");

    private static final String FLAG = "SECCOMP_FILTER_FLAG_";
    /** The specification's other architectures. */
    private static final List<String> FOREIGN = List.of(
            "MIPS",
            "MIPS64",
            "MIPS64N32",
            "MIPSEL",
            "MIPSEL64",
            "MIPSEL64N32",
            "PPC",
            "PPC64",
            "PPC64LE",
            "S390",
            "S390X",
            "PARISC",
            "PARISC64",
            "RISCV64",
            "LOONGARCH64",
            "M68K",
            "SH",
            "SHEB");

    private final PathJson json;

    private SeccompProfileReader(byte[] text) {
        this.json = new PathJson(text);
    }

    static SeccompProfile read(byte[] text) {
        return new SeccompProfileReader(text).profile();
    }

    private SeccompProfile profile() {
        @Nullable SeccompAction action = null;
        int errno = -1;
        @Nullable Set<SeccompArch> architectures = null;
        List<Machine> machines = new ArrayList<>();
        Set<SeccompFlag> flags = new LinkedHashSet<>();
        List<Conditional> rules = new ArrayList<>();
        json.beginObject();
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            switch (field) {
                case "defaultAction" -> action = action();
                case "defaultErrnoRet" -> errno = errno();
                case "architectures" -> {
                    architectures = new LinkedHashSet<>();
                    architectures(architectures);
                }
                case "archMap" -> array(() -> machine(machines));
                case "flags" -> array(() -> flags.add(flag()));
                case "syscalls" -> array(() -> rule(rules));
                // the supervisor's own business: read where the listener is handed over
                case "listenerPath", "listenerMetadata", "comment" -> json.string();
                default -> throw unknown(field);
            }
            json.endField();
        }
        json.endDocument();
        if (architectures != null && !machines.isEmpty()) {
            throw new IllegalArgumentException("archMap: given beside 'architectures'; use one of them");
        }
        if (action == SeccompAction.NOTIFY) {
            throw new IllegalArgumentException("defaultAction: SCMP_ACT_NOTIFY cannot be the default: the process that "
                    + "hands the listener to its supervisor would wait for that supervisor");
        }
        return new SeccompProfile(
                outcome("default", "defaultAction", "defaultErrnoRet", action, errno),
                architectures == null ? Set.of() : architectures,
                machines,
                flags,
                rules);
    }

    private void machine(List<Machine> machines) {
        boolean named = false;
        @Nullable SeccompArch architecture = null;
        Set<SeccompArch> others = new LinkedHashSet<>();
        json.beginObject();
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            switch (field) {
                case "architecture" -> {
                    architecture = architecture();
                    named = true;
                }
                case "subArchitectures" -> architectures(others);
                default -> throw unknown(field);
            }
            json.endField();
        }
        if (!named) {
            throw json.refuse("has no 'architecture'");
        }
        if (architecture != null) {
            machines.add(new Machine(architecture, others));
        }
    }

    private void rule(List<Conditional> rules) {
        List<String> names = new ArrayList<>();
        @Nullable SeccompAction action = null;
        int errno = -1;
        List<SeccompArgument> arguments = new ArrayList<>();
        Condition includes = Condition.NONE;
        Condition excludes = Condition.NONE;
        json.beginObject();
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            switch (field) {
                case "name" -> names.add(json.string());
                case "names" -> strings(names);
                case "action" -> action = action();
                case "errnoRet" -> errno = errno();
                case "args" -> array(() -> arguments.add(argument()));
                case "includes" -> includes = condition();
                case "excludes" -> excludes = condition();
                case "comment" -> json.string();
                default -> throw unknown(field);
            }
            json.endField();
        }
        SeccompOutcome outcome = outcome("", "action", "errnoRet", action, errno);
        for (String call : HANDOVER) {
            if (action == SeccompAction.NOTIFY && names.contains(call)) {
                throw json.refuse("SCMP_ACT_NOTIFY is not for " + call + ": the process that hands the listener to its "
                        + "supervisor must " + call + " to do so");
            }
        }
        try {
            rules.add(new Conditional(new SeccompRule(names, outcome, arguments), includes, excludes));
        } catch (IllegalArgumentException e) {
            throw json.refuseWith(e);
        }
    }

    private SeccompArgument argument() {
        int index = -1;
        @Nullable SeccompOperator operator = null;
        long value = 0;
        long valueTwo = 0;
        json.beginObject();
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            switch (field) {
                case "index" -> index = (int) json.integer(5);
                case "value" -> value = json.unsigned();
                case "valueTwo" -> valueTwo = json.unsigned();
                case "op" -> operator = known(OPERATOR, SeccompOperator.values(), "an operator");
                case "comment" -> json.string();
                default -> throw unknown(field);
            }
            json.endField();
        }
        if (index < 0) {
            throw json.refuse("has no 'index'");
        }
        if (operator == null) {
            throw json.refuse("has no 'op'");
        }
        return new SeccompArgument(index, operator, value, valueTwo);
    }

    private Condition condition() {
        if (json.isNull()) {
            return Condition.NONE;
        }
        List<String> capabilities = new ArrayList<>();
        List<String> arches = new ArrayList<>();
        int[] kernel = new int[2];
        json.beginObject();
        for (String field = json.nextField(); field != null; field = json.nextField()) {
            switch (field) {
                case "caps" -> array(() -> capabilities.add(capability()));
                case "arches" -> strings(arches);
                case "minKernel" -> kernel = kernel();
                default -> throw unknown(field);
            }
            json.endField();
        }
        return new Condition(capabilities, arches, kernel[0], kernel[1]);
    }

    private String capability() {
        String name = json.string();
        boolean good = name.startsWith("CAP_") && name.length() > 4;
        for (int i = 4; good && i < name.length(); i++) {
            char c = name.charAt(i);
            good = (c >= 'A' && c <= 'Z') || c == '_';
        }
        if (!good) {
            throw json.refuse("'" + name + "' is not a capability's name such as CAP_SYS_ADMIN");
        }
        return name;
    }

    private int[] kernel() {
        String text = json.string();
        int dot = text.indexOf('.');
        try {
            int major = Integer.parseInt(text.substring(0, Math.max(0, dot)));
            int minor = Integer.parseInt(text.substring(dot + 1));
            if (major > 0 && minor >= 0) {
                return new int[] {major, minor};
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw json.refuse("'" + text + "' is not a kernel version such as 4.8");
    }

    private SeccompAction action() {
        String text = json.string();
        // the specification's older name
        if (text.equals("SCMP_ACT_KILL")) {
            return SeccompAction.KILL_THREAD;
        }
        return find(text, ACTION, SeccompAction.values(), "an action");
    }

    private int errno() {
        return json.isNull() ? -1 : (int) json.integer(4095);
    }

    private SeccompOutcome outcome(
            String what, String actionField, String errnoField, @Nullable SeccompAction action, int errno) {
        if (action == null) {
            throw json.refuse("has no '" + actionField + "'");
        }
        if (errno < 0) {
            return SeccompOutcome.of(action);
        }
        if (!action.takesErrno()) {
            throw json.refuseField(
                    errnoField,
                    "the " + (what.isEmpty() ? "" : what + " ") + "action " + ACTION + action + " carries no errno");
        }
        return new SeccompOutcome(action, errno);
    }

    private SeccompFlag flag() {
        return known(FLAG, SeccompFlag.values(), "a flag");
    }

    private void architectures(Set<SeccompArch> to) {
        array(() -> {
            @Nullable SeccompArch architecture = architecture();
            if (architecture != null) {
                to.add(architecture);
            }
        });
    }

    /** Null for one of the specification's that this software does not run on. */
    private @Nullable SeccompArch architecture() {
        String text = json.string();
        if (text.startsWith(ARCH) && FOREIGN.contains(text.substring(ARCH.length()))) {
            return null;
        }
        return find(text, ARCH, SeccompArch.values(), "an architecture");
    }

    private <E extends Enum<E>> E known(String prefix, E[] values, String what) {
        return find(json.string(), prefix, values, what);
    }

    private <E extends Enum<E>> E find(String text, String prefix, E[] values, String what) {
        if (text.startsWith(prefix)) {
            for (E value : values) {
                if (text.length() == prefix.length() + value.name().length() && text.endsWith(value.name())) {
                    return value;
                }
            }
        }
        StringBuilder all = new StringBuilder();
        for (E value : values) {
            all.append(all.isEmpty() ? "" : ", ").append(prefix).append(value.name());
        }
        throw json.refuse("'" + text + "' is not " + what + "; there are " + all);
    }

    private void strings(List<String> to) {
        array(() -> to.add(json.string()));
    }

    /** Reads each element; null counts as an empty array, as Go writes one. */
    private void array(Runnable element) {
        if (json.isNull()) {
            return;
        }
        json.beginArray();
        while (json.nextElement()) {
            element.run();
        }
    }

    private IllegalArgumentException unknown(String field) {
        return json.refuse("'" + field + "' is not a property of a seccomp profile here");
    }
}
