/*
 * A container's payload for the tests: looks at its room from inside, without a shell or a C library of the image.
 * Static. Each of its words prints one answer a line; an error is printed by its number's name and is no failure.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int say(const char *text) {
    puts(text);
    fflush(stdout);
    return 0;
}

/* The outcome of a call by its name: "ok", or the error's. */
static int outcome(long result) {
    return say(result >= 0 ? "ok" : strerrorname_np(errno));
}

/* fork, vfork and clone, one after the other: the numbers of the three children. */
static int births(void) {
    pid_t forked = fork();
    if (!forked) _exit(0);
    volatile pid_t vforked = vfork();
    if (!vforked) _exit(0);
    pid_t cloned = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (!cloned) _exit(0);
    printf("%d %d %d\n", forked, vforked, cloned);
    while (wait(0) > 0) { }
    return 0;
}

/* A first process that runs a command as its child and does nothing else: no signal handled, no orphan reaped. */
static int hold(char **command) {
    pid_t child = fork();
    if (!child) {
        execvp(command[0], command);
        _exit(127);
    }
    siginfo_t info;
    while (waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) { }
    return 0;
}

/* The oldest way out of chroot(2): a working directory that a second chroot has left outside of the root. */
static int escape(const char *marker) {
    mkdir("way-out", 0700);
    int result = chroot("way-out");
    if (result) return outcome(result);
    for (int i = 0; i < 64; i++)
        if (chdir("..")) return outcome(-1);
    if (chroot(".")) return outcome(-1);
    struct stat found;
    return say(stat(marker, &found) ? "inside" : "escaped");
}

static int attach(pid_t pid) {
    long result = ptrace(PTRACE_SEIZE, pid, 0, 0);
    outcome(result);
    if (!result) {
        ptrace(PTRACE_INTERRUPT, pid, 0, 0);
        waitpid(pid, 0, 0);
        ptrace(PTRACE_DETACH, pid, 0, 0);
    }
    return 0;
}

/* Listens on a port of all addresses, answers "listening" or the error, then stays until its input ends. */
static int serve(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons((unsigned short)port) };
    if (bind(fd, (struct sockaddr *)&any, sizeof any) || listen(fd, 8)) return outcome(-1);
    say("listening");
    char c;
    while (read(0, &c, 1) > 0) { }
    return 0;
}

enum { USER_KEYRING = -4, SEARCH = 10, READ = 11, UNLINK = 9 };

static long key(const char *name) {
    return syscall(SYS_keyctl, SEARCH, USER_KEYRING, "user", name, 0);
}

static int key_add(const char *name, const char *secret) {
    return outcome(syscall(SYS_add_key, "user", name, secret, strlen(secret), USER_KEYRING));
}

static int key_read(const char *name) {
    char secret[256];
    long found = key(name);
    long n = found < 0 ? found : syscall(SYS_keyctl, READ, found, secret, sizeof secret - 1);
    if (n < 0) return outcome(n);
    secret[n] = 0;
    return say(secret);
}

static int key_drop(const char *name) {
    long found = key(name);
    return outcome(found < 0 ? found : syscall(SYS_keyctl, UNLINK, found, USER_KEYRING));
}

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    const char *word = argv[1];
    char **rest = argv + 2;
    if (!strcmp(word, "births")) return births();
    if (argc < 3) return 2;
    if (!strcmp(word, "hold")) return hold(rest);
    if (!strcmp(word, "escape")) return escape(rest[0]);
    if (!strcmp(word, "attach")) return attach((pid_t)atoi(rest[0]));
    if (!strcmp(word, "serve")) return serve(atoi(rest[0]));
    if (!strcmp(word, "key-read")) return key_read(rest[0]);
    if (!strcmp(word, "key-drop")) return key_drop(rest[0]);
    if (argc < 4) return 2;
    if (!strcmp(word, "key-add")) return key_add(rest[0], rest[1]);
    if (!strcmp(word, "chroot")) {
        if (chroot(rest[0]) || chdir("/")) return outcome(-1);
        return escape(rest[1]);
    }
    return 2;
}
