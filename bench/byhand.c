/*
 * The work of a container's start and end by hand: what Alcove's figures are measured against. No interpreter, no
 * second process, no report: one clone3, the child makes the rooms and becomes the program, the parent waits and clears
 * up. It makes what Alcove's planner makes for a directory as the root file system: the same mounts on places resolved
 * inside the root, the same nodes, links, files, masked and read-only paths, control groups, device rules,
 * capabilities, and the very bytes of the same filter.
 *
 *   byhand ROOT FILTER net|nonet     then a count a line on standard input: so many starts, for each a line
 *                                    "WALL CPU" in nanoseconds; CPU is this process's and its children's
 *   byhand ROOT FILTER exec PID ID   the same, but one more process in a container that runs
 *   byhand ROOT FILTER idle          so many containers that stay, each measured until its program has been executed;
 *                                    all end after the last
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 32, DETACH = 2 };
#define PROTECTED (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

static const char *root_path;
static struct sock_fprog filter;
static int net, idle;
static struct { char name[64], dir[256], group[256]; int version; } hierarchy[MOST];
static int hierarchies, unified = -1, cpuset = -1, devices = -1;
static char cpus[4096], mems[4096], resolv[4096];
static int last_capability;

static long ok(long r, const char *what) {
    if (r < 0) {
        fprintf(stderr, "byhand: %s: %s\n", what, strerror(errno));
        _exit(1);
    }
    return r;
}
#define OK(call) ok((call), #call)

static int slurp(const char *path, char *to, int size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    long n = read(fd, to, size - 1), all = 0;
    while (n > 0 && (all += n) < size - 1) n = read(fd, to + all, size - 1 - all);
    to[all] = 0;
    close(fd);
    return (int)all;
}

static void spill(const char *path, const char *text) {
    int fd = OK(open(path, O_WRONLY | O_CLOEXEC));
    OK(write(fd, text, strlen(text)));
    close(fd);
}

/* ---- control groups ---- */

static void find_hierarchies(void) {
    FILE *f = fopen("/proc/self/mountinfo", "re");
    char line[4096], point[256], type[32], options[256];
    while (f && fgets(line, sizeof line, f)) {
        char *dash = strstr(line, " - ");
        if (!dash || sscanf(line, "%*s %*s %*s %*s %255s", point) != 1) continue;
        if (sscanf(dash + 3, "%31s %*s %255s", type, options) != 2) continue;
        int version = !strcmp(type, "cgroup") ? 1 : !strcmp(type, "cgroup2") ? 2 : 0;
        if (!version || hierarchies == MOST) continue;
        int h = hierarchies++;
        hierarchy[h].version = version;
        snprintf(hierarchy[h].dir, sizeof hierarchy[h].dir, "%s", point);
        snprintf(hierarchy[h].name, sizeof hierarchy[h].name, "%s", strrchr(point, '/') + 1);
        if (version == 2) unified = h;
        if (version == 1 && strstr(options, "cpuset")) cpuset = h;
        if (version == 1 && strstr(options, "devices")) devices = h;
    }
    if (f) fclose(f);
    char path[300];
    if (cpuset >= 0) {
        snprintf(path, sizeof path, "%s/cpuset.cpus", hierarchy[cpuset].dir);
        slurp(path, cpus, sizeof cpus);
        snprintf(path, sizeof path, "%s/cpuset.mems", hierarchy[cpuset].dir);
        slurp(path, mems, sizeof mems);
    }
}

static void make_groups(const char *id) {
    char path[400];
    for (int h = 0; h < hierarchies; h++) {
        snprintf(hierarchy[h].group, sizeof hierarchy[h].group, "%.160s/%s", hierarchy[h].dir, id);
        OK(mkdir(hierarchy[h].group, 0755));
    }
    if (cpuset >= 0) {
        snprintf(path, sizeof path, "%s/cpuset.cpus", hierarchy[cpuset].group);
        spill(path, cpus);
        snprintf(path, sizeof path, "%s/cpuset.mems", hierarchy[cpuset].group);
        spill(path, mems);
    }
    if (devices >= 0) {
        static const char *allowed[] = {"c *:* m", "b *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm",
            "c 1:9 rwm", "c 5:0 rwm", "c 5:1 rwm", "c 5:2 rwm", "c 136:* rwm"};
        snprintf(path, sizeof path, "%s/devices.deny", hierarchy[devices].group);
        spill(path, "a");
        snprintf(path, sizeof path, "%s/devices.allow", hierarchy[devices].group);
        int fd = OK(open(path, O_WRONLY | O_CLOEXEC));
        for (unsigned i = 0; i < sizeof allowed / sizeof *allowed; i++) OK(write(fd, allowed[i], strlen(allowed[i])));
        close(fd);
    }
}

static void enter_groups(void) {
    char path[400];
    for (int h = 0; h < hierarchies; h++) {
        if (hierarchy[h].version != 1) continue;
        snprintf(path, sizeof path, "%s/tasks", hierarchy[h].group);
        spill(path, "0");
    }
}

/* ---- mounts ---- */

static int mount_of(const char *type, const char *source, unsigned attributes, const char *const *parameters) {
    int fs = OK(syscall(SYS_fsopen, type, FSOPEN_CLOEXEC));
    OK(syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "source", source, 0));
    for (; parameters && *parameters; parameters += 2)
        OK(syscall(SYS_fsconfig, fs, parameters[1] ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, parameters[0],
                   parameters[1], 0));
    OK(syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, 0, 0, 0));
    int mount = OK(syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, attributes));
    close(fs);
    return mount;
}

static int in_root(int root, const char *path, long flags) {
    struct open_how how = {flags | O_CLOEXEC, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    return syscall(SYS_openat2, root, path, &how, sizeof how);
}

static int place(int root, const char *path) {
    int fd = in_root(root, path, O_PATH | O_DIRECTORY);
    if (fd >= 0) return fd;
    OK(mkdirat(root, path, 0755)); /* the parents are there */
    return OK(in_root(root, path, O_PATH | O_DIRECTORY));
}

static void attach(int mount, int at) {
    OK(syscall(SYS_move_mount, mount, "", at, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH));
}

static void attributes(int mount, unsigned flags, unsigned set, unsigned propagation) {
    struct mount_attr attr = {.attr_set = set, .propagation = propagation};
    OK(syscall(SYS_mount_setattr, mount, mount == AT_FDCWD ? "/" : "", flags, &attr, sizeof attr));
}

static int tree(int at, const char *path, unsigned flags) {
    return OK(syscall(SYS_open_tree, at, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags));
}

static void put(int root, const char *path, const char *type, const char *source, unsigned attr, const char *const *o) {
    int at = place(root, path), mount = mount_of(type, source, attr, o);
    attach(mount, at);
    close(at);
    close(mount);
}

static void cgroup_mounts(int root) {
    if (!hierarchies) return;
    const char *mode[] = {"mode", "755", 0};
    int at = place(root, "sys/fs/cgroup"), dir = mount_of("tmpfs", "tmpfs", 0, mode);
    attach(dir, at);
    for (int h = 0; h < hierarchies; h++) {
        OK(mkdirat(dir, hierarchy[h].name, 0755));
        int own = tree(AT_FDCWD, hierarchy[h].group, 0);
        attributes(own, AT_EMPTY_PATH, PROTECTED | MOUNT_ATTR_RDONLY, 0);
        OK(syscall(SYS_move_mount, own, "", dir, hierarchy[h].name, MOVE_MOUNT_F_EMPTY_PATH));
        close(own);
    }
    attributes(dir, AT_EMPTY_PATH, PROTECTED | MOUNT_ATTR_RDONLY, 0);
    close(dir);
    close(at);
}

static void device_nodes(int root) {
    static const struct { const char *name; int major, minor; } node[] = {{"null", 1, 3}, {"zero", 1, 5},
        {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}};
    static const char *link[][2] = {{"/proc/self/fd", "fd"}, {"/proc/self/fd/0", "stdin"},
        {"/proc/self/fd/1", "stdout"}, {"/proc/self/fd/2", "stderr"}, {"/proc/kcore", "core"}, {"pts/ptmx", "ptmx"}};
    int dev = OK(in_root(root, "dev", O_PATH | O_DIRECTORY));
    for (unsigned i = 0; i < sizeof node / sizeof *node; i++)
        OK(mknodat(dev, node[i].name, S_IFCHR | 0666, makedev(node[i].major, node[i].minor)));
    for (unsigned i = 0; i < sizeof link / sizeof *link; i++) OK(symlinkat(link[i][0], dev, link[i][1]));
    close(dev);
}

static void files(int root, const char *id) {
    static const char *name[] = {"hostname", "hosts", "resolv.conf"};
    static const char *path[] = {"etc/hostname", "etc/hosts", "etc/resolv.conf"};
    char hostname[80], hosts[400];
    snprintf(hostname, sizeof hostname, "%.12s\n", id);
    snprintf(hosts, sizeof hosts, "127.0.0.1 localhost %.12s\n::1 localhost ip6-localhost ip6-loopback\n"
             "fe00::0 ip6-localnet\nff00::0 ip6-mcastprefix\nff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n", id);
    const char *text[] = {hostname, hosts, net ? "" : resolv}, *options[] = {"size", "1m", "mode", "755", 0};
    int memory = mount_of("tmpfs", "byhand", MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID, options), own[3];
    for (int i = 0; i < 3; i++) {
        int fd = OK(openat(memory, name[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
        if (*text[i]) OK(write(fd, text[i], strlen(text[i])));
        close(fd);
    }
    int moment = OK(in_root(root, "dev", O_PATH | O_DIRECTORY));
    attach(memory, moment);
    for (int i = 0; i < 3; i++) own[i] = tree(memory, name[i], 0);
    OK(fchdir(memory));
    OK(syscall(SYS_umount2, ".", DETACH));
    close(moment);
    close(memory);
    for (int i = 0; i < 3; i++) {
        int at = in_root(root, path[i], O_PATH);
        if (at < 0) {
            mkdirat(root, "etc", 0755);
            close(OK(openat(root, path[i], O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644)));
            at = OK(in_root(root, path[i], O_PATH));
        }
        attach(own[i], at);
        close(at);
        close(own[i]);
    }
}

static void protect(int root) {
    static const char *read_only[] = {"proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger"};
    static const char *masked[] = {"proc/acpi", "proc/asound", "proc/interrupts", "proc/kcore", "proc/keys",
        "proc/latency_stats", "proc/sched_debug", "proc/scsi", "proc/timer_list", "proc/timer_stats",
        "sys/devices/virtual/powercap", "sys/firmware"};
    for (unsigned i = 0; i < sizeof read_only / sizeof *read_only; i++) {
        int at = in_root(root, read_only[i], O_PATH);
        if (at < 0) continue;
        int copy = tree(at, "", AT_EMPTY_PATH | AT_RECURSIVE);
        attributes(copy, AT_EMPTY_PATH | AT_RECURSIVE, PROTECTED | MOUNT_ATTR_RDONLY, 0);
        attach(copy, at);
        close(copy);
        close(at);
    }
    /* What covers is made once and copied; only what is attached can be: over places of the old root. */
    const char *nothing[] = {"size", "0", 0};
    int file = tree(AT_FDCWD, "/dev/null", 0);
    attributes(file, AT_EMPTY_PATH, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, 0);
    OK(syscall(SYS_move_mount, file, "", AT_FDCWD, "/dev/null", MOVE_MOUNT_F_EMPTY_PATH));
    int directory = mount_of("tmpfs", "tmpfs", PROTECTED | MOUNT_ATTR_RDONLY, nothing);
    OK(syscall(SYS_move_mount, directory, "", AT_FDCWD, "/proc", MOVE_MOUNT_F_EMPTY_PATH));
    for (unsigned i = 0; i < sizeof masked / sizeof *masked; i++) {
        struct stat s;
        int at = in_root(root, masked[i], O_PATH);
        if (at < 0) continue;
        OK(fstat(at, &s));
        int cover = tree(S_ISDIR(s.st_mode) ? directory : file, "", AT_EMPTY_PATH);
        attach(cover, at);
        close(cover);
        close(at);
    }
    close(directory);
    close(file);
}

static void mounts(const char *id) {
    const char *dev[] = {"mode", "755", "size", "65536k", 0}, *shm[] = {"mode", "1777", "size", "67108864", 0};
    const char *pts[] = {"newinstance", 0, "ptmxmode", "0666", "mode", "0620", "gid", "5", 0};
    attributes(AT_FDCWD, AT_RECURSIVE, 0, 1 << 18 /* MS_PRIVATE */);
    int root = tree(AT_FDCWD, root_path, AT_RECURSIVE);
    OK(syscall(SYS_move_mount, root, "", AT_FDCWD, root_path, MOVE_MOUNT_F_EMPTY_PATH));
    put(root, "proc", "proc", "proc", PROTECTED, 0);
    put(root, "dev", "tmpfs", "tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_STRICTATIME, dev);
    put(root, "dev/pts", "devpts", "devpts", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, pts);
    put(root, "sys", "sysfs", "sysfs", PROTECTED | MOUNT_ATTR_RDONLY, 0);
    cgroup_mounts(root);
    put(root, "dev/mqueue", "mqueue", "mqueue", PROTECTED, 0);
    put(root, "dev/shm", "tmpfs", "shm", PROTECTED, shm);
    device_nodes(root);
    files(root, id);
    protect(root);
    OK(fchdir(root));
    OK(syscall(SYS_pivot_root, ".", "."));
    OK(syscall(SYS_umount2, ".", DETACH));
    OK(chdir("/"));
}

/* ---- the process ---- */

static void privileges(void) {
    const unsigned long kept = 0xa80425fbul; /* docker's fourteen */
    OK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter));
    for (int c = 0; c <= last_capability; c++)
        if (!(kept >> c & 1)) OK(prctl(PR_CAPBSET_DROP, c));
    OK(prctl(PR_SET_KEEPCAPS, 1));
    OK(syscall(SYS_setgroups, 0, 0));
    OK(syscall(SYS_setresgid, 0, 0, 0));
    OK(syscall(SYS_setresuid, 0, 0, 0));
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{(unsigned)kept, (unsigned)kept, 0}, {0, 0, 0}};
    OK(syscall(SYS_capset, &head, data));
    OK(prctl(PR_SET_PDEATHSIG, SIGKILL));
}

static void loopback(void) {
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = OK(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    OK(ioctl(fd, SIOCSIFFLAGS, &request));
    close(fd);
}

static void child(const char *id) {
    char *argv[] = {"/bin/noop", idle ? "wait" : 0, 0};
    char *envp[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", 0};
    OK(prctl(PR_SET_PDEATHSIG, SIGKILL));
    OK(setsid());
    umask(0);
    enter_groups();
    syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, 0);
    OK(unshare(CLONE_NEWCGROUP));
    if (net) loopback();
    OK(sethostname(id, 12));
    mounts(id);
    privileges();
    umask(022);
    execve(argv[0], argv, envp);
    ok(-1, argv[0]);
}

static void clear_up(int pid, const char *id) {
    int status;
    char path[400];
    OK(wait4(pid, &status, __WALL, 0));
    if (status && !idle) {
        fprintf(stderr, "byhand: the container ended with status 0x%x\n", status);
        exit(1);
    }
    for (int h = hierarchies; h-- > 0;) {
        snprintf(path, sizeof path, "%s/%s", hierarchy[h].dir, id);
        OK(rmdir(path));
    }
}

static int start(const char *id) {
    int pidfd = -1, group = -1, executed[2] = {-1, -1};
    char nothing;
    make_groups(id);
    if (idle) OK(pipe2(executed, O_CLOEXEC));
    struct clone_args args = {.flags = CLONE_PIDFD | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID
        | CLONE_NEWTIME | (net ? CLONE_NEWNET : 0), .pidfd = (unsigned long)&pidfd, .exit_signal = SIGCHLD};
    if (unified >= 0) {
        group = OK(open(hierarchy[unified].group, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = group;
    }
    int pid = OK(syscall(SYS_clone3, &args, sizeof args));
    if (!pid) child(id);
    close(pidfd);
    if (group >= 0) close(group);
    if (idle) {
        close(executed[1]);
        OK(read(executed[0], &nothing, 1)); /* its end comes with execve */
        close(executed[0]);
    } else {
        clear_up(pid, id);
    }
    return pid;
}

/* ---- one more process in a container that runs ---- */

static void join(int first, const char *id) {
    char path[400];
    int tasks[MOST], count = 0, pidfd = -1, group = -1, status;
    int target = OK(syscall(SYS_pidfd_open, first, 0));
    for (int h = 0; h < hierarchies; h++) {
        if (hierarchy[h].version == 1) {
            snprintf(path, sizeof path, "%.160s/alcove-%s/tasks", hierarchy[h].dir, id);
            tasks[count++] = OK(open(path, O_WRONLY | O_CLOEXEC));
        } else {
            snprintf(path, sizeof path, "%.160s/alcove-%s", hierarchy[h].dir, id);
            group = OK(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        }
    }
    OK(setns(target, CLONE_NEWPID)); /* for the children */
    struct clone_args args = {.flags = CLONE_PIDFD | (group >= 0 ? CLONE_INTO_CGROUP : 0),
        .pidfd = (unsigned long)&pidfd, .exit_signal = SIGCHLD, .cgroup = group >= 0 ? group : 0};
    int pid = OK(syscall(SYS_clone3, &args, sizeof args));
    if (!pid) {
        char *argv[] = {"/bin/noop", 0}, *envp[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME=/root", 0};
        OK(prctl(PR_SET_DUMPABLE, 0));
        OK(prctl(PR_SET_PDEATHSIG, SIGKILL));
        OK(setsid());
        umask(0);
        for (int i = 0; i < count; i++) OK(write(tasks[i], "0", 1));
        syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, 0);
        OK(setns(target, CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWTIME));
        OK(syscall(SYS_close_range, 3, ~0u, 0));
        OK(chdir("/"));
        privileges();
        umask(022);
        execve(argv[0], argv, envp);
        ok(-1, argv[0]);
    }
    for (int i = 0; i < count; i++) close(tasks[i]);
    OK(wait4(pid, &status, __WALL, 0));
    if (status) {
        fprintf(stderr, "byhand: the process ended with status 0x%x\n", status);
        exit(1);
    }
    close(pidfd);
    close(target);
    if (group >= 0) close(group);
}

/* ---- measuring ---- */

static long cpu(void) {
    struct rusage self, children;
    getrusage(RUSAGE_SELF, &self);
    getrusage(RUSAGE_CHILDREN, &children);
    return (self.ru_utime.tv_sec + self.ru_stime.tv_sec + children.ru_utime.tv_sec + children.ru_stime.tv_sec) * 1000000000L
        + (self.ru_utime.tv_usec + self.ru_stime.tv_usec + children.ru_utime.tv_usec + children.ru_stime.tv_usec) * 1000L;
}

static long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

int main(int argc, char **argv) {
    int exec = argc == 6 && !strcmp(argv[3], "exec");
    if (argc != 4 && !exec) {
        fputs("usage: byhand ROOT FILTER net|nonet|idle\n       byhand ROOT FILTER exec PID ID\n", stderr);
        return 2;
    }
    static char code[65536], text[32];
    root_path = argv[1];
    filter.len = slurp(argv[2], code, sizeof code) / sizeof(struct sock_filter);
    filter.filter = (struct sock_filter *)code;
    net = !strcmp(argv[3], "net");
    idle = !strcmp(argv[3], "idle");
    slurp("/etc/resolv.conf", resolv, sizeof resolv);
    slurp("/proc/sys/kernel/cap_last_cap", text, sizeof text);
    last_capability = atoi(text);
    find_hierarchies();
    unsigned serial = 0;
    static struct { int pid; char id[80]; } started[1000];
    for (int count; scanf("%d", &count) == 1;) {
        if (idle && count > (int)(sizeof started / sizeof *started)) return 2;
        for (int i = 0; i < count; i++) {
            char id[80];
            snprintf(id, sizeof id, "alcove-test-byhand-%d-%040u", getpid(), serial++);
            long used = cpu(), began = now();
            int pid = 0;
            if (exec) join(atoi(argv[4]), argv[5]);
            else pid = start(id);
            long wall = now() - began;
            printf("%ld %ld\n", wall, cpu() - used);
            if (idle) {
                started[i].pid = pid;
                memcpy(started[i].id, id, sizeof id);
            }
        }
        for (int i = 0; idle && i < count; i++) {
            kill(started[i].pid, SIGKILL);
            clear_up(started[i].pid, started[i].id);
        }
        fflush(stdout);
    }
    return 0;
}
