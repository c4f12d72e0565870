package dev.alcove.network;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** How many things may go on at a time: in all, and for each of those who ask, so that one cannot keep out the others. */
final class Turns {
    private final int all;
    private final int each;
    private final Map<InetAddress, Integer> taken = new HashMap<>();
    private int sum;

    Turns(int all, int each) {
        this.all = all;
        this.each = each;
    }

    /** Takes one, if there is one left; it is to be given back. */
    synchronized boolean take(InetAddress who) {
        int has = taken.getOrDefault(who, 0);
        if (sum >= all || has >= each) {
            return false;
        }
        taken.put(who, has + 1);
        sum++;
        return true;
    }

    synchronized void giveBack(InetAddress who) {
        sum--;
        taken.computeIfPresent(who, (w, has) -> has == 1 ? null : has - 1);
    }
}
