package dev.alcove.runtime;

import dev.alcove.linux.SeccompFilter;

/** Which system calls a container may make. */
public sealed interface SeccompChoice {
    /** docker's default policy. */
    record Standard() implements SeccompChoice {}

    /** All of them. */
    record Unconfined() implements SeccompChoice {}

    /**
     * A profile in docker's or the OCI specification's form.
     *
     * @param json the profile
     */
    record Profile(String json) implements SeccompChoice {}

    /**
     * A filter that the caller compiled.
     *
     * @param filter the filter
     */
    record Compiled(SeccompFilter filter) implements SeccompChoice {}

    /** docker's default policy. */
    static SeccompChoice standard() {
        return new Standard();
    }

    /** No filter: every system call the capabilities allow. */
    static SeccompChoice unconfined() {
        return new Unconfined();
    }

    /** A profile of the caller's. */
    static SeccompChoice profile(String json) {
        return new Profile(json);
    }

    /** A filter of the caller's. */
    static SeccompChoice filter(SeccompFilter filter) {
        return new Compiled(filter);
    }
}
