/** The command {@code alcove}. */
module dev.alcove.cli {
    requires static org.jspecify;
    requires dev.alcove.lens;
    requires dev.alcove.network;
    requires dev.alcove.runtime;
    requires io.avaje.json;
    requires org.apache.commons.cli;
    requires jdk.unsupported;
}
