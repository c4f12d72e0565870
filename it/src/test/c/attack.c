/*
 * Known ways out of containers, one word each, to be tried from inside. Each says what came of it, and how far it came;
 * what would change the machine's own files is only opened for writing and never written to.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *outcome(long result) { return result >= 0 ? "ok" : strerrorname_np(errno); }

static int say(const char *text) {
    puts(text);
    fflush(stdout);
    return 0;
}

/* Opens for writing, and writes nothing. */
static int open_to_write(const char *path) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    return say(outcome(fd));
}

static int is_init(const char *link, char *target, size_t size) {
    ssize_t n = readlink(link, target, size - 1);
    if (n < 0) return 0;
    target[n] = 0;
    return strstr(target, "alcove-init") != 0;
}

/* What can be done to a program's file by whoever has it open for reading: open it for writing, and what its seals are. */
static int overwrite(int held) {
    char path[64];
    int seals = fcntl(held, F_GET_SEALS);
    int fd = -1;
    snprintf(path, sizeof path, "/proc/self/fd/%d", held);
    for (int i = 0; i < 100; i++) {
        fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd >= 0 || errno != ETXTBSY) break;
        usleep(1000);
    }
    const char *opened = outcome(fd);
    const char *written = fd < 0 ? "-" : outcome(write(fd, "#", 1));
    int all = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    printf("opened %s, written %s, %s\n", opened, written, seals >= 0 && (seals & all) == all ? "sealed" : "not sealed");
    return 0;
}

/* The runtime's own program, through /proc/PID/exe. */
static int overwrite_exe(const char *pid) {
    char path[64], target[256];
    snprintf(path, sizeof path, "/proc/%s/exe", pid);
    if (!is_init(path, target, sizeof target)) return say("no runtime there");
    int held = open(path, O_RDONLY | O_CLOEXEC);
    if (held < 0) return say(outcome(held));
    return overwrite(held);
}

/* Waits for the runtime's program to be executed in here by who enters, and takes hold of it then. */
static int catch_exe(int seconds) {
    char path[300], target[256];
    time_t end = time(0) + seconds;
    say("waiting");
    while (time(0) < end) {
        DIR *proc = opendir("/proc");
        for (struct dirent *e; (e = readdir(proc));) {
            pid_t pid = atoi(e->d_name);
            if (pid <= 1 || pid == getpid()) continue;
            /* In slow motion: no mask keeps a SIGSTOP out, and by what it executes in between it is known. */
            kill(pid, SIGSTOP);
            snprintf(path, sizeof path, "/proc/%s/exe", e->d_name);
            int held = is_init(path, target, sizeof target) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
            kill(pid, SIGCONT);
            if (held < 0) continue;
            closedir(proc);
            printf("caught ");
            return overwrite(held);
        }
        closedir(proc);
    }
    return say("nothing caught");
}

/* Exchanges two names for each other, until its input ends. */
static int exchange(const char *a, const char *b) {
    unsigned long n = 0;
    char c;
    fcntl(0, F_SETFL, O_NONBLOCK);
    say("exchanging");
    do {
        if (renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE)) return say(outcome(-1));
    } while (++n % 64 || read(0, &c, 1) < 0);
    printf("%lu\n", n);
    return 0;
}

static int node(const char *path, int type, int maj, int min) {
    mode_t mode = (mode_t)(type == 'b' ? S_IFBLK : S_IFCHR) | 0600;
    printf("made %s, ", outcome(mknod(path, mode, makedev((unsigned)maj, (unsigned)min))));
    printf("read %s, ", outcome(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)));
    printf("written %s\n", outcome(open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK)));
    return 0;
}

/* The control groups' own notifier of version 1, which the host's kernel executes as root. */
static int release_agent(const char *at) {
    char options[][12] = {"memory", "pids", "cpu,cpuacct", "devices"};
    mkdir(at, 0755);
    printf("mounted");
    for (unsigned i = 0; i < 4; i++) printf(" %s", outcome(mount("cgroup", at, "cgroup", 0, options[i])));
    printf(", user namespace %s", outcome(unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWCGROUP)));
    printf(", mounted there");
    for (unsigned i = 0; i < 4; i++) printf(" %s", outcome(mount("cgroup", at, "cgroup", 0, options[i])));
    puts("");
    return 0;
}

static int trace(pid_t pid) {
    printf("seized %s, ", outcome(ptrace(PTRACE_SEIZE, pid, 0, 0)));
    printf("signalled %s, ", outcome(kill(pid, 0)));
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", pid);
    printf("memory %s, ", outcome(open(path, O_RDWR | O_CLOEXEC)));
    snprintf(path, sizeof path, "/proc/%d/root/etc", pid);
    printf("files %s\n", outcome(open(path, O_RDONLY | O_CLOEXEC)));
    return 0;
}

/* Who it is, really and in effect. */
static int who(void) {
    printf("%d %d %d\n", getuid(), geteuid(), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    return 0;
}

/* Each descriptor from 3 on, by what it is of. */
static int descriptors(const char *pid) {
    char path[300], target[256];
    snprintf(path, sizeof path, "/proc/%s/fd", pid);
    DIR *all = opendir(path);
    if (!all) return say(outcome(-1));
    for (struct dirent *e; (e = readdir(all));) {
        if (e->d_name[0] == '.' || atoi(e->d_name) < 3) continue;
        if (!strcmp(pid, "self") && atoi(e->d_name) == dirfd(all)) continue;
        snprintf(path, sizeof path, "/proc/%s/fd/%s", pid, e->d_name);
        ssize_t n = readlink(path, target, sizeof target - 1);
        printf("%s %.*s\n", e->d_name, (int)(n < 0 ? 0 : n), target);
    }
    return say("end");
}

/* Up from the working directory, by descriptor: what getcwd says, and whether a name is to be seen from there. */
static int from_here(const char *relative) {
    struct stat found;
    char cwd[4096];
    long r = syscall(SYS_getcwd, cwd, sizeof cwd);
    printf("%s %s\n", r < 0 ? outcome(-1) : cwd, stat(relative, &found) ? strerrorname_np(errno) : "seen");
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    const char *word = argv[1];
    if (!strcmp(word, "who")) return who();
    if (argc < 3) return 2;
    if (!strcmp(word, "open-to-write")) return open_to_write(argv[2]);
    if (!strcmp(word, "overwrite-exe")) return overwrite_exe(argv[2]);
    if (!strcmp(word, "catch-exe")) return catch_exe(atoi(argv[2]));
    if (!strcmp(word, "release-agent")) return release_agent(argv[2]);
    if (!strcmp(word, "trace")) return trace((pid_t)atoi(argv[2]));
    if (!strcmp(word, "descriptors")) return descriptors(argv[2]);
    if (!strcmp(word, "from-here")) return from_here(argv[2]);
    if (argc < 4) return 2;
    if (!strcmp(word, "exchange")) return exchange(argv[2], argv[3]);
    if (argc < 6) return 2;
    if (!strcmp(word, "node")) return node(argv[2], argv[3][0], atoi(argv[4]), atoi(argv[5]));
    return 2;
}
