/*
 * init: obeys a program of system calls, and knows nothing of containers.
 *
 * Java plans, this carries out. It is started with a socket as descriptor 3, reads one program from it (wire.table
 * says how one looks), checks every field, and runs the steps in order. Most steps are one system call. The same
 * program runs on both sides of clone3: the child is a copy of this process, sees 0 as the result, and jumps to its
 * part. Freestanding: no C library, no heap, nothing to initialise, so that a container costs a few kilobytes.
 *
 *     Java                     init (monitor)                 its child (becomes the user's process)
 *      | -- program ------------> |
 *      |                          | -- clone3 ------------------> |
 *      | <- SYNC, eight bytes --> |  (only if Java must act)       |  waits on the handshake socket, if told to
 *      |                          | -- one byte: maps are there -> |
 *      |                          |                                | mounts, limits, privileges ... execve
 *      |                          | <- end of file: it runs ------ |
 *      | <- STARTED pid --------- |
 *      |                          |  ... MONITOR ...
 *      | <- EXITED status ------- |
 */
#include <asm/unistd.h>
#include <stddef.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/poll.h>
#include <linux/time_types.h>
#include <linux/types.h>
#include <linux/wait.h>

typedef __u8 u8; typedef __u16 u16; typedef __u32 u32; typedef __u64 u64; typedef __s32 i32; typedef __s64 i64;
#include "wire.h"

enum { SIGKILL_ = 9, SIGCHLD_ = 17, SIG_SETMASK_ = 2, MONOTONIC = 1, CLONE_PARENT_ = 0x8000,
       MSG_CMSG_CLOEXEC_ = 0x40000000, MSG_CTRUNC_ = 8, DIGITS = 20, BUFFER = 4096 };

/* ---- the kernel ------------------------------------------------------------------------------------------------ */

#ifdef FUZZ
static void fuzz_step(const struct step *s);
static long fuzz_syscall(long n, long a, long b, long c, long d, long e, long f);
#define sys6 fuzz_syscall
#define AUDIT_ARCH 0xC000003Eu
#elif defined __x86_64__
#define AUDIT_ARCH 0xC000003Eu
static long sys6(long n, long a, long b, long c, long d, long e, long f) {
    long r;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return r;
}
__asm__(".text\n.globl _start\n_start: xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call start\n hlt\n");
#elif defined __aarch64__
#define AUDIT_ARCH 0xC00000B7u
static long sys6(long n, long a, long b, long c, long d, long e, long f) {
    register long x8 __asm__("x8") = n;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}
__asm__(".text\n.globl _start\n_start: mov x29, #0\n mov x30, #0\n mov x0, sp\n bl start\n brk #0\n");
#else
#error "init knows x86-64 and AArch64"
#endif
#define sys(n, a, b, c) sys6(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define sys4(n, a, b, c, d) sys6(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)

#ifndef FUZZ
/* The compiler makes calls of these from assignments and loops; the empty asm keeps it from making them of these two. */
void *memset(void *p, int c, unsigned long n) {
    for (char *q = p; n--;) { *q++ = (char)c; __asm__ volatile(""); }
    return p;
}
void *memcpy(void *p, const void *s, unsigned long n) {
    char *q = p;
    for (const char *r = s; n--;) { *q++ = *r++; __asm__ volatile(""); }
    return p;
}
#else
#include <string.h>
#endif

/* ---- the program in memory ------------------------------------------------------------------------------------- */

static struct {
    struct header head;
    struct step *steps;
    char *data;
    i64 *results;
} program;

static int channel = CONTROL; /* where failures are reported */
static u32 on_failure = ~0u;  /* where to go on after one; none yet */
static int unwinding;         /* one was reported: the rest is clearing up, and a failure there ends nothing */
static char *title;           /* the first argument, which /proc/PID/cmdline shows: a copy can be called otherwise */
static u64 title_size;

/* Whether [at, at + n) lies in the data. */
static int inside(u64 at, u64 n) { return at <= program.head.data && n <= program.head.data - at; }

static u64 length(const char *s) {
    u64 n = 0;
    while (s[n]) n++;
    return n;
}

/* Whether a NUL-terminated string starts at an offset of the data. */
static int string_at(u64 at) {
    while (at < program.head.data)
        if (!program.data[at++]) return 1;
    return 0;
}

/* Whether a list of strings starts at an offset: pointers into the data, then a null one. */
static int list_at(u64 at) {
    for (; !(at % 8) && inside(at, 8); at += 8) {
        u64 p = *(u64 *)(program.data + at);
        if (!p) return 1;
        if (!string_at(p - (u64)program.data)) return 0; /* below the data it wraps to a huge offset */
    }
    return 0;
}

/* Whether an argument is the number of a step. */
static int step_at(const struct step *s, int i) { return s->kind[i] == ARG_NUMBER && s->arg[i] < program.head.steps; }

static int in_data(const struct step *s, int i, u64 n) { return s->kind[i] == ARG_DATA && inside(s->arg[i], n); }

static int width(const struct step *s, int i) {
    u64 w = s->arg[i];
    return s->kind[i] == ARG_NUMBER && (w == 1 || w == 2 || w == 4 || w == 8);
}

/*
 * Whether init itself stays inside the data when it carries out the step. Asked of every step before the first one
 * runs, and again of each when its turn comes: what an earlier step wrote may have taken a string's end away. (What the
 * kernel reads and writes for a call is the planner's affair: a program is code.)
 */
static int check_step(const struct step *s) {
    for (int i = 0; i < 6; i++)
        switch (s->kind[i]) {
        case ARG_NUMBER: break;
        case ARG_RESULT: if (s->arg[i] >= program.head.results) return 0; break;
        case ARG_DATA: if (!inside(s->arg[i], 1)) return 0; break;
        case ARG_WIDE: if (s->arg[i] % 8 || !inside(s->arg[i], 8)) return 0; break;
        default: return 0;
        }
    if (s->result != NONE && s->result >= program.head.results) return 0;
    switch (s->op) {
    case OP_JUMP: return s->when <= WHEN_POSITIVE && step_at(s, 1);
    case OP_ON_FAILURE: return step_at(s, 0);
    case OP_PUT: return width(s, 2) && in_data(s, 0, s->arg[2]);
    case OP_GET: return width(s, 1) && in_data(s, 0, s->arg[1]);
    case OP_DECIMAL: {
        if (!in_data(s, 2, 1) || !string_at(s->arg[2])) return 0;
        u64 n = length(program.data + s->arg[2]);
        return in_data(s, 0, DIGITS + n + 1);
    }
    case OP_EXEC:
        for (int i = 0; i < 3; i++)
            if (!in_data(s, i, 8) || !list_at(s->arg[i])) return 0;
        return 1;
    case OP_MONITOR: return in_data(s, 5, sizeof(struct report)) && s->arg[5] % 8 == 0;
    case OP_KILL_ALL: return in_data(s, 0, 1) && string_at(s->arg[0]);
    case OP_CALL: case OP_CHANNEL: case OP_AWAIT: case OP_REAP: case OP_EXIT: case OP_SUBTRACT: return 1;
    default: return 0;
    }
}

/* Steps and relocations, padded so that the data is aligned. */
static u64 code_size(void) {
    return ((u64)program.head.steps * sizeof(struct step) + (u64)program.head.relocations * 4 + 7) & ~7ull;
}

/* What follows the header; it cannot overflow, since each count has 32 bits. */
static u64 body_size(void) { return code_size() + program.head.data; }

static int check_head(void) {
    const struct header *h = &program.head;
    return h->magic == MAGIC && h->version == VERSION && h->arch == AUDIT_ARCH && h->steps && h->steps <= MAX_STEPS
        && h->results <= MAX_RESULTS && h->data % 8 == 0 && !h->zero && sizeof *h + body_size() <= MAX_BYTES;
}

/* Takes a body of body_size() bytes, 8-aligned, with room for the registers behind it; 0 if anything in it is wrong. */
static int take_body(char *body) {
    const struct header *h = &program.head;
    program.steps = (struct step *)body;
    u32 *relocation = (u32 *)(body + (u64)h->steps * sizeof(struct step));
    program.data = body + code_size();
    program.results = (i64 *)(program.data + h->data);
    for (u32 i = 0; i < h->relocations; i++) {
        if (relocation[i] % 8 || !inside(relocation[i], 8)) return 0;
        u64 *place = (u64 *)(program.data + relocation[i]);
        if (!inside(*place, 1)) return 0; /* also refuses a place that is listed twice */
        *place += (u64)program.data;
    }
    for (u32 i = 0; i < h->steps; i++)
        if (!check_step(&program.steps[i])) return 0;
    return 1;
}

/* ---- steps that are more than one call ------------------------------------------------------------------------- */

static void send_failure(u32 step, i64 errno_) {
    struct report r = { REPORT_FAILED, step, errno_, 0, 0, 0 };
    sys(__NR_write, channel, &r, sizeof r);
}

/* The suffix may lie anywhere, even where the number is written: so its length is taken first. */
static u64 put_decimal(char *to, u64 v, const char *suffix) {
    char digits[DIGITS];
    int n = 0;
    u64 more = length(suffix), at = 0;
    do digits[n++] = (char)('0' + v % 10); while (v /= 10);
    while (n) to[at++] = digits[--n];
    while (more--) to[at++] = *suffix++;
    to[at] = 0;
    return at;
}

static long search_exec(char **paths, char **argv, char **envp) {
    long r = -ENOENT, denied = 0;
    for (; *paths; paths++) {
        r = sys(__NR_execve, *paths, argv, envp);
        if (r == -EACCES) denied = r;
        else if (r != -ENOENT && r != -ENOTDIR) return r;
    }
    return denied ? denied : -ENOENT;
}

/* One read from one descriptor goes to another; 0 when there will be no more. */
static int pump(int from, int to) {
    char buffer[BUFFER];
    long n = sys(__NR_read, from, buffer, sizeof buffer);
    for (long done = 0; done < n;) {
        long w = sys(__NR_write, to, buffer + done, n - done);
        if (w == -EINTR) continue;
        if (w <= 0) break; /* a full disk does not stop the container */
        done += w;
    }
    return n > 0 || n == -EINTR || n == -EAGAIN;
}

static i64 milliseconds(void) {
    struct __kernel_timespec now = { 0, 0 };
    sys(__NR_clock_gettime, MONOTONIC, &now, 0);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#ifdef FUZZ
#define begin() ((void)0)
#else
__attribute__((noreturn)) static void begin(void);
#endif

/*
 * A message from the owner asks for a copy of this process that obeys another program, without executing init anew: a
 * container, or one more process in one. The message is what /proc/PID/cmdline is to show of the copy, or a zero byte.
 * With it come the descriptors that the copy is to have, from 0 on; its program is in the one with the number CONTROL. It is the owner's child, as this process is. Returns what was read; the copy does
 * not return. Whoever asked with fewer descriptors, or more than there was room for, sees the end of that socket.
 */
static long copy_of_this(int control) {
    enum { PLACES = 8, ABOVE = 64, NAME = 64 };
    char name[NAME];
    struct { u64 size; int level, type, fd[PLACES]; } rights = { 0 };
    struct { char *base; u64 size; } bytes = { name, NAME };
    struct { void *name; u64 name_size; void *bytes; u64 count; void *rights; u64 size; u64 flags; } message = {
        0, 0, &bytes, 1, &rights, sizeof rights, 0 };
    long n = sys(__NR_recvmsg, control, &message, MSG_CMSG_CLOEXEC_);
    int count = n > 0 && rights.size ? (int)((rights.size - offsetof(typeof(rights), fd)) / sizeof(int)) : 0;
    if (count > CONTROL && !(message.flags & MSG_CTRUNC_)) {
        long copy = sys6(__NR_clone, CLONE_PARENT_ | SIGCHLD_, 0, 0, 0, 0, 0);
        struct report r = { REPORT_COPIED, 0, copy ? copy : sys(__NR_getpid, 0, 0, 0), 0, 0, 0 };
        if (copy <= 0) sys(__NR_write, rights.fd[CONTROL], &r, sizeof r); /* by the copy, so that it comes before its others */
        if (!copy) {
            for (u64 i = 0; *name && title && i < title_size; i++) title[i] = i < (u64)n ? name[i] : 0;
            for (int i = 0; i < count; i++)
                if ((rights.fd[i] = (int)sys(__NR_fcntl, rights.fd[i], F_DUPFD, ABOVE)) < 0) sys(__NR_exit_group, 1, 0, 0);
            for (int i = 0; i < count; i++) sys(__NR_dup3, rights.fd[i], i, 0);
            sys(__NR_close_range, count, ~0u, 0);
            begin();
        }
    }
    for (int i = 0; i < count; i++) sys(__NR_close, rights.fd[i], 0, 0);
    return n;
}

/*
 * Watches a process: to its end, and reaps it (0); or until it is to be killed (1), since its time is over or its owner,
 * the other end of the control socket, is gone. A terminal's master can be pumped into a log.
 *   pid, pidfd: the process, or 0 and -1: then it only makes copies of itself, for its owner
 *   control: a socket, or -1       timeout: milliseconds, or -1
 *   terminal:   packed: the descriptor to read in the low half, to write in the high half; -1 for none
 *   exited:     the report to fill in
 * All signals are blocked here (see start), so a log that is a broken pipe is an error of write, no death.
 */
static long monitor(int pid, int pidfd, int control, i64 timeout, i64 terminal, struct report *exited) {
    enum { PROCESS, OWNER, TERMINAL };
    struct { int fd; short events, revents; } fds[3] = {
        { pidfd, POLLIN, 0 }, { control, POLLIN, 0 }, { terminal < 0 ? -1 : (int)terminal, POLLIN, 0 } };
    int log = (int)(terminal >> 32);
    struct { long user[2], system[2], maxrss, rest[13]; } usage; /* struct rusage, the same on both architectures */
    int status = 0;
    if (pidfd < 0 && pid) return -EBADF; /* ppoll would pass it over, and wait for ever */
    i64 start = timeout < 0 ? 0 : milliseconds();
    while (!fds[PROCESS].revents) {
        struct __kernel_timespec left = { 0, 0 };
        if (timeout >= 0) { /* counted here: not every personality(2) lets ppoll count `left` down */
            i64 rest = timeout - (milliseconds() - start);
            if (rest < 0) rest = 0;
            left.tv_sec = rest / 1000;
            left.tv_nsec = rest % 1000 * 1000000;
        }
        long n = sys6(__NR_ppoll, (long)fds, 3, timeout < 0 ? 0 : (long)&left, 0, 0, 0);
        if (n == -EINTR) continue;
        if (n < 0) return n;
        if (n == 0) {
            exited->extra0 = 1;
            return 1;
        }
        if (fds[TERMINAL].revents && !pump(fds[TERMINAL].fd, log)) fds[TERMINAL].fd = -1;
        if (fds[OWNER].revents) {
            long r = copy_of_this(control);
            if (r <= 0 && r != -EINTR && r != -EAGAIN && !fds[PROCESS].revents) return 1;
        }
    }
    /* What the terminal still holds. Without a PID namespace someone may live and write on: so not for ever. */
    fds[TERMINAL].revents = 0;
    struct __kernel_timespec now = { 0, 0 };
    for (int i = 0; i < 256 && fds[TERMINAL].fd >= 0; i++)
        if (sys6(__NR_ppoll, (long)&fds[TERMINAL], 1, (long)&now, 0, 0, 0) <= 0 || !pump(fds[TERMINAL].fd, log)) break;
    long r;
    do r = sys4(__NR_wait4, pid, &status, __WALL, &usage); while (r == -EINTR);
    if (r < 0) return r;
    exited->value = status;
    exited->extra1 = (i64)((u64)(usage.user[0] + usage.system[0]) * 1000000 + (u64)(usage.user[1] + usage.system[1]));
    exited->extra2 = usage.maxrss;
    return 0;
}

/*
 * PID 1: waits with every signal blocked, so that even those a PID 1 has no handler for reach it (the kernel drops an
 * unhandled signal for it, but never a blocked one), and passes them on. An end between the look and the wait is not
 * missed: its SIGCHLD is pending then.
 */
static long reap(int child) {
    u64 all = ~0ull;
    int wait = WNOHANG;
    sys4(__NR_rt_sigprocmask, SIG_SETMASK_, &all, 0, 8);
    for (;;) {
        int status = 0, pid;
        while ((pid = (int)sys4(__NR_wait4, -1, &status, wait | __WALL, 0)) > 0)
            if (pid == child) return status & 0x7f ? 128 + (status & 0x7f) : status >> 8 & 0xff;
        if (pid < 0 && pid != -EINTR) return 255;
        long signal = sys4(__NR_rt_sigtimedwait, &all, 0, 0, 8);
        if (signal > 0 && signal != SIGCHLD_) sys(__NR_kill, child, signal, 0);
        if (signal < 0 && signal != -EINTR) wait = 0; /* a filter forbids it: then nothing is passed on, but it ends */
    }
}

/* The file lists some hundred at a time; whoever forks meanwhile is found the next time. */
static long kill_all(const char *procs) {
    char buffer[BUFFER];
    struct __kernel_timespec pause = { 0, 1000000 };
    for (int tries = 0; tries < 5000; tries++) {
        long fd = sys4(__NR_openat, AT_FDCWD, procs, O_RDONLY | O_CLOEXEC, 0);
        if (fd < 0) return fd == -ENOENT ? 0 : fd;
        int found = 0, pid = 0;
        for (long n; (n = sys(__NR_read, fd, buffer, sizeof buffer)) > 0;)
            for (long i = 0; i < n; i++)
                if (buffer[i] >= '0' && buffer[i] <= '9') pid = pid < 100000000 ? pid * 10 + buffer[i] - '0' : 0;
                else { if (pid > 0) { found = 1; sys(__NR_kill, pid, SIGKILL_, 0); } pid = 0; }
        sys(__NR_close, fd, 0, 0);
        if (!found) return 0;
        sys4(__NR_nanosleep, &pause, 0, 0, 0);
    }
    return -EBUSY;
}

static int read_fully(int fd, void *to, u64 n) {
    while (n) {
        long r = sys(__NR_read, fd, to, n);
        if (r == -EINTR) continue;
        if (r <= 0) return 0;
        to = (char *)to + r;
        n -= (u64)r;
    }
    return 1;
}

/*
 * What the other side says until its end of file. One byte is its word that it is set up: then the end is success (0).
 * A report is a failure, and passed on (1: it has been told). An end without a word is a death in the set-up.
 */
static long await(int fd) {
    char said[1 + sizeof(struct report)];
    u64 n = 0;
    struct { int fd; short events, revents; } end = { fd, 0, 0 }; /* the end alone: what is said before can wait */
    if (fd < 0) return -EBADF; /* ppoll would pass it over, and wait for ever */
    while (sys6(__NR_ppoll, (long)&end, 1, 0, 0, 0, 0) == -EINTR);
    while (n < sizeof said) {
        long r = sys(__NR_read, fd, said + n, sizeof said - n);
        if (r == -EINTR) continue;
        if (r == 0 || r == -ECONNRESET) break; /* the end; reset, if it died before it read what we told it */
        if (r < 0) return r;
        n += (u64)r;
    }
    if (n < sizeof(struct report)) return n == 1 ? 0 : n ? -EPROTO : -ECHILD;
    sys(__NR_write, channel, said + n - sizeof(struct report), sizeof(struct report));
    return 1;
}

/* ---- the loop --------------------------------------------------------------------------------------------------- */

static u64 load(const char *p, u64 width) {
    u64 v = 0;
    memcpy(&v, p, width); /* both architectures are little-endian */
    return v;
}

static int tolerated(const struct step *s, long r) {
    for (int i = 0; i < 4; i++)
        if (s->tolerate[i] && (s->tolerate[i] == ANY || -r == s->tolerate[i])) return 1;
    return 0;
}

static int holds(u8 when, i64 v) {
    return when == WHEN_ALWAYS || (when == WHEN_ZERO && v == 0) || (when == WHEN_NEGATIVE && v < 0)
        || (when == WHEN_POSITIVE && v > 0);
}

/* A step's argument as a call takes it. */
static i64 value(const struct step *s, int i) {
    u32 v = s->arg[i];
    switch (s->kind[i]) {
    case ARG_RESULT: return program.results[v];
    case ARG_DATA: return (i64)(program.data + v);
    case ARG_WIDE: return *(i64 *)(program.data + v);
    default: return (i32)v;
    }
}

/* Runs the program; the status to end with. */
static int run(void) {
    for (u32 at = 0; at < program.head.steps;) {
        const struct step *s = &program.steps[at];
        u32 next = at + 1;
        i64 a[6];
#ifdef FUZZ
        fuzz_step(s);
#endif
        long r = 0;
        int told = 0, sound = check_step(s);
        if (sound) for (int i = 0; i < 6; i++) a[i] = value(s, i);
        switch (sound ? s->op : 0) {
        case OP_CALL: do r = sys6(s->call, a[0], a[1], a[2], a[3], a[4], a[5]); while (r == -EINTR); break;
        case OP_JUMP: if (holds(s->when, a[0])) next = s->arg[1]; break;
        case OP_ON_FAILURE: on_failure = s->arg[0]; break;
        case OP_CHANNEL: channel = (int)a[0]; break;
        case OP_PUT: memcpy((char *)a[0], &a[1], s->arg[2]); break;
        case OP_GET: r = (long)load((char *)a[0], s->arg[1]); break;
        case OP_SUBTRACT: r = (long)((u64)a[0] - (u64)a[1]); break;
        case OP_DECIMAL: r = (long)put_decimal((char *)a[0], (u64)a[1], (char *)a[2]); break;
        case OP_EXEC: r = search_exec((char **)a[0], (char **)a[1], (char **)a[2]); break;
        case OP_AWAIT: r = await((int)a[0]); told = r > 0; break;
        case OP_MONITOR: r = monitor((int)a[0], (int)a[1], (int)a[2], a[3], a[4], (struct report *)a[5]); break;
        case OP_REAP: r = reap((int)a[0]); break;
        case OP_KILL_ALL: r = kill_all((char *)a[0]); break;
        case OP_EXIT: return (int)a[0];
        default: r = -EFAULT; /* an earlier step broke this one's data */
        }
        if (s->result != NONE) program.results[s->result] = r;
        int value_only = s->op == OP_GET || s->op == OP_SUBTRACT, error = r < 0 && r >= -4095 && !value_only;
        if ((told || (error && !tolerated(s, r)) || (r >= 0 && r < s->least)) && !unwinding) {
            if (!told) send_failure(at, error ? -r : EPROTO);
            if (on_failure == ~0u) return 1;
            unwinding = 1;
            next = on_failure;
        }
        at = next;
    }
    return 0;
}

/* ---- the beginning ---------------------------------------------------------------------------------------------- */

#ifndef FUZZ
/* Takes the rest of the program whose header is there, and runs it with its first registers as they are given. */
static int obey(int from, const i64 *given, u32 count) {
    if (check_head() && count <= program.head.results) {
        u64 size = body_size();
        long body = sys6(__NR_mmap, 0, (long)(size + program.head.results * sizeof(i64)), PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        if (body > 0 && read_fully(from, (char *)body, size) && take_body((char *)body)) {
            memcpy(program.results, given, count * sizeof(i64));
            return run();
        }
    }
    send_failure(0, ENOEXEC);
    return 1;
}

/* A Ctrl-C is for the container, and whoever watches it outlives it. */
static void be_undisturbed(void) {
    u64 all = ~0ull, by_default[4] = { 0 };
    sys4(__NR_rt_sigprocmask, SIG_SETMASK_, &all, 0, 8);
    sys4(__NR_rt_sigaction, SIGCHLD_, by_default, 0, 8); /* inherited as ignored, it would make wait4 forget the status */
}

/* Takes a program from CONTROL and obeys it; also in a copy, which forgets what it was. */
__attribute__((noreturn)) static void begin(void) {
    channel = CONTROL;
    on_failure = ~0u;
    unwinding = 0;
    if (!read_fully(channel, &program.head, sizeof program.head)) program.head.magic = 0;
    int status = obey(channel, 0, 0);
    for (;;) sys(__NR_exit_group, status, 0, 0);
}

#ifndef FRONT
__attribute__((used, noreturn)) void start(char **stack) { /* their number, the arguments, NULL */
    if (stack[0] > (char *)1) {
        title = stack[2];
        title_size = length(title);
    }
    be_undisturbed();
    begin();
}
#endif
#endif
