package dev.alcove.examples;

import dev.alcove.spec.Bytes;
import dev.alcove.spec.OciJson;
import dev.alcove.spec.OciSpec;
import dev.alcove.spec.SpecException;
import dev.alcove.spec.VolumeSpec;
import java.nio.charset.StandardCharsets;

/** Data alone, module {@code dev.alcove.spec}: a configuration, and values as people write them. */
public final class Values {
    private Values() {}

    /** Reads a configuration and three values, one of which is refused. */
    public static void main(String[] arguments) {
        byte[] document = "{\"ociVersion\": \"1.3.0\", \"hostname\": \"web\"}".getBytes(StandardCharsets.UTF_8);
        // @start region="values"
        OciSpec spec = OciJson.read(document, OciSpec.class);
        System.out.println(spec.hostname());
        System.out.println(Bytes.parse("--memory", "1.5g").value());
        System.out.println(VolumeSpec.parse("/srv/data:/mnt:ro"));
        try {
            Bytes.parse("--memory", "lots");
        } catch (SpecException e) {
            System.out.println(e.getMessage());
        }
        // @end
    }
}
