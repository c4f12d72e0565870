package dev.alcove.oci;

/** placeholder */
final class SpecCommand {
    private SpecCommand() {}

    static int run(OciContext context, OciArguments arguments) {
        return 0;
    }
}
