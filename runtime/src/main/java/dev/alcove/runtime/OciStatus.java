package dev.alcove.runtime;

/** Where a container is in its life: runtime.md of the OCI runtime specification, and runc's {@code paused}. */
public enum OciStatus {
    /** It is being made, or whoever made it died over it. */
    CREATING,
    /** It is made, and its program waits for start. */
    CREATED,
    /** Its program runs. */
    RUNNING,
    /** Its processes are frozen. */
    PAUSED,
    /** Its first process has ended. */
    STOPPED;

    /** As {@code state} prints it. */
    public String word() {
        return switch (this) {
            case CREATING -> "creating";
            case CREATED -> "created";
            case RUNNING -> "running";
            case PAUSED -> "paused";
            case STOPPED -> "stopped";
        };
    }
}
