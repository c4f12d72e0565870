/*
 * front: the command that callers of an OCI runtime execute, with init inside.
 *
 * It starts a JVM with its own arguments and waits for a program of it, which it then obeys as init does: in its
 * own context, so that the caller's descriptors, control group, limits and namespaces need no handing over. A command
 * that needs no program ends with the JVM's own status.
 *
 *     caller                    front                            JVM
 *      | -- execve -------------> |                                |
 *      |                          | -- fork, execve -------------> |  reads the arguments, plans
 *      |                          | <- program, or the end ------- |
 *      |                          | -- reports ------------------> |  explains a failure, notes the pid
 *      | <- status -------------- |    waits for the JVM           |
 *
 * Some commands need no JVM (front-standing.c), and a JVM that is there already may be asked (front-resident.c).
 * How the JVM is started stands in the file named as this one and ".jvm": its command line, each word ended by a NUL.
 */
#define FRONT
#include "init.c"
#include <asm/stat.h>
#include <linux/stat.h>

enum { AF_UNIX_ = 1, SOCK_STREAM_ = 1, SOCK_CLOEXEC_ = 02000000, F_DUPFD_ = 0, F_GETFD_ = 1, F_SETFL_ = 4, F_DUPFD_CLOEXEC_ = 1030,
       PR_SET_PDEATHSIG_ = 1, PR_SET_NAME_ = 15, HIGH = 200, WORDS = 256, TEXT = 65536, MFD_CLOEXEC_ = 1, MFD_ALLOW_SEALING_ = 2,
       MFD_EXEC_ = 0x10, F_ADD_SEALS_ = 1033, F_GET_SEALS_ = 1034, SEALED = 0xf };

static char text[TEXT], self[4096], tell[128];

static int same(const char *s, const char *start) {
    while (*start) if (*s++ != *start++) return 0;
    return 1;
}

__attribute__((noreturn)) static void give_up(const char *what, const char *on) {
    static const char *name = "alcove-oci: ", *end = "\n";
    const char *parts[] = { name, what, on, end };
    for (int i = 0; i < 4; i++) sys(__NR_write, 2, parts[i], length(parts[i]));
    for (;;) sys(__NR_exit_group, 1, 0, 0);
}

static int count_of(char **list) {
    int n = 0;
    while (list[n]) n++;
    return n;
}

/*
 * How the front and its JVM reach each other. The program comes through a pipe, and reports go through another: a JVM
 * opens these as files. The socket is for what needs more, as descriptors that are passed.
 *     socket:  ours in the front, theirs in the JVM
 *     pipes:   program and reports in the JVM; told, where the reports begin, in the front
 */
struct lines { int ours, theirs, program, reports, told; };

__attribute__((noreturn)) static void become_jvm(char **argv, char **envp, const struct lines *lines, const char *place);

/* Moves a descriptor up, out of the way of those that the caller hands on. */
static int high(int fd, int close_on_exec) {
    int up = (int)sys(__NR_fcntl, fd, close_on_exec ? F_DUPFD_CLOEXEC_ : F_DUPFD_, HIGH);
    if (up < 0) give_up("too few descriptors: the limit on open files is too low", "");
    sys(__NR_close, fd, 0, 0);
    return up;
}

/*
 * Where this program lies. A container's process begins as a copy of this one, and could open what it was executed from
 * by its /proc/PID/exe, to write into it what the next caller executes (CVE-2019-5736). So before anything is asked of a
 * JVM the front executes itself once more, from a sealed file in memory; that one is told where the other lies.
 */
static const char place_of_self[] = "ALCOVE_SELF=";

static long find_self(char **envp) {
    long exe = sys4(__NR_openat, AT_FDCWD, "/proc/self/exe", O_RDONLY | O_CLOEXEC, 0);
    if (exe < 0) give_up("cannot find itself: is /proc mounted?", "");
    long seals = sys(__NR_fcntl, exe, F_GET_SEALS_, 0);
    if (seals >= 0 && (seals & SEALED) == SEALED) {
        sys(__NR_close, exe, 0, 0);
        sys(__NR_prctl, PR_SET_NAME_, "alcove-oci", 0);
        for (; *envp; envp++)
            if (same(*envp, place_of_self)) {
                u64 n = length(*envp) - (sizeof place_of_self - 1);
                if (n + 5 > sizeof self) give_up("its path is too long", "");
                memcpy(self, *envp + sizeof place_of_self - 1, n + 1);
                return -1;
            }
        give_up("it cannot be executed by its name in /proc", "");
    }
    long n = sys4(__NR_readlinkat, AT_FDCWD, "/proc/self/exe", self, sizeof self - 5);
    if (n <= 0) give_up("cannot find itself: is /proc mounted?", "");
    self[n] = 0;
    return exe;
}

/* Goes on only in the copy in memory. */
static void leave_file(char **argv, char **envp) {
    long exe = find_self(envp), n, size = 0;
    if (exe < 0) return;
    long copy = sys(__NR_memfd_create, "alcove-oci", MFD_CLOEXEC_ | MFD_ALLOW_SEALING_ | MFD_EXEC_, 0);
    if (copy == -EINVAL) copy = sys(__NR_memfd_create, "alcove-oci", MFD_CLOEXEC_ | MFD_ALLOW_SEALING_, 0); /* before 6.3 */
    if (copy < 0) give_up("cannot make a copy of itself in memory: is vm.memfd_noexec 2?", "");
    while ((n = sys4(__NR_sendfile, copy, exe, 0, 1 << 20)) > 0) size += n;
    if (n < 0 || !size || sys(__NR_fcntl, copy, F_ADD_SEALS_, SEALED) < 0) give_up("cannot copy itself into memory", "");
    static char told[sizeof place_of_self + sizeof self];
    memcpy(told, place_of_self, sizeof place_of_self);
    memcpy(told + sizeof place_of_self - 1, self, length(self) + 1);
    char *env[count_of(envp) + 2];
    int count = 0;
    for (; *envp; envp++) if (!same(*envp, place_of_self)) env[count++] = *envp;
    env[count++] = told;
    env[count] = 0;
    sys6(__NR_execveat, copy, (long)"", (long)argv, (long)env, AT_EMPTY_PATH, 0);
    give_up("cannot execute its copy in memory: is vm.memfd_noexec 2?", "");
}

/* A caller may have closed its streams: what is opened first would get such a number, and be taken for one. */
static void have_streams(void) {
    for (int fd = 0; fd < 3; fd++)
        if (sys(__NR_fcntl, fd, F_GETFD_, 0) < 0) sys4(__NR_openat, AT_FDCWD, "/dev/null", O_RDWR, 0);
}

#include "front-standing.c"
#include "front-resident.c"

/* The JVM's command line from its file, into words; how many. */
static int command(char **words) {
    static char file[sizeof self];
    memcpy(file, self, length(self));
    memcpy(file + length(self), ".jvm", 5);
    long fd = sys4(__NR_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC, 0), size = 0, r;
    if (fd < 0) give_up("cannot open ", file);
    while (size < TEXT - 1 && (r = sys(__NR_read, fd, text + size, TEXT - 1 - size)) > 0) size += r;
    sys(__NR_close, fd, 0, 0);
    int count = 0;
    for (long at = 0; at < size && count < WORDS; at += (long)length(text + at) + 1) words[count++] = text + at;
    if (!count) give_up("no command line in ", file);
    return count;
}

/*
 * In the child: becomes the JVM. The lines to the front are in its environment; for a resident one, the place of its
 * socket and the key.
 */
__attribute__((noreturn)) static void become_jvm(char **argv, char **envp, const struct lines *lines, const char *place) {
    char *words[WORDS];
    int count = command(words), n = 0;
    char *all[count + count_of(argv) + 1], *env[count_of(envp) + 4];
    for (int i = 0; i < count; i++) all[n++] = words[i];
    for (int i = 1; argv[i]; i++) all[n++] = argv[i];
    all[n] = 0;
    n = 0;
    for (; *envp; envp++) /* options of other programs are not for this one, and make it print a line of its own */
        if (!same(*envp, "JAVA_TOOL_OPTIONS=") && !same(*envp, "JDK_JAVA_OPTIONS=") && !same(*envp, "_JAVA_OPTIONS=")
            && !same(*envp, "ALCOVE_FRONT=") && !same(*envp, place_of_self)
            && !same(*envp, "ALCOVE_RESIDENT_SOCKET=") && !same(*envp, "ALCOVE_RESIDENT_KEY=")) env[n++] = *envp;
    if (place) {
        static char socket[PLACE + 64] = "ALCOVE_RESIDENT_SOCKET=", key[KEY + 64] = "ALCOVE_RESIDENT_KEY=";
        add_text(socket, length(socket), sizeof socket, place);
        add_text(key, length(key), sizeof key, seat.key);
        env[n++] = socket;
        env[n++] = key;
    }
    if (lines) {
        static const char name[] = "ALCOVE_FRONT=";
        memcpy(tell, name, sizeof name);
        const int numbers[] = { lines->theirs, lines->ours, lines->program, lines->reports, lines->told };
        u64 at = sizeof name - 1;
        for (int i = 0; i < 5; i++) at += put_decimal(tell + at, (u64)numbers[i], i < 4 ? ":" : "");
        env[n++] = tell;
        sys4(__NR_prctl, PR_SET_PDEATHSIG_, SIGKILL_, 0, 0);
    }
    env[n] = 0;
    /* A JVM does not start in a folder that was deleted; where no file can be, no relative path finds a wrong one. */
    static char here[sizeof self];
    if (sys(__NR_getcwd, here, sizeof here, 0) < 0) sys(__NR_chdir, "/proc/self/fdinfo", 0, 0);
    sys(__NR_execve, all[0], all, env);
    give_up("cannot execute ", all[0]);
}

__attribute__((used, noreturn)) void start(long *stack) {
    char **argv = (char **)(stack + 1), **envp = argv + stack[0] + 1;
    have_streams();
    if (done_without_jvm(argv, envp)) for (;;) sys(__NR_exit_group, 0, 0, 0);
    leave_file(argv, envp);
    int resident = ask_resident(argv, envp);
    if (resident >= 0) {
        int end = follow_resident(resident);
        while (end >= 0) sys(__NR_exit_group, end, 0, 0);
    }
    static char place[PLACE + 32];
    int stays = argv[0] && argv[1] && equal(argv[1], "resident") && find_place(envp, place);
    int status = 0, pair[2], down[2], up[2];
    if (sys4(__NR_socketpair, AF_UNIX_, SOCK_STREAM_ | SOCK_CLOEXEC_, 0, pair) < 0 || sys(__NR_pipe2, down, O_CLOEXEC, 0) < 0
        || sys(__NR_pipe2, up, O_CLOEXEC, 0) < 0)
        give_up("no socket or pipe to be had", "");
    struct lines lines = { high(pair[0], 1), high(pair[1], 0), high(down[1], 0), high(up[0], 0), high(up[1], 1) };
    int asks = high(down[0], 1);
    int jvm = (int)sys6(__NR_clone, SIGCHLD_, 0, 0, 0, 0, 0);
    if (jvm < 0) give_up("cannot fork", "");
    if (!jvm) {
        sys(__NR_close, lines.ours, 0, 0);
        sys(__NR_close, lines.told, 0, 0);
        sys(__NR_close, asks, 0, 0);
        become_jvm(argv, envp, &lines, stays ? place : 0);
    }
    sys(__NR_close, lines.theirs, 0, 0);
    sys(__NR_close, lines.program, 0, 0);
    sys(__NR_close, lines.reports, 0, 0);
    channel = lines.told;
    int asked = read_fully(asks, &program.head, sizeof program.head), own = 0;
    if (asked) {
        be_undisturbed();
        own = obey(asks, 0, 0);
    }
    sys(__NR_close, lines.ours, 0, 0); /* the JVM waits for these ends where the program failed */
    sys(__NR_close, lines.told, 0, 0);
    long r;
    do r = sys4(__NR_wait4, jvm, &status, __WALL, 0); while (r == -EINTR);
    if (r < 0) status = 0; /* reaped while the program ran */
    if (!asked || !own) own = status & 0x7f ? 128 + (status & 0x7f) : status >> 8 & 0xff;
    for (;;) sys(__NR_exit_group, own, 0, 0);
}
