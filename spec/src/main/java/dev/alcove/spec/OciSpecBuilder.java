package dev.alcove.spec;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes an {@link OciSpec} step by step. Not for several threads. */
public final class OciSpecBuilder {
    private String ociVersion = "";
    private @Nullable OciProcess process;
    private @Nullable OciRoot root;
    private String hostname = "";
    private String domainname = "";
    private List<OciMount> mounts = List.of();
    private @Nullable OciHooks hooks;
    private Map<String, String> annotations = Map.of();
    private @Nullable OciLinux linux;

    OciSpecBuilder() {}

    OciSpecBuilder(OciSpec from) {
        ociVersion = from.ociVersion();
        process = from.process();
        root = from.root();
        hostname = from.hostname();
        domainname = from.domainname();
        mounts = from.mounts();
        hooks = from.hooks();
        annotations = from.annotations();
        linux = from.linux();
    }

    /** The version of the specification the document follows, as {@code 1.3.0}. */
    public OciSpecBuilder ociVersion(String value) {
        ociVersion = value;
        return this;
    }

    /** The process; absent for a container that is only made. */
    public OciSpecBuilder process(@Nullable OciProcess value) {
        process = value;
        return this;
    }

    /** The root file system. */
    public OciSpecBuilder root(@Nullable OciRoot value) {
        root = value;
        return this;
    }

    /** The host name seen inside; empty: unchanged. */
    public OciSpecBuilder hostname(String value) {
        hostname = value;
        return this;
    }

    /** The NIS domain name seen inside; empty: unchanged. */
    public OciSpecBuilder domainname(String value) {
        domainname = value;
        return this;
    }

    /** The mounts, in the order they are made. */
    public OciSpecBuilder mounts(List<OciMount> value) {
        mounts = value;
        return this;
    }

    /** Commands run at points of the life cycle. */
    public OciSpecBuilder hooks(@Nullable OciHooks value) {
        hooks = value;
        return this;
    }

    /** Anything, for whoever reads it. */
    public OciSpecBuilder annotations(Map<String, String> value) {
        annotations = value;
        return this;
    }

    /** What only Linux has. */
    public OciSpecBuilder linux(@Nullable OciLinux value) {
        linux = value;
        return this;
    }

    /**
     * The finished record.
     *
     * @throws SpecException if a number is out of its range
     */
    public OciSpec build() {
        return new OciSpec(ociVersion, process, root, hostname, domainname, mounts, hooks, annotations, linux);
    }
}
