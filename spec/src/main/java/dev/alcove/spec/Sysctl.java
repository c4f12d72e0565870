package dev.alcove.spec;

import java.util.List;

/**
 * A kernel parameter that belongs to one of the container's own namespaces: {@code --sysctl KEY=VALUE}, sysctl(8).
 *
 * @param key   with dots, as {@code net.ipv4.ip_forward}
 * @param value what is written
 */
public record Sysctl(String key, String value) {
    /** Which namespace a parameter belongs to. */
    public enum Scope {
        /** The IPC namespace: queues, semaphores, shared memory. */
        IPC("--ipc"),
        /** The network namespace: {@code net.*}. */
        NETWORK("--network"),
        /** The UTS namespace: the NIS domain's name. */
        UTS("--uts");

        private final String flag;

        Scope(String flag) {
            this.flag = flag;
        }
    }

    private static final String FIELD = "--sysctl";
    private static final List<String> IPC_KEYS = List.of(
            "kernel.msgmax",
            "kernel.msgmnb",
            "kernel.msgmni",
            "kernel.sem",
            "kernel.shmall",
            "kernel.shmmax",
            "kernel.shmmni",
            "kernel.shm_rmid_forced");
    private static final String DOMAIN = "kernel.domainname";
    private static final List<String> PREFIXES = List.of("net.", "fs.mqueue.");

    /**
     * Reads {@code KEY=VALUE}.
     *
     * @throws SpecException if it has no value, the key is malformed, or the parameter is the whole machine's
     */
    public static Sysctl parse(String text) {
        int equals = text.indexOf('=');
        if (equals <= 0 || equals == text.length() - 1) {
            throw SpecException.not(FIELD, text, "a kernel parameter, as net.ipv4.ip_forward=1");
        }
        var sysctl = new Sysctl(text.substring(0, equals), text.substring(equals + 1));
        checkKey(sysctl.key);
        if (sysctl.value.indexOf('\0') >= 0 || sysctl.value.indexOf('\n') >= 0) {
            throw SpecException.not(FIELD, text, "a kernel parameter: the value is more than one line");
        }
        sysctl.scope();
        return sysctl;
    }

    /** Keys become paths below /proc/sys: nothing in them may climb or cut. */
    private static void checkKey(String key) {
        for (String part : Split.at('.', key)) {
            boolean good = !part.isEmpty();
            for (int i = 0; i < part.length() && good; i++) {
                char c = part.charAt(i);
                good = Split.isAlphanumeric(c) || c == '_' || c == '-' || c == '@' || c == ':';
            }
            if (!good) {
                throw SpecException.not(FIELD, key, "a kernel parameter's name, as net.ipv4.ip_forward");
            }
        }
    }

    /**
     * The namespace the parameter belongs to.
     *
     * @throws SpecException if it belongs to none, and so to the whole machine
     */
    public Scope scope() {
        if (key.startsWith("net.")) {
            return Scope.NETWORK;
        }
        if (key.startsWith("fs.mqueue.") || IPC_KEYS.contains(key)) {
            return Scope.IPC;
        }
        if (key.equals(DOMAIN)) {
            return Scope.UTS;
        }
        String near = DidYouMean.nearest(key, IPC_KEYS)
                .map(word -> "; did you mean '" + word + "'?")
                .orElse("; allowed are " + String.join("*, ", PREFIXES) + "*, " + String.join(", ", IPC_KEYS) + ", "
                        + DOMAIN);
        throw SpecException.not(FIELD, key, "a parameter of a container's own, but the whole machine's" + near);
    }

    /**
     * Refuses the parameter where its namespace is not the container's own.
     *
     * @param ownIpc     whether the container has an IPC namespace of its own
     * @param ownNetwork whether it has a network namespace of its own
     * @param ownUts     whether it has a UTS namespace of its own
     * @throws SpecException if the parameter would change what others use
     */
    public void check(boolean ownIpc, boolean ownNetwork, boolean ownUts) {
        Scope scope = scope();
        boolean own = switch (scope) {
            case IPC -> ownIpc;
            case NETWORK -> ownNetwork;
            case UTS -> ownUts;
        };
        if (!own) {
            throw SpecException.not(FIELD, key, "allowed here: " + scope.flag + " shares that namespace with others");
        }
    }
}
