/*
 * A caller of an OCI runtime, as conmon and containerd's shim are: it makes itself the subreaper of its descendants, runs a
 * command, then waits for whatever else becomes its child, until there is nobody left. It prints a line an end:
 *
 *     own STATUS     the command's
 *     PID STATUS     of a process that was reparented to it
 */
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc < 2 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)) return 100;
    pid_t own = fork();
    if (own < 0) return 101;
    if (!own) {
        execv(argv[1], argv + 1);
        _exit(102);
    }
    int status;
    pid_t pid;
    while ((pid = wait(&status)) > 0) {
        int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        if (pid == own) printf("own %d\n", code);
        else printf("%d %d\n", pid, code);
        fflush(stdout);
    }
    return 0;
}
