/** The kernel's interface in Java: typed, without policy. The only module that uses native access. */
module dev.alcove.linux {
    requires static org.jspecify;

    exports dev.alcove.linux;
}
