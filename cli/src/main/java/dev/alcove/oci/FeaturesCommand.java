package dev.alcove.oci;

import dev.alcove.runtime.Features;
import java.util.List;

/** {@code features}: the specification's features.md as JSON, in runc's layout. */
final class FeaturesCommand {
    private static final List<String> HOOKS =
            List.of("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop");

    private FeaturesCommand() {}

    static int run(OciContext context, OciArguments arguments) {
        JsonText json = new JsonText("    ").begin('{');
        json.name("ociVersionMin").value("1.0.0");
        json.name("ociVersionMax").value(OciCommands.SPEC_VERSION);
        json.name("hooks").values(HOOKS);
        json.name("mountOptions").values(Features.mountOptions());
        json.name("linux").begin('{');
        linux(json);
        json.end('}');
        json.name("annotations").begin('{');
        json.name("dev.alcove.oci.version").value(OciCommands.number()).end('}');
        context.out().print(json.end('}') + "\n");
        return 0;
    }

    private static void linux(JsonText json) {
        json.name("namespaces").values(Features.namespaces());
        json.name("capabilities").values(Features.capabilities());
        json.name("cgroup").begin('{');
        json.name("v1").value(Features.acts("cgroup.v1"));
        json.name("v2").value(Features.acts("cgroup.v2"));
        json.name("systemd").value(Features.acts("cgroup.systemd"));
        json.name("systemdUser").value(Features.acts("cgroup.systemdUser"));
        json.name("rdma").value(Features.acts("cgroup.rdma")).end('}');
        json.name("seccomp").begin('{');
        json.name("enabled").value(Features.acts("seccomp"));
        json.name("actions").values(Features.seccompActions());
        json.name("operators").values(Features.seccompOperators());
        json.name("archs").values(Features.seccompArchs());
        json.name("knownFlags").values(Features.seccompFlags());
        json.name("supportedFlags").values(Features.seccompFlags()).end('}');
        enabled(json, "apparmor", Features.acts("apparmor"));
        enabled(json, "selinux", Features.acts("selinux"));
        boolean shares = Features.acts("intelRdt");
        json.name("intelRdt").begin('{').name("enabled").value(shares);
        json.name("schemata").value(shares).name("monitoring").value(shares).end('}');
        json.name("memoryPolicy").begin('{').name("modes").values(Features.memoryPolicyModes());
        json.name("flags").values(Features.memoryPolicyFlags()).end('}');
        json.name("mountExtensions").begin('{');
        enabled(json, "idmap", Features.isMountOption("idmap"));
        json.end('}');
        enabled(json, "netDevices", Features.acts("netDevices"));
    }

    private static void enabled(JsonText json, String name, boolean acts) {
        json.name(name).begin('{').name("enabled").value(acts).end('}');
    }
}
