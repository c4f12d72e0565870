package dev.alcove.network;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The containers there are, read when somebody looks: a start that does not need the others does not pay for them. Under
 * the lock, and for as long as it is held.
 */
final class Present extends AbstractList<Endpoint> {
    private final StateFolder folder;
    private @Nullable List<Endpoint> read;

    Present(StateFolder folder) {
        this.folder = folder;
    }

    private List<Endpoint> all() {
        List<Endpoint> known = read;
        if (known == null) {
            known = new ArrayList<>();
            for (String container : folder.containers()) {
                folder.endpoint(container).ifPresent(known::add);
            }
            read = known;
        }
        return known;
    }

    @Override
    public Endpoint get(int index) {
        return all().get(index);
    }

    @Override
    public int size() {
        return all().size();
    }
}
