/** OCI runtime data as records, and the values people write. No I/O. */
module dev.alcove.spec {
    requires static org.jspecify;
    requires io.avaje.jsonb;

    exports dev.alcove.spec;

    provides io.avaje.jsonb.spi.JsonbExtension with
            dev.alcove.spec.jsonb.GeneratedJsonComponent;
}
