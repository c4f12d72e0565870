package dev.alcove.linux;

/**
 * An address that an interface has.
 *
 * @param link      the interface's index
 * @param address   the address with its prefix
 * @param tentative whether IPv6 is still finding out if someone else has it, so that it cannot be used yet
 */
public record LinkAddress(int link, Cidr address, boolean tentative) {}
