package dev.alcove.runtime;

import dev.alcove.linux.CgroupController;
import dev.alcove.linux.CgroupHierarchy;
import dev.alcove.linux.CgroupStep;
import dev.alcove.linux.CgroupWrites;
import dev.alcove.linux.DeviceFilter;
import dev.alcove.linux.Errno;
import dev.alcove.linux.Syscall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The container's control groups: made and limited by the monitor, entered by the child, removed at the end. */
final class CgroupPart {
    /** Bytes of struct bpf_insn. */
    private static final int BPF_INSTRUCTION = 8;
    /** Bytes of union bpf_attr that we give; an older kernel's is shorter, and takes zeros behind it. */
    private static final int BPF_ATTR = 128;

    private final Plan plan;
    private final CgroupWrites writes;
    private final String group;
    private final List<Arg.Result> opened = new ArrayList<>();
    private Optional<Arg.Result> unified = Optional.empty();

    CgroupPart(Plan plan, String group, CgroupWrites writes) {
        this.plan = plan;
        this.group = group;
        this.writes = writes;
    }

    /** The monitor's steps before the clone. */
    void make() {
        Program.Builder p = plan.p;
        plan.spec.target().ifPresent(this::open);
        List<CgroupStep> steps = writes.steps();
        for (int i = 0; i < steps.size(); i++) {
            CgroupStep step = steps.get(i);
            // No pattern switch: that is linked at run time, which a cold start feels.
            if (step instanceof CgroupStep.MakeDirectory d) {
                if (d.shared()) {
                    p.tolerant(
                            "made",
                            List.of(Errno.EEXIST),
                            "the groups' parent",
                            Syscall.MKDIRAT,
                            Arg.CWD,
                            Arg.string(d.path()),
                            Arg.mode(0755));
                } else {
                    p.call(
                            "a control group for the container: its limits, its statistics, its end",
                            Syscall.MKDIRAT,
                            Arg.CWD,
                            Arg.string(d.path()),
                            Arg.mode(0755));
                    p.undo(Program.Builder.attempted(
                            "the container is over: its control group goes",
                            Syscall.UNLINKAT,
                            Arg.CWD,
                            Arg.string(d.path()),
                            plan.flags("AT_REMOVEDIR")));
                }
            } else if (step instanceof CgroupStep.WriteFile w) {
                String why = w.limit().isEmpty() ? "set up the control group" : "the limit " + w.limit();
                if (w.required()) {
                    i = lines(i, w.path(), why);
                } else {
                    courtesy(w, why);
                }
            } else if (step instanceof CgroupStep.WriteFirst w) {
                first(w);
            } else if (step instanceof CgroupStep.InheritFile f) {
                inherit(f);
            } else if (step instanceof CgroupStep.FilterDevices f) {
                filterDevices(f);
            }
        }
        writes.unified()
                .or(() -> plan.spec.target().flatMap(ExecTarget::unified))
                .ifPresent(directory -> {
                    unified = Optional.of(p.callTo(
                            "cgroup",
                            "the child is born in this group: no move, no wait for the kernel's grace period",
                            Syscall.OPENAT,
                            Arg.CWD,
                            Arg.string(directory),
                            plan.flags("O_RDONLY|O_DIRECTORY|O_CLOEXEC"),
                            Arg.ZERO));
                });
    }

    /** A running container's groups, opened while their paths are the caller's. */
    private void open(ExecTarget target) {
        for (String tasks : target.tasks()) {
            opened.add(openForWriting(tasks, "the container's group", List.of()));
        }
    }

    /**
     * Writes that follow each other into one file: opened once, a write each.
     *
     * @return the index of the last of them
     */
    private int lines(int first, String path, String why) {
        List<CgroupStep> steps = writes.steps();
        Arg.Result file = openForWriting(path, why, List.of());
        int last = first;
        for (int i = first; i < steps.size(); i++) {
            if (!(steps.get(i) instanceof CgroupStep.WriteFile w)
                    || !w.required()
                    || !w.path().equals(path)) {
                break;
            }
            plan.write(file, w.content(), w.limit().isEmpty() ? why : "the limit " + w.limit());
            last = i;
        }
        plan.close(file);
        return last;
    }

    private void courtesy(CgroupStep.WriteFile w, String why) {
        Program.Builder p = plan.p;
        Arg.Result file = openForWriting(w.path(), why, List.of(Errno.ENOENT, Errno.EACCES, Errno.EPERM));
        Step.Label missing = new Step.Label();
        p.jump(Step.When.NEGATIVE, file, missing, "not there");
        Arg.At text = Arg.string(w.content());
        p.attempt(why, Syscall.WRITE, file, text, Arg.num(text.data().size() - 1L));
        plan.close(file);
        p.bind(missing);
    }

    private void first(CgroupStep.WriteFirst w) {
        Program.Builder p = plan.p;
        Step.Label done = new Step.Label();
        for (int i = 0; i < w.alternatives().size(); i++) {
            CgroupStep.WriteFile a = w.alternatives().get(i);
            boolean last = i == w.alternatives().size() - 1;
            Arg.Result file =
                    openForWriting(a.path(), "the limit " + a.limit(), last ? List.of() : List.of(Errno.ENOENT));
            Step.Label next = new Step.Label();
            if (!last) {
                p.jump(Step.When.NEGATIVE, file, next, "the kernel has it under another name");
            }
            plan.write(file, a.content(), "the limit " + a.limit());
            plan.close(file);
            if (!last) {
                p.jump(Step.When.ALWAYS, Arg.ZERO, done, "done");
            }
            p.bind(next);
        }
        p.bind(done);
    }

    private Arg.Result openForWriting(String path, String why, List<Errno> tolerated) {
        return plan.p.tolerant(
                "file",
                tolerated,
                why,
                Syscall.OPENAT,
                Arg.CWD,
                Arg.string(path),
                plan.flags("O_WRONLY|O_CLOEXEC"),
                Arg.ZERO);
    }

    /**
     * A new cpuset is blank. One that has something already is left alone: it may be a parent that others share.
     */
    private void inherit(CgroupStep.InheritFile i) {
        Program.Builder p = plan.p;
        String why = "a cpuset starts empty, and nothing can enter it: take the parent's";
        Data buffer = Data.buffer(4096, "cpuset");
        Step.Label filled = new Step.Label();
        Arg.Result to = p.callTo(
                "to", why, Syscall.OPENAT, Arg.CWD, Arg.string(i.to()), plan.flags("O_RDWR|O_CLOEXEC"), Arg.ZERO);
        Arg.Result more =
                p.callTo("more", why, Syscall.PREAD64, to, Arg.at(Data.buffer(8, "byte")), Arg.num(1), Arg.num(1));
        p.jump(Step.When.POSITIVE, more, filled, "more than a newline: it has its own");
        Arg.Result from = p.callTo(
                "from", why, Syscall.OPENAT, Arg.CWD, Arg.string(i.from()), plan.flags("O_RDONLY|O_CLOEXEC"), Arg.ZERO);
        Arg.Result read = p.callTo("length", why, Syscall.READ, from, Arg.at(buffer), Arg.num(buffer.size()));
        plan.close(from);
        p.call(why, Syscall.WRITE, to, Arg.at(buffer), read);
        p.bind(filled);
        plan.close(to);
    }

    /**
     * bpf(2): the program is loaded, then attached to the group. From then on the group holds it, and it goes with the
     * group.
     */
    private void filterDevices(CgroupStep.FilterDevices f) {
        Program.Builder p = plan.p;
        String why = "which devices it may open: a version 2 group asks a program";
        byte[] code = f.filter().instructions();
        int count = code.length / BPF_INSTRUCTION;
        // union bpf_attr, BPF_PROG_LOAD: prog_type, insn_cnt, insns, license, …; prog_name at 48
        ByteBuffer load = ByteBuffer.allocate(BPF_ATTR).order(ByteOrder.LITTLE_ENDIAN);
        load.putInt(DeviceFilter.TYPE_CGROUP_DEVICE).putInt(count);
        load.position(48);
        load.put("alcove_devices".getBytes(StandardCharsets.US_ASCII));
        Data program = Data.bytes(load.array(), "{BPF_PROG_TYPE_CGROUP_DEVICE, " + count + " instructions}")
                .pointer(8, Data.bytes(code, "{" + count + " instructions}"))
                .pointer(16, Data.string("Apache-2.0"));
        Arg.Result filter =
                p.callTo("filter", why, Syscall.BPF, plan.flags("BPF_PROG_LOAD"), Arg.at(program), Arg.num(BPF_ATTR));
        Arg.Result directory = p.callTo(
                "group",
                why,
                Syscall.OPENAT,
                Arg.CWD,
                Arg.string(f.directory()),
                plan.flags("O_RDONLY|O_DIRECTORY|O_CLOEXEC"),
                Arg.ZERO);
        // BPF_PROG_ATTACH: target_fd, attach_bpf_fd, attach_type, attach_flags
        ByteBuffer put = ByteBuffer.allocate(BPF_ATTR).order(ByteOrder.LITTLE_ENDIAN);
        put.putInt(8, DeviceFilter.ATTACH_CGROUP_DEVICE).putInt(12, DeviceFilter.ALLOW_MULTI);
        Data attach = Data.bytes(put.array(), "{group, filter, BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI}");
        p.add(new Step.Put(Arg.at(attach), directory, 4, why));
        p.add(new Step.Put(Arg.at(attach, 4), filter, 4, why));
        p.call(why, Syscall.BPF, plan.flags("BPF_PROG_ATTACH"), Arg.at(attach), Arg.num(BPF_ATTR));
        plan.close(directory);
        plan.close(filter);
    }

    /** The version 2 group for clone3, or empty. */
    Optional<Arg.Result> unified() {
        return unified;
    }

    /** The child's steps, right after the clone: it moves itself. */
    void enter() {
        for (Arg.Result file : opened) {
            plan.write(file, "0", "enter the container's group");
            plan.close(file);
        }
        for (String tasks : writes.enter()) {
            plan.writeFile(
                    Arg.CWD,
                    tasks,
                    "0",
                    List.of(),
                    "enter the group: one thread writing 0 to tasks does not wait as a pid in cgroup.procs does");
        }
    }

    /** The monitor's steps after a kill: what version 1's freezer holds does not die. */
    void thaw() {
        plan.facts
                .cgroups()
                .of(CgroupController.FREEZER)
                .filter(h -> !h.unified() && !directoryIn(h).isEmpty())
                .ifPresent(h -> {
                    Program.Builder p = plan.p;
                    String why = "if it is paused: frozen processes do not die";
                    Arg.Result file = openForWriting(
                            directoryIn(h) + "/freezer.state", why, List.of(Errno.ENOENT, Errno.EACCES, Errno.EPERM));
                    Arg.At text = Arg.string("THAWED");
                    p.attempt(
                            why, Syscall.WRITE, file, text, Arg.num(text.data().size() - 1L));
                });
    }

    /** The group's directory in a hierarchy, or an empty string where it has none. */
    String directoryIn(CgroupHierarchy hierarchy) {
        String directory = hierarchy.directory(group);
        return writes.remove().contains(directory) ? directory : "";
    }

    /** Whether there is any group at all. */
    boolean isEmpty() {
        return writes.remove().isEmpty();
    }

    /** The file that lists the group's processes, if there is a group. */
    Optional<String> processes() {
        return writes.remove().isEmpty()
                ? Optional.empty()
                : Optional.of(writes.unified().orElse(writes.remove().getFirst()) + "/cgroup.procs");
    }
}
