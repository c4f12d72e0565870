package dev.alcove.network;

/** Told before each act that changes something, so that a test can end the process right there. */
interface Steps {
    /** Nobody is told. */
    Steps NONE = what -> {};

    /** What comes next. */
    void before(String what);
}
