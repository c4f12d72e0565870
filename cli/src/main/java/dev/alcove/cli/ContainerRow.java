package dev.alcove.cli;

import dev.alcove.runtime.StoredContainer;
import dev.alcove.spec.SpecException;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code ps} says of one container, in docker's words. */
record ContainerRow(
        String id,
        String image,
        String command,
        String created,
        String status,
        String ports,
        String name,
        String state,
        String at) {
    private static final int SHORT_ID = 12;
    private static final int SHORT_COMMAND = 20;

    static ContainerRow of(StoredContainer c, String ports, Instant now, boolean full) {
        String command = String.join(" ", c.command());
        String shown =
                full || command.length() <= SHORT_COMMAND ? command : command.substring(0, SHORT_COMMAND - 1) + "…";
        String age = HumanTime.between(c.created(), now);
        StoredContainer.Status status = c.status();
        String text = switch (status) {
            case CREATED -> "Created";
            case RUNNING -> "Up " + age;
            case EXITED -> "Exited (" + c.exit().orElse(137) + ") " + ended(c, now);
        };
        return new ContainerRow(
                full ? c.id() : c.id().substring(0, Math.min(SHORT_ID, c.id().length())),
                c.image(),
                // On one line, whatever the command holds.
                '"' + SpecException.quote(shown).replace("'", "") + '"',
                age + " ago",
                text,
                ports,
                c.name(),
                status.name().toLowerCase(java.util.Locale.ROOT),
                c.created().toString());
    }

    private static String ended(StoredContainer c, Instant now) {
        try {
            return HumanTime.between(
                            Files.getLastModifiedTime(c.folder().resolve("exit"))
                                    .toInstant(),
                            now)
                    + " ago";
        } catch (IOException e) {
            return "just now";
        }
    }

    List<String> cells() {
        return List.of(id, image, command, created, status, ports, name);
    }

    private Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("Command", command);
        fields.put("CreatedAt", at);
        fields.put("ID", id);
        fields.put("Image", image);
        fields.put("Names", name);
        fields.put("Ports", ports);
        fields.put("RunningFor", created);
        fields.put("State", state);
        fields.put("Status", status);
        return fields;
    }

    /** One JSON object on one line, with docker's names. */
    String json() {
        return FieldTemplate.json(fields());
    }

    /** The template with its fields filled in: {@code {{.Names}}}. */
    String filled(String template) {
        return FieldTemplate.fill("ps", template, fields());
    }
}
