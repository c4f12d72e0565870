package dev.alcove.bench;

import dev.alcove.linux.Usage;

/** Processor time of this JVM, its compiler and collector included, and of all its children that have ended. */
final class Cpu {
    private Cpu() {}

    /** Nanoseconds since the start. */
    static long used() {
        Usage own = Usage.ofProcess();
        Usage children = Usage.ofChildren();
        return own.user()
                .plus(own.system())
                .plus(children.user())
                .plus(children.system())
                .toNanos();
    }
}
