package dev.alcove.it;

/**
 * What a command said.
 *
 * @param status its exit status
 * @param text   its output and its errors, as they came, without the last line end
 */
record Said(int status, String text) {}
