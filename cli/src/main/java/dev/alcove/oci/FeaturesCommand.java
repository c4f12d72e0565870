package dev.alcove.oci;

/** placeholder */
final class FeaturesCommand {
    private FeaturesCommand() {}

    static int run(OciContext context, OciArguments arguments) {
        return 0;
    }
}
