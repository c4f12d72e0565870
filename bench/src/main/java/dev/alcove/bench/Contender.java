package dev.alcove.bench;

import java.io.IOException;
import java.util.List;

/** Something that starts a container and waits for its end, again and again. */
interface Contender extends AutoCloseable {
    /** What it is, as the table shows it. */
    String name();

    /** How many starts one round has: what is slow is measured less often. */
    int perRound();

    /**
     * Some starts, one after the other.
     *
     * @return for each what it took
     */
    List<Sample> run(int count) throws IOException;

    @Override
    void close();

    /**
     * One start to its end.
     *
     * @param wall nanoseconds
     * @param cpu  nanoseconds of everything: whoever starts it, all that is started, and what is ours besides
     */
    record Sample(long wall, long cpu) {}
}
