package dev.alcove.network;

import dev.alcove.linux.Fd;
import dev.alcove.linux.FileIo;
import dev.alcove.linux.Open;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;

/** A shared resolv.conf, whose servers change in place when one of ours comes or goes, see {@link InPlace}. */
final class ResolvFile {
    private static final int LARGEST = 1 << 20;
    private static final int SIZE = InPlace.SMALLEST;
    private static final String HEADING = InPlace.slot("# kept by alcove: lines come and go in place", SIZE);

    private ResolvFile() {}

    /** The text of a file. */
    static String text(ResolvConf conf, List<InetAddress> answering) {
        var text = new StringBuilder(HEADING);
        for (String line : conf.slots(answering)) {
            text.append(line.isEmpty() ? InPlace.empty(SIZE) : InPlace.slot(line, SIZE));
        }
        return text.append(conf.rest()).toString();
    }

    /**
     * Makes a file this, or writes it anew where more than its servers' coming or going is new.
     *
     * @param answering the addresses of a server of ours; empty if none answers
     */
    static void become(Path path, ResolvConf conf, List<InetAddress> answering) {
        String wanted = text(conf, answering);
        try (Fd file = Open.readWrite().create(0644).noFollow().at(path)) {
            String now = InPlace.text(FileIo.readAll(file, LARGEST));
            if (now.equals(wanted)) {
                return;
            }
            List<String> lines = conf.slots(answering);
            boolean onlySlots = isBetween(now, wanted, HEADING.length(), lines.size());
            if (!onlySlots) {
                FileIo.permissions(file, 0644);
                InPlace.rewrite(file, wanted, now.length());
                return;
            }
            // What is new before what is old goes: at no moment is there no server.
            for (int i = 0; i < lines.size(); i++) {
                int at = HEADING.length() + i * SIZE;
                if (!lines.get(i).isEmpty() && !now.startsWith(InPlace.slot(lines.get(i), SIZE), at)) {
                    InPlace.fill(file, at, lines.get(i), SIZE);
                }
            }
            for (int i = 0; i < lines.size(); i++) {
                int at = HEADING.length() + i * SIZE;
                if (lines.get(i).isEmpty() && !now.startsWith(InPlace.empty(SIZE), at)) {
                    InPlace.clear(file, at, SIZE);
                }
            }
        }
    }

    /** Whether two texts differ in slots alone, and one of the two has nothing in each slot that differs. */
    private static boolean isBetween(String now, String wanted, int from, int slots) {
        int to = from + slots * SIZE;
        if (now.length() != wanted.length()
                || now.length() < to
                || !now.startsWith(wanted.substring(0, from))
                || !now.startsWith(wanted.substring(to), to)) {
            return false;
        }
        for (int at = from; at < to; at += SIZE) {
            boolean same = now.startsWith(wanted.substring(at, at + SIZE), at);
            if (!same && now.charAt(at) != '#' && wanted.charAt(at) != '#') {
                return false;
            }
        }
        return true;
    }
}
