package dev.alcove.linux;

/**
 * An action with the number it carries.
 *
 * @param action   what the kernel does
 * @param errnoRet the errno of ERRNO, the message of TRACE: 0 to 4095; 0 for every other action
 */
public record SeccompOutcome(SeccompAction action, int errnoRet) {
    /** EPERM, what ERRNO and TRACE carry if nothing is said. */
    private static final int EPERM = 1;

    /** Checked: a number in range, and none for an action that carries none. */
    public SeccompOutcome {
        if (errnoRet < 0 || errnoRet > 4095) {
            throw new IllegalArgumentException("errnoRet: " + errnoRet + " is not from 0 to 4095");
        }
        if (errnoRet != 0 && !action.takesErrno()) {
            throw new IllegalArgumentException("errnoRet: the action " + action + " carries no errno");
        }
    }

    /** An action, with EPERM where it carries a number. */
    public static SeccompOutcome of(SeccompAction action) {
        return new SeccompOutcome(action, action.takesErrno() ? EPERM : 0);
    }

    /** Fail with an errno. */
    public static SeccompOutcome errno(Errno errno) {
        return new SeccompOutcome(SeccompAction.ERRNO, errno.number());
    }

    /** What the filter returns. */
    int value() {
        return action.value() | errnoRet;
    }
}
