package dev.alcove.cli;

import dev.alcove.spec.DidYouMean;
import dev.alcove.spec.SpecException;
import java.util.Map;

/** {@code --format} of the lists: {@code {{.Name}}} stands for a field, as docker has it. */
final class FieldTemplate {
    private FieldTemplate() {}

    /**
     * The template with its fields filled in.
     *
     * @param command for the refusal of a field that is not there
     */
    static String fill(String command, String template, Map<String, String> fields) {
        StringBuilder out = new StringBuilder();
        int from = 0;
        for (int at = template.indexOf("{{"); at >= 0; at = template.indexOf("{{", from)) {
            int end = template.indexOf("}}", at);
            String inner = end < 0 ? "" : template.substring(at + 2, end).strip();
            String value = inner.startsWith(".") ? fields.get(inner.substring(1)) : null;
            if (value == null) {
                String hint = DidYouMean.nearest(inner.startsWith(".") ? inner.substring(1) : inner, fields.keySet())
                        .map(f -> "; did you mean '{{." + f + "}}'?")
                        .orElse("; there are " + String.join(", ", fields.keySet()));
                throw new UsageException(command, "--format: " + SpecException.quote(inner) + " is not a field" + hint);
            }
            out.append(template, from, at).append(value);
            from = end + 2;
        }
        return out.append(template, from, template.length()).toString();
    }

    /** One JSON object on one line. */
    static String json(Map<String, String> fields) {
        return NamespaceJson.of(out -> {
                    out.beginObject();
                    for (Map.Entry<String, String> field : fields.entrySet()) {
                        out.name(field.getKey());
                        out.value(field.getValue());
                    }
                    out.endObject();
                })
                .strip();
    }
}
