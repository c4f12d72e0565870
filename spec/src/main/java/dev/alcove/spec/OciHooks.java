package dev.alcove.spec;

import io.avaje.jsonb.Json;
import java.util.List;

/**
 * Commands run at points of a container's life; {@code hooks}.
 *
 * @param prestart before the program, in the runtime's namespaces; deprecated by the specification, still called
 * @param createRuntime namespaces made, root not yet changed; in the runtime's namespaces
 * @param createContainer namespaces made, root not yet changed; in the container's namespaces
 * @param startContainer right before the program, inside
 * @param poststart right after the program started; in the runtime's namespaces
 * @param poststop after the container was deleted; in the runtime's namespaces
 */
@Json
public record OciHooks(
        List<OciHook> prestart,
        List<OciHook> createRuntime,
        List<OciHook> createContainer,
        List<OciHook> startContainer,
        List<OciHook> poststart,
        List<OciHook> poststop) {
    /** Makes what is absent empty, copies collections, and refuses numbers out of their range. */
    public OciHooks {
        prestart = Fields.list("prestart", prestart);
        createRuntime = Fields.list("createRuntime", createRuntime);
        createContainer = Fields.list("createContainer", createContainer);
        startContainer = Fields.list("startContainer", startContainer);
        poststart = Fields.list("poststart", poststart);
        poststop = Fields.list("poststop", poststop);
    }
}
