package dev.alcove.cli;

import dev.alcove.linux.Cidr;
import dev.alcove.network.Joined;
import dev.alcove.network.Router;
import dev.alcove.network.RouterRule;
import io.avaje.json.JsonWriter;

/** A router as JSON. */
final class RouterJson {
    private RouterJson() {}

    static void write(JsonWriter out, Router router) {
        out.beginObject();
        text(out, "Name", router.name());
        text(out, "Created", router.created().toString());
        text(out, "Namespace", router.namespace().toString());
        out.name("Nat");
        out.value(router.nat());
        out.name("Rules");
        out.beginArray();
        for (RouterRule rule : router.rules()) {
            out.value(rule.toString());
        }
        out.endArray();
        out.name("Networks");
        out.beginArray();
        for (Joined joined : router.attached()) {
            out.beginObject();
            text(out, "Name", joined.name());
            text(out, "Interface", joined.inside());
            text(out, "MacAddress", joined.mac().toString());
            out.name("Addresses");
            out.beginArray();
            for (Cidr address : joined.addresses()) {
                out.value(address.toString());
            }
            out.endArray();
            out.endObject();
        }
        out.endArray();
        out.endObject();
    }

    private static void text(JsonWriter out, String name, String value) {
        out.name(name);
        out.value(value);
    }
}
