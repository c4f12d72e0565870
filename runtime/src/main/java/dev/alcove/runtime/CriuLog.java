package dev.alcove.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What criu says of a failure, which it writes into a file of its own. */
final class CriuLog {
    private static final int MOST_LINES = 6;
    private static final String NO_CRIU =
            "criu check says what this kernel lacks; the line of the log that says Error names what it cannot take";

    private CriuLog() {}

    /** A failure that criu answers with. */
    static ContainerException failed(long type, long errno, String message, Path log) {
        return error(
                "criu failed: type " + name(type) + " errno " + errno + (message.isEmpty() ? "" : ": " + message), log);
    }

    /** An end without an answer. */
    static ContainerException ended(String how, Path log) {
        return error("criu failed: it " + how + " without an answer", log);
    }

    private static ContainerException error(String what, Path log) {
        List<String> lines = errors(text(log));
        StringBuilder text = new StringBuilder(what);
        for (String line : lines) {
            text.append("\n  criu: ").append(line);
        }
        text.append("\n  log file: ").append(log);
        text.append("\n  likely cause: ").append(NO_CRIU);
        text.append(
                "\n  mend: try criu check; a newer criu, another kernel, or the flag that allows what criu refuses");
        return new ContainerException(ContainerException.Kind.INTERNAL, text.toString());
    }

    private static String text(Path log) {
        try {
            return Files.readString(log, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    /** The last lines that say Error; without any the last lines. */
    static List<String> errors(String log) {
        List<String> all = log.lines().filter(line -> !line.isBlank()).toList();
        List<String> errors = new ArrayList<>();
        for (String line : all) {
            if (line.contains("Error")) {
                errors.add(line);
            }
        }
        List<String> from = errors.isEmpty() ? all : errors;
        return from.subList(Math.max(0, from.size() - MOST_LINES), from.size());
    }

    /** {@code criu_req_type}. */
    private static String name(long type) {
        return switch ((int) type) {
            case CriuPlan.DUMP -> "DUMP";
            case CriuPlan.RESTORE -> "RESTORE";
            case CriuPlan.PRE_DUMP -> "PRE_DUMP";
            case CriuPlan.NOTIFY -> "NOTIFY";
            default -> Long.toString(type);
        };
    }
}
