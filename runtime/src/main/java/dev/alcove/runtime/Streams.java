package dev.alcove.runtime;

import dev.alcove.linux.Fd;
import dev.alcove.linux.Open;
import dev.alcove.linux.Pipe;
import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The standard input, output and error of a process that is being started: the ends that it gets, and of pipes the ends
 * that stay with us. Closing closes what is only needed for the start.
 */
final class Streams implements AutoCloseable {
    private static final Path NOTHING = Path.of("/dev/null");
    private static final int FILE_MODE = 0666;
    private static final int LOG_MODE = 0600;

    private final List<Fd> theirs = new ArrayList<>(3);
    private final List<Fd> opened = new ArrayList<>(3);
    private final @Nullable Fd[] ours = new @Nullable Fd[3];

    private Streams() {}

    /** Opens what was chosen. If that fails, nothing stays open. */
    static Streams open(StreamChoice choice) {
        Streams s = new Streams();
        boolean done = false;
        try {
            s.fill(choice);
            done = true;
            return s;
        } finally {
            if (!done) {
                s.abandon();
            }
        }
    }

    private void fill(StreamChoice choice) {
        if (choice.log().isPresent()) {
            Fd nothing = keep(Open.readWrite().at(NOTHING));
            Fd file =
                    keep(Open.write().create(LOG_MODE).append().at(choice.log().get()));
            theirs.addAll(List.of(nothing, file, file));
        } else if (!choice.given().isEmpty()) {
            theirs.addAll(choice.given());
        } else if (choice.terminal() && !choice.in().equals(Redirect.INHERIT)) {
            Fd nothing = keep(Open.readWrite().at(NOTHING));
            theirs.addAll(List.of(nothing, nothing, nothing));
        } else {
            theirs.add(one(0, choice.in()));
            theirs.add(one(1, choice.out()));
            theirs.add(choice.merged() ? theirs.get(1) : one(2, choice.err()));
        }
    }

    private Fd keep(Fd fd) {
        opened.add(fd);
        return fd;
    }

    private Fd one(int number, Redirect redirect) {
        File file = redirect.file();
        return switch (redirect.type()) {
            case PIPE -> {
                Pipe pipe = Pipe.open();
                ours[number] = number == 0 ? pipe.writer() : pipe.reader();
                yield keep(number == 0 ? pipe.reader() : pipe.writer());
            }
            case INHERIT -> Fd.standard(number);
            case READ -> keep(Open.read().at(path(file)));
            case WRITE -> keep(Open.write().create(FILE_MODE).truncate().at(path(file)));
            case APPEND -> keep(Open.write().create(FILE_MODE).append().at(path(file)));
        };
    }

    private static Path path(@Nullable File file) {
        return Objects.requireNonNull(file, "a file's redirect has one").toPath();
    }

    Fd in() {
        return theirs.get(0);
    }

    Fd out() {
        return theirs.get(1);
    }

    Fd err() {
        return theirs.get(2);
    }

    /** Our end of a pipe, or null where there is none. */
    @Nullable
    Fd ours(int number) {
        return ours[number];
    }

    /** After a start that failed: our ends too. */
    void abandon() {
        close();
        for (Fd fd : ours) {
            if (fd != null) {
                fd.close();
            }
        }
    }

    @Override
    public void close() {
        opened.forEach(Fd::close);
    }
}
