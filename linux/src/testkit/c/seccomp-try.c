/*
 * Loads a filter and tries calls under it, from inside, without a C library's help in between.
 *
 *   seccomp-try FILTER FLAGS NUMBER[:ARGUMENT]...
 *
 * prints for each call its number and the errno it failed with, 0 if it succeeded.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static char program[65536];

int main(int argc, char **argv)
{
	int file = open(argv[1], O_RDONLY);
	long size = read(file, program, sizeof program);
	struct sock_fprog filter = { size / 8, (struct sock_filter *)program };

	setvbuf(stdout, NULL, _IONBF, 0);
	close(file);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, atol(argv[2]), &filter)) {
		perror("seccomp");
		return 1;
	}
	for (int i = 3; i < argc; i++) {
		unsigned long long args[6] = {0};
		char *word = strtok(argv[i], ":");
		long number = strtol(word, NULL, 0);

		for (int n = 0; n < 6 && (word = strtok(NULL, ":")) != NULL; n++)
			args[n] = strtoull(word, NULL, 0);
		errno = 0;
		if (syscall(number, args[0], args[1], args[2], args[3], args[4], args[5]) != -1)
			errno = 0;
		printf("%ld %d\n", number, errno);
	}
	return 0;
}
