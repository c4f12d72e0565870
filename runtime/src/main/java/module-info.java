/** Containers: planned in Java, carried out by a small interpreter of system calls. */
module dev.alcove.runtime {
    requires static org.jspecify;
    requires io.avaje.json;
    requires transitive dev.alcove.linux;
    requires transitive dev.alcove.spec;

    exports dev.alcove.runtime;
}
