package dev.alcove.linux;

import dev.alcove.linux.SeccompArguments.Alternative;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rules of a policy sorted by the call's number on one convention.
 *
 * <p>On 32-bit x86 the socket and System V calls exist twice: with a number of their own (Linux 4.3), and as
 * socketcall(2) and ipc(2), which take the call's own number as their first argument. A rule for such a call becomes
 * one of each kind. In the second its conditions stay, though they now look at socketcall's arguments, except that on
 * the first argument: the same as libseccomp makes of it.
 */
final class SeccompCalls {
    private static final int SOCKETCALL = 102;
    private static final int IPC = 117;
    /** __ARM_NR_BASE: the private calls of Arm lie far above all others. */
    private static final int ARM_PRIVATE = 0x0f0000;

    private final SeccompArch arch;
    private final SyscallTable table;
    private final int defaultValue;
    private final Map<Integer, Call> calls = new TreeMap<>();
    private int newest;

    SeccompCalls(SeccompArch arch, SyscallTable table, SeccompPolicy policy) {
        this.arch = arch;
        this.table = table;
        this.defaultValue = policy.defaultOutcome().value();
        for (SeccompRule rule : policy.rules()) {
            for (String name : rule.names()) {
                add(name, rule);
            }
        }
    }

    /** The rules of one call: either one that always holds, or alternatives. */
    static final class Call {
        private final List<Alternative> alternatives = new ArrayList<>(2);
        private boolean always;
        private int value;

        boolean always() {
            return always;
        }

        int value() {
            return value;
        }

        List<Alternative> alternatives() {
            return alternatives;
        }

        private void add(Alternative alternative) {
            if (always) {
                return;
            }
            if (alternative.conditions().isEmpty()) {
                always = true;
                value = alternative.value();
                alternatives.clear();
                return;
            }
            for (Alternative other : alternatives) {
                if (other.same(alternative)) {
                    return;
                }
            }
            alternatives.add(alternative);
        }
    }

    /** The calls with rules, by ascending number. */
    Map<Integer, Call> calls() {
        return calls;
    }

    /** The highest number that a rule names, without x32's bit; Arm's private calls do not count. 0 if there is none. */
    int newest() {
        return newest;
    }

    private void add(String name, SeccompRule rule) {
        int number = table.find(name, arch);
        if (number >= 0) {
            int plain = number - arch.bit();
            if (plain < ARM_PRIVATE) {
                newest = Math.max(newest, plain);
            }
            put(number, rule, -1);
        }
        int sub = arch == SeccompArch.X86 ? socketcall(name) : -1;
        if (sub >= 0) {
            put(SOCKETCALL, rule, sub);
        }
        sub = arch == SeccompArch.X86 ? ipc(name) : -1;
        if (sub >= 0) {
            put(IPC, rule, sub);
        }
    }

    private void put(int number, SeccompRule rule, int sub) {
        int value = rule.outcome().value();
        if (value == defaultValue) {
            return;
        }
        Call call = calls.get(number);
        if (call == null) {
            call = new Call();
            calls.put(number, call);
        }
        if (repeatsArgument(rule)) {
            for (SeccompArgument argument : rule.arguments()) {
                call.add(alternative(List.of(argument), value, sub));
            }
        } else {
            call.add(alternative(rule.arguments(), value, sub));
        }
    }

    private static boolean repeatsArgument(SeccompRule rule) {
        int seen = 0;
        for (SeccompArgument argument : rule.arguments()) {
            int bit = 1 << argument.index();
            if ((seen & bit) != 0) {
                return true;
            }
            seen |= bit;
        }
        return false;
    }

    private Alternative alternative(List<SeccompArgument> arguments, int value, int sub) {
        List<SeccompArgument> conditions = new ArrayList<>(arguments.size() + 1);
        if (sub >= 0) {
            conditions.add(new SeccompArgument(0, SeccompOperator.EQ, sub));
        }
        for (SeccompArgument argument : arguments) {
            if (sub < 0 || argument.index() != 0) {
                conditions.add(arch.wide() ? argument : argument.narrow());
            }
        }
        return new Alternative(conditions, value);
    }

    /** SYS_* of linux/net.h. */
    private static int socketcall(String name) {
        return switch (name) {
            case "socket" -> 1;
            case "bind" -> 2;
            case "connect" -> 3;
            case "listen" -> 4;
            case "accept" -> 5;
            case "getsockname" -> 6;
            case "getpeername" -> 7;
            case "socketpair" -> 8;
            case "send" -> 9;
            case "recv" -> 10;
            case "sendto" -> 11;
            case "recvfrom" -> 12;
            case "shutdown" -> 13;
            case "setsockopt" -> 14;
            case "getsockopt" -> 15;
            case "sendmsg" -> 16;
            case "recvmsg" -> 17;
            case "accept4" -> 18;
            case "recvmmsg" -> 19;
            case "sendmmsg" -> 20;
            default -> -1;
        };
    }

    /** SEMOP and the others of linux/ipc.h. */
    private static int ipc(String name) {
        return switch (name) {
            case "semop" -> 1;
            case "semget" -> 2;
            case "semctl" -> 3;
            case "semtimedop" -> 4;
            case "msgsnd" -> 11;
            case "msgrcv" -> 12;
            case "msgget" -> 13;
            case "msgctl" -> 14;
            case "shmat" -> 21;
            case "shmdt" -> 22;
            case "shmget" -> 23;
            case "shmctl" -> 24;
            default -> -1;
        };
    }
}
