/** The namespaces there are: what each is made of, what it shares, what keeps it alive. */
module dev.alcove.lens {
    requires static org.jspecify;
    requires transitive dev.alcove.linux;
    requires transitive dev.alcove.runtime;

    exports dev.alcove.lens;
}
