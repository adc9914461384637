// SPDX-License-Identifier: GPL-2.0
/*
 * i915_bench: what an operation of the i915 user API costs, in counts that do not depend on the
 * host.
 *
 * Runs the rows of ops.c on whatever driver has the GPU, or wraps another program in a measured
 * section. Prints a line for each section; a row that failed says so and has no number.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

static int explain(FILE *to, int status)
{
	fprintf(to,
		"usage: i915_bench [--idle SECONDS] [--op NAME]... | --list | --memory |\n"
		"                  --wrap NAME COMMAND [ARGUMENT]... | --unload MODULE\n"
		"  --list    the rows, one a line\n"
		"  --op      only these rows (default: all)\n"
		"  --idle    sleep before each row, for what earlier ones left to the background\n"
		"  --memory  what an idle file, context, VM, object, VMA takes of the guest's memory\n"
		"  --wrap    run COMMAND and print what it cost as a whole, as NAME\n"
		"  --unload  remove MODULE from the kernel and print what that cost, as unload\n"
		"Prints: BENCH name n=N ns=T counter=value ...    counters of the virtual GPU, guest-instructions among them\n"
		"        MEMORY kind n=N bytes=B\n"
		"        FAILED name reason\n"
		"Needs a virtual GPU (-device intel-gt) and root; instructions are counted under -icount only.\n");
	return status;
}

static int run_op(const struct bench_op *op)
{
	struct bench b = { .fd = dev_open(), .fd2 = dev_open(), .n = 1 };
	const char *where = "open";
	int ret = -ENODEV;

	if (b.fd < 0 || b.fd2 < 0)
		goto out;

	where = "batch";
	ret = dev_batch(b.fd, &b.handle);
	if (ret)
		goto out;

	where = "setup";
	ret = op->setup ? op->setup(&b) : 0;
	if (ret)
		goto out;

	/* once unmeasured: a row is about the steady state */
	where = "run";
	ret = op->run(&b);
	if (!ret) {
		b.n = op->n;
		measure_begin(op->name);
		ret = op->run(&b);
		if (!ret)
			measure_end(op->name, b.n);
	}
	if (op->teardown)
		op->teardown(&b);
out:
	if (ret)
		printf("FAILED %s %s: %s\n", op->name, where, strerror(-ret));
	close(b.fd);
	close(b.fd2);

	return ret;
}

static int wrap(const char *name, char **command)
{
	int status;
	pid_t pid;

	measure_begin(name);
	pid = fork();
	if (!pid) {
		/* whoever ends us at the time limit means the program too */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execvp(command[0], command);
		perror(command[0]);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status)) {
		printf("FAILED %s %s did not end with status 0\n", name, command[0]);
		return 1;
	}
	measure_end(name, 1);

	return 0;
}

/* The system call alone: starting rmmod costs many times as much. */
static int remove_module(const char *module)
{
	measure_begin("unload");
	if (syscall(SYS_delete_module, module, O_NONBLOCK)) {
		printf("FAILED unload %s: %s\n", module, strerror(errno));
		return 1;
	}
	measure_end("unload", 1);

	return 0;
}

static bool is_wanted(const char *name, const char **wanted, unsigned int count)
{
	unsigned int w;

	for (w = 0; w < count; w++) {
		if (!strcmp(wanted[w], name))
			return true;
	}

	return false;
}

int main(int argc, char **argv)
{
	const char *wanted[64], *wrapped = NULL, *removed = NULL;
	unsigned int i, count = 0, idle = 0;
	int arg, w, failed = 0;

	for (arg = 1; arg < argc && !strncmp(argv[arg], "--", 2); arg++) {
		if (!strcmp(argv[arg], "--help"))
			return explain(stdout, 0);
		if (!strcmp(argv[arg], "--list")) {
			for (i = 0; i < bench_ops_count; i++)
				puts(bench_ops[i].name);
			return 0;
		}
		if (!strcmp(argv[arg], "--memory"))
			return memory_run();
		if (arg + 1 == argc)
			return explain(stderr, 2);
		if (!strcmp(argv[arg], "--op") && count < 64)
			wanted[count++] = argv[++arg];
		else if (!strcmp(argv[arg], "--wrap"))
			wrapped = argv[++arg];
		else if (!strcmp(argv[arg], "--unload"))
			removed = argv[++arg];
		else if (!strcmp(argv[arg], "--idle"))
			idle = atoi(argv[++arg]);
		else
			return explain(stderr, 2);
	}
	if (measure_init())
		return 1;
	if (wrapped)
		return arg < argc ? wrap(wrapped, argv + arg) : explain(stderr, 2);

	if (removed)
		return remove_module(removed);

	for (i = 0; i < bench_ops_count; i++) {
		if (count && !is_wanted(bench_ops[i].name, wanted, count))
			continue;
		sleep(idle);
		failed += run_op(&bench_ops[i]) != 0;
	}
	for (w = 0; w < (int)count; w++) {
		for (i = 0; i < bench_ops_count && strcmp(bench_ops[i].name, wanted[w]); i++)
			;
		if (i == bench_ops_count) {
			printf("FAILED %s no such row: see i915_bench --list\n", wanted[w]);
			failed++;
		}
	}

	return failed != 0;
}
