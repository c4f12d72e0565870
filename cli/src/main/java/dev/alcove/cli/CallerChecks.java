package dev.alcove.cli;

import dev.alcove.linux.Capability;
import dev.alcove.linux.Kernel;
import dev.alcove.linux.Proc;
import dev.alcove.linux.ProcStatus;
import dev.alcove.linux.SubIds;
import dev.alcove.linux.UserDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What this user may do, and which programs there are to help. */
final class CallerChecks {
    private CallerChecks() {}

    static void ordinaryUsers(List<Finding> findings) {
        Optional<ProcStatus> status = Proc.status(Kernel.pid());
        if (status.isEmpty()) {
            findings.add(Finding.missing("/proc", "does not show this process", "mount -t proc proc /proc"));
            return;
        }
        boolean privileged = status.get().capabilities().effective().contains(Capability.SYS_ADMIN);
        findings.add(Finding.ok(
                "this user",
                "id " + status.get().uids().get(1)
                        + (privileged ? ", with CAP_SYS_ADMIN" : ", without CAP_SYS_ADMIN: in user namespaces")));
        String what = "for ordinary users";
        if (is("/proc/sys/kernel/unprivileged_userns_clone", "0")) {
            findings.add(refused(
                    what, privileged, "kernel.unprivileged_userns_clone is 0", "kernel.unprivileged_userns_clone=1"));
        } else if (is("/proc/sys/user/max_user_namespaces", "0")) {
            findings.add(refused(what, privileged, "user.max_user_namespaces is 0", "user.max_user_namespaces=15000"));
        } else if (is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1")) {
            findings.add(refused(
                    what,
                    privileged,
                    "AppArmor restricts user namespaces",
                    "kernel.apparmor_restrict_unprivileged_userns=0"));
        } else {
            findings.add(Finding.ok(what, "user namespaces are allowed"));
        }
    }

    private static Finding refused(String what, boolean privileged, String here, String sysctl) {
        String mend = "as root: sysctl -w " + sysctl;
        return privileged ? Finding.partly(what, here, mend) : Finding.missing(what, here, mend);
    }

    private static boolean is(String file, String value) {
        Optional<String> line = MachineChecks.line(file);
        return line.isPresent() && line.get().equals(value);
    }

    static void ids(Shell shell, List<Finding> findings) {
        for (String program : new String[] {"newuidmap", "newgidmap"}) {
            findings.add(program(shell, program, "maps ranges of ids without root", "uidmap"));
        }
        Optional<ProcStatus> status = Proc.status(Kernel.pid());
        if (status.isEmpty()) {
            return;
        }
        long uid = status.get().uids().get(1);
        String name = userName(uid);
        long count =
                Math.min(SubIds.uids(name, uid).count(), SubIds.gids(name, uid).count());
        findings.add(
                count > 0
                        ? Finding.ok("ranges of ids", count + " in /etc/subuid and /etc/subgid")
                        : Finding.partly(
                                "ranges of ids",
                                "none for " + (name.isEmpty() ? "id " + uid : name),
                                "as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 "
                                        + (name.isEmpty() ? "USER" : name)));
    }

    private static String userName(long uid) {
        try {
            return UserDatabase.parse(Files.readString(Path.of("/etc/passwd")), "")
                    .user(uid)
                    .map(UserDatabase.User::name)
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    static void network(Shell shell, List<Finding> findings) {
        Path tun = Path.of("/dev/net/tun");
        String mend = "as root: modprobe tun, chmod 0666 /dev/net/tun; for networks without root";
        findings.add(
                !Files.exists(tun)
                        ? Finding.partly("/dev/net/tun", "not there", mend)
                        : Files.isWritable(tun)
                                ? Finding.ok("/dev/net/tun", "usable")
                                : Finding.partly("/dev/net/tun", "not for this user", mend));
        findings.add(program(shell, "nft", "ways out of networks, published ports", "nftables"));
        findings.add(program(shell, "pasta", "networks without root", "passt"));
        findings.add(program(shell, "slirp4netns", "the same where there is no pasta", "slirp4netns"));
    }

    /** Whether the host passes packets on: a network that needs it switches it on. */
    static void forwarding(List<Finding> findings) {
        String file = "/proc/sys/net/ipv4/ip_forward";
        Optional<String> value = MachineChecks.line(file);
        String on = "the first network with a way out switches it on";
        findings.add(
                value.isPresent() && value.get().equals("1")
                        ? Finding.ok("ip_forward", "on")
                        : value.isPresent() && Files.isWritable(Path.of(file))
                                ? Finding.ok("ip_forward", "off; " + on)
                                : Finding.partly("ip_forward", "off", "as root: sysctl -w net.ipv4.ip_forward=1"));
    }

    /** A program that alcove calls: what for, and which of Debian's packages has it. */
    private static Finding program(Shell shell, String name, String purpose, String debian) {
        String path = shell.variable("PATH");
        for (int from = 0; from <= path.length(); ) {
            int colon = path.indexOf(':', from);
            int to = colon < 0 ? path.length() : colon;
            Path file = Path.of(path.substring(from, to), name);
            if (to > from && Files.isExecutable(file)) {
                return Finding.ok(name, file + ": " + purpose);
            }
            from = to + 1;
        }
        return Finding.partly(name, "not on PATH: " + purpose, "as root: apt-get install -y " + debian);
    }
}
