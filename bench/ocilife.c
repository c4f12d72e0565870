/*
 * Leads containers of an OCI runtime through their life, and says what each command took: no JVM between.
 *
 *   ocilife BUNDLE ID PIDFILE RUNTIME GLOBAL-FLAG...
 *
 * Then a count a line on standard input: so many lives, for each a line with the wall time in nanoseconds of create,
 * state, start, kill and delete.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static posix_spawn_file_actions_t actions;
static char *words[64];
static int globals;

static long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

/* Runs the runtime with these words behind its global flags; nanoseconds. */
static long command(char *const more[]) {
    int n = globals, status = -1;
    for (; *more; more++) words[n++] = *more;
    words[n] = 0;
    pid_t pid;
    long began = now();
    int error = posix_spawn(&pid, words[0], &actions, 0, words, environ);
    if (error) {
        fprintf(stderr, "ocilife: %s: %s\n", words[0], strerror(error));
        exit(1);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) { }
    long took = now() - began;
    if (status) {
        fprintf(stderr, "ocilife: %s %s ended with status 0x%x\n", words[0], words[globals], status);
        exit(1);
    }
    return took;
}

int main(int argc, char **argv) {
    if (argc < 5 || argc > 40) {
        fputs("usage: ocilife BUNDLE ID PIDFILE RUNTIME GLOBAL-FLAG...\n", stderr);
        return 2;
    }
    char *bundle = argv[1], *id = argv[2], *pidfile = argv[3];
    for (int i = 4; i < argc; i++) words[globals++] = argv[i];
    /* the container's process becomes ours, and its end is waited for */
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    for (int count; scanf("%d", &count) == 1;) {
        for (int i = 0; i < count; i++) {
            long create = command((char *[]){ "create", "--bundle", bundle, "--pid-file", pidfile, id, 0 });
            int first = 0;
            FILE *f = fopen(pidfile, "r");
            if (!f || fscanf(f, "%d", &first) != 1) {
                fputs("ocilife: no pid file\n", stderr);
                return 1;
            }
            fclose(f);
            long state = command((char *[]){ "state", id, 0 });
            long start = command((char *[]){ "start", id, 0 });
            long kill = command((char *[]){ "kill", id, "KILL", 0 });
            while (waitpid(first, 0, 0) < 0 && errno == EINTR) { }
            long delete = command((char *[]){ "delete", id, 0 });
            printf("%ld %ld %ld %ld %ld\n", create, state, start, kill, delete);
        }
        fflush(stdout);
    }
    return 0;
}
