package dev.alcove.examples;

import dev.alcove.linux.Kernel;
import dev.alcove.linux.Namespace;
import dev.alcove.linux.NamespaceKind;

/** The kernel's interface alone, module {@code dev.alcove.linux}: which namespaces this process is in. */
public final class Namespaces {
    private Namespaces() {}

    /** Prints the kind and the inode number of each, as {@code ls -l /proc/self/ns} shows them. */
    public static void main(String[] arguments) {
        // @start region="namespaces"
        for (NamespaceKind kind : NamespaceKind.values()) {
            Namespace.identity(kind, Kernel.pid())
                    .ifPresent(inode -> System.out.println(kind.fileName() + " " + inode.number()));
        }
        // @end
    }
}
