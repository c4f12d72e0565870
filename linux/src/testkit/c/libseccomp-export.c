/*
 * Builds a policy with libseccomp as runc does and writes the program it makes, for comparison with our own.
 *
 *   libseccomp-export names    < names    prints those names that libseccomp knows, one a line
 *   libseccomp-export export   < policy   writes struct sock_filter[] to standard output
 *
 * A policy is lines of words: "default ACTION", "arch TOKEN", "only TOKEN", "optimize",
 * "rule ACTION NAME [INDEX OP VALUE VALUE2]..." with numbers in decimal and OP as libseccomp's enum.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void check(int result, const char *what)
{
	if (result < 0 && result != -EEXIST) {
		fprintf(stderr, "%s: %s\n", what, strerror(-result));
		exit(1);
	}
}

static unsigned long long number(void)
{
	char *word = strtok(NULL, " \n");
	return word ? strtoull(word, NULL, 10) : 0;
}

static void rule(scmp_filter_ctx filter, unsigned default_action, char *line)
{
	struct scmp_arg_cmp args[16];
	unsigned count = 0, seen[6] = {0}, twice = 0;
	unsigned action = number();
	char *name = strtok(NULL, " \n"), *word;
	int call = seccomp_syscall_resolve_name(name);

	if (action == default_action || call == __NR_SCMP_ERROR)
		return;
	while ((word = strtok(NULL, " \n")) != NULL) {
		unsigned index = atoi(word), op = number();
		unsigned long long a = number(), b = number();

		args[count++] = (struct scmp_arg_cmp){ index, op, a, b };
		twice |= seen[index]++;
	}
	if (!twice) {
		check(seccomp_rule_add_array(filter, action, call, count, args), line);
		return;
	}
	for (unsigned i = 0; i < count; i++)
		check(seccomp_rule_add_array(filter, action, call, 1, &args[i]), line);
}

int main(int argc, char **argv)
{
	static char line[4096];
	scmp_filter_ctx filter = NULL;
	unsigned default_action = 0;

	if (argc == 2 && !strcmp(argv[1], "names")) {
		while (fgets(line, sizeof line, stdin)) {
			line[strcspn(line, "\n")] = 0;
			if (seccomp_syscall_resolve_name(line) != __NR_SCMP_ERROR)
				puts(line);
		}
		return 0;
	}
	while (fgets(line, sizeof line, stdin)) {
		char *word = strtok(line, " \n");

		if (!word)
			continue;
		if (!strcmp(word, "default")) {
			filter = seccomp_init(default_action = number());
			if (!filter)
				return 1;
		} else if (!strcmp(word, "arch")) {
			check(seccomp_arch_add(filter, number()), "arch");
		} else if (!strcmp(word, "only")) {
			check(seccomp_arch_add(filter, number()), "arch");
			check(seccomp_arch_remove(filter, SCMP_ARCH_NATIVE), "native");
		} else if (!strcmp(word, "optimize")) {
			check(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2), "optimize");
		} else if (!strcmp(word, "rule")) {
			rule(filter, default_action, line);
		}
	}
	check(seccomp_export_bpf(filter, STDOUT_FILENO), "export");
	return 0;
}
