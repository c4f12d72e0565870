package dev.alcove.linux;

/** What the kernel does with a call, seccomp(2) "SECCOMP_RET_*". */
public enum SeccompAction {
    /** End the whole process as if by SIGSYS, with a core dump. */
    KILL_PROCESS(0x80000000),
    /** End the calling thread as if by SIGSYS. */
    KILL_THREAD(0),
    /** Send the thread SIGSYS instead of making the call. */
    TRAP(0x00030000),
    /** Fail the call with an errno. */
    ERRNO(0x00050000),
    /** Ask a supervisor through the filter's listener. */
    NOTIFY(0x7fc00000),
    /** Tell the tracer, which gets a number with it; without a tracer the call fails with ENOSYS. */
    TRACE(0x7ff00000),
    /** Make the call and log it. */
    LOG(0x7ffc0000),
    /** Make the call. */
    ALLOW(0x7fff0000);

    private final int value;

    SeccompAction(int value) {
        this.value = value;
    }

    /** SECCOMP_RET_* of linux/seccomp.h, without data. */
    int value() {
        return value;
    }

    /** Whether the action carries a number: an errno for ERRNO, a message for TRACE. */
    public boolean takesErrno() {
        return this == ERRNO || this == TRACE;
    }

    /** Whether the call is made, or may be, whatever its number: libseccomp's and runc's notion of a permissive default. */
    boolean permits() {
        return this == ALLOW || this == LOG || this == TRACE;
    }

    /** The action of a value a filter returned. */
    static SeccompAction of(int returned) {
        for (SeccompAction action : values()) {
            if (action.value == (returned & 0xffff0000)) {
                return action;
            }
        }
        return KILL_PROCESS;
    }
}
