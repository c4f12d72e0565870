package dev.alcove.cli;

import java.time.Duration;
import java.time.Instant;

/** About how long, in docker's words: {@code About a minute}, {@code 3 hours}. */
final class HumanTime {
    private HumanTime() {}

    static String between(Instant from, Instant to) {
        long seconds = Math.max(0, Duration.between(from, to).toSeconds());
        long minutes = seconds / 60;
        long hours = (minutes + 30) / 60;
        long days = hours / 24;
        if (seconds < 1) {
            return "Less than a second";
        }
        if (seconds < 60) {
            return seconds == 1 ? "1 second" : seconds + " seconds";
        }
        if (minutes < 60) {
            return minutes == 1 ? "About a minute" : minutes + " minutes";
        }
        if (hours < 48) {
            return hours == 1 ? "About an hour" : hours + " hours";
        }
        if (days < 14) {
            return days + " days";
        }
        if (days < 60) {
            return days / 7 + " weeks";
        }
        return days < 730 ? days / 30 + " months" : days / 365 + " years";
    }
}
