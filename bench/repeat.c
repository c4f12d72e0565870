/*
 * Runs a command again and again, and says what each run took: the peers of the benchmarks, without a JVM between.
 *
 *   repeat COMMAND ARG...     then a count a line on standard input: so many runs, for each a line "WALL CPU" in
 *                             nanoseconds; CPU is the command's with all it waited for, and this process's own
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long micros(struct rusage *u) {
    return (u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1000000L + u->ru_utime.tv_usec + u->ru_stime.tv_usec;
}

static long cpu(void) {
    struct rusage self, children;
    getrusage(RUSAGE_SELF, &self);
    getrusage(RUSAGE_CHILDREN, &children);
    return (micros(&self) + micros(&children)) * 1000L;
}

static long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fputs("usage: repeat COMMAND ARG...\n", stderr);
        return 2;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    for (int count; scanf("%d", &count) == 1;) {
        for (int i = 0; i < count; i++) {
            long used = cpu(), began = now();
            pid_t pid;
            int status = -1, error = posix_spawnp(&pid, argv[1], &actions, 0, argv + 1, environ);
            if (error) {
                fprintf(stderr, "repeat: %s: %s\n", argv[1], strerror(error));
                return 1;
            }
            while (waitpid(pid, &status, 0) < 0 && errno == EINTR) { }
            if (status) {
                fprintf(stderr, "repeat: %s ended with status 0x%x\n", argv[1], status);
                return 1;
            }
            long wall = now() - began;
            printf("%ld %ld\n", wall, cpu() - used);
        }
        fflush(stdout);
    }
    return 0;
}
