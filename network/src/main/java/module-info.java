/** Networks of containers: bridges, addresses, ports, names, firewall. */
module dev.alcove.network {
    requires static org.jspecify;
    requires transitive dev.alcove.linux;
    requires transitive dev.alcove.spec;
    requires io.avaje.jsonb;
    requires org.dnsjava;

    exports dev.alcove.network;

    provides io.avaje.jsonb.spi.JsonbExtension with
            dev.alcove.network.stored.jsonb.GeneratedJsonComponent;
}
