package dev.alcove.runtime;

import java.util.concurrent.ThreadLocalRandom;

/** Names for containers that were given none: a quality and a room. */
final class RandomName {
    private static final String[] QUALITIES = {
        "airy", "bright", "calm", "cool", "cosy", "deep", "dim", "dry", "early", "far", "fresh", "green", "high",
        "hushed", "inner", "keen", "lit", "lone", "mild", "neat", "oaken", "open", "plain", "quiet", "round", "sealed",
        "small", "snug", "still", "sunny", "tidy", "vast", "warm", "wide"
    };
    private static final String[] ROOMS = {
        "alcove", "attic", "atrium", "bay", "booth", "cabin", "cell", "cellar", "chamber", "closet", "den", "dome",
        "foyer", "gallery", "garret", "hall", "hut", "lobby", "loft", "lounge", "nook", "pantry", "parlour", "porch",
        "study", "suite", "tower", "vault", "veranda", "workshop"
    };

    private RandomName() {}

    static String next() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return QUALITIES[random.nextInt(QUALITIES.length)] + "_" + ROOMS[random.nextInt(ROOMS.length)] + "_"
                + random.nextInt(100, 1000);
    }
}
