/**
 * The kernel's interface in Java: typed, without policy.
 *
 * <p>Everything the rest of Alcove asks of the kernel goes through here: descriptors ({@link dev.alcove.linux.Fd}),
 * namespaces, mounts, capabilities, seccomp filters, netlink, cgroups, processes by pidfd, terminals, and readers of
 * {@code /proc}. A failed call is a {@link dev.alcove.linux.LinuxException} that names the call, the error and the
 * object. All of it passes one native gate, so the module needs {@code --enable-native-access=dev.alcove.linux}.
 *
 * {@snippet class="dev.alcove.examples.Namespaces" region="namespaces"}
 */
@org.jspecify.annotations.NullMarked
package dev.alcove.linux;
