// SPDX-License-Identifier: GPL-2.0
/*
 * Named cases, each in a process group of its own, with a time limit and the
 * leak audit before and after.
 */
#include <fnmatch.h>
#include <getopt.h>
#include <stdarg.h>
#include <time.h>

#include "../i915_util.h"
#include "internal.h"

/* What a case tells the process that runs the cases; shared memory. */
static struct report {
	bool failed;
	bool tuned;
	char skip[256];
} *report;

static const struct i915_case *now;
static const char *self;

const struct i915_case *i915_case_now(void)
{
	return now;
}

void i915_report_tuned(void)
{
	if (report)
		report->tuned = true;
}

static void say(const char *where, const char *fmt, va_list args)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, args);
	printf("# %s%s%s\n", where ?: "", where ? ": " : "", text);
	fflush(stdout);
}

void i915_note(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(NULL, fmt, args);
	va_end(args);
}

bool i915_complain(const char *where, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(where, fmt, args);
	va_end(args);
	if (report)
		report->failed = true;

	return false;
}

void i915_fail(const char *where, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(where, fmt, args);
	va_end(args);
	if (!now)
		ksft_exit_fail_msg("outside of the cases\n");
	report->failed = true;
	_exit(KSFT_FAIL);
}

void i915_skip(const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (!now)
		ksft_exit_skip("%s\n", text);
	snprintf(report->skip, sizeof(report->skip), "%s", text);
	_exit(KSFT_SKIP);
}

__u64 i915_now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);

	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

__u64 i915_now_ms(void)
{
	return i915_now_ns() / I915_NSEC_PER_MSEC;
}

void i915_sleep_ms(unsigned int ms)
{
	struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&time, &time) && errno == EINTR)
		;
}

/* The process of a case */
static void run_case(const struct i915_case *test)
{
	setpgid(0, 0);
	i915_die_with_parent();
	now = test;
	test->run(i915_open_or_die());
	fflush(stdout);
	_exit(report->failed ? KSFT_FAIL : KSFT_PASS);
}

/* Return: what waitpid() said, or -1 if the time was over. */
static int wait_case(pid_t pid, unsigned int limit_s)
{
	sigset_t chld;
	struct timespec left;
	__u64 until = i915_now_ms() + limit_s * 1000ull;
	int status;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	for (;;) {
		__u64 time = i915_now_ms();

		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		if (time >= until)
			return -1;
		left.tv_sec = (until - time) / 1000;
		left.tv_nsec = (until - time) % 1000 * 1000000;
		sigtimedwait(&chld, NULL, &left);
	}
}

/* Stop what a case that broke off, failed or skipped, left running on the GPU. */
static void stop_gpu(int fd)
{
	i915_drop_caches(fd, DROP_RESET_ACTIVE | DROP_RETIRE | DROP_IDLE | DROP_FREED);
}

/* Return: a file of the device, bound again if a case left it unbound, or -1. */
static int reopen(const struct i915_slot *slot)
{
	int fd = i915_open();

	if (fd >= 0)
		return fd;
	if (i915_bind(slot))
		return -1;

	return i915_open();
}

/* Return: did the case leave nothing behind? */
static bool clean_up(const struct i915_case *test, const struct i915_slot *slot,
		     const struct i915_audit *before)
{
	struct i915_audit after;
	bool clean = true;
	int fd = reopen(slot);

	if (fd < 0)
		return i915_complain(test->name, "the device is gone");

	if (report->failed || *report->skip)
		stop_gpu(fd);
	if (report->tuned)
		i915_engine_untune(fd);
	if (before->kinds && !(test->flags & I915_CASE_NO_AUDIT)) {
		i915_audit_take(fd, &after);
		clean = !i915_audit_compare(before, &after, test->name);
	}
	close(fd);

	return clean;
}

static void take_audit(int fd, struct i915_audit *audit)
{
	audit->kinds = 0;
	if (i915_audit_exists(fd))
		i915_audit_take(fd, audit);
}

/* Run one case and report its result. */
static void do_case(const struct i915_case *test, const struct i915_slot *slot)
{
	unsigned int limit_s = test->limit_s ?: I915_CASE_LIMIT_S;
	struct i915_audit before = {};
	int fd = reopen(slot);
	int status;
	pid_t pid;

	memset(report, 0, sizeof(*report));
	if (fd < 0) {
		ksft_test_result_fail("%s\n", test->name);
		return;
	}
	take_audit(fd, &before);
	close(fd);

	fflush(stdout);
	pid = fork();
	if (!pid)
		run_case(test);
	setpgid(pid, pid);
	status = pid < 0 ? 1 : wait_case(pid, limit_s);
	if (status == -1)
		i915_complain(test->name, "not done within %u s", limit_s);
	else if (WIFSIGNALED(status))
		i915_complain(test->name, "ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) == KSFT_FAIL)
		report->failed = true;
	if (pid > 0)
		kill(-pid, SIGKILL);
	if (status == -1)
		waitpid(pid, NULL, 0);
	if (!clean_up(test, slot, &before))
		report->failed = true;

	if (*report->skip && !report->failed)
		ksft_test_result_skip("%s %s\n", test->name, report->skip);
	else
		ksft_test_result(!report->failed, "%s\n", test->name);
}

static void usage(FILE *out, const struct i915_case *cases, unsigned int count, const char *about)
{
	unsigned int n;

	fprintf(out, "Usage: %s [--list-subtests] [--run-subtest PATTERN]... [--help]\n%s\n"
		"Needs root. KTAP output; exit status 0: passed, 1: failed, 4: skipped.\n"
		"\nSubtests:\n", self, about);
	for (n = 0; n < count; n++)
		fprintf(out, "  %-32s %s\n", cases[n].name, cases[n].what ?: "");
}

/* Keep the cases that match. Return: false if the command line is wrong. */
static bool parse(int argc, char **argv, const struct i915_case *cases, unsigned int count,
		  const char *about, bool *wanted)
{
	static const struct option options[] = {
		{ "list-subtests", no_argument, NULL, 'l' },
		{ "run-subtest", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	bool found, chosen = false;
	unsigned int n;
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'l':
			for (n = 0; n < count; n++)
				puts(cases[n].name);
			exit(KSFT_PASS);
		case 'r':
			found = false;
			for (n = 0; n < count; n++) {
				if (fnmatch(optarg, cases[n].name, 0))
					continue;
				wanted[n] = true;
				found = true;
			}
			if (!found) {
				fprintf(stderr, "no subtest \"%s\"; see --list-subtests\n", optarg);
				return false;
			}
			chosen = true;
			break;
		case 'h':
			usage(stdout, cases, count, about);
			exit(KSFT_PASS);
		default:
			return false;
		}
	}
	for (n = 0; n < count && !chosen; n++)
		wanted[n] = true;

	return optind == argc;
}

static void run_wanted(const struct i915_case *cases, unsigned int count, const bool *wanted,
		       const struct i915_slot *slot)
{
	unsigned int n, plan = 0;

	for (n = 0; n < count; n++)
		plan += wanted[n];
	ksft_set_plan(plan);
	for (n = 0; n < count; n++) {
		if (wanted[n])
			do_case(&cases[n], slot);
	}
}

int i915_cases_main(int argc, char **argv, const struct i915_case *cases, unsigned int count,
		    const char *about)
{
	struct i915_slot slot;
	bool *wanted = calloc(count, sizeof(*wanted));
	sigset_t chld;
	int fd;

	self = argv[0];
	i915_child_other_main(argc, argv);
	if (!wanted || !parse(argc, argv, cases, count, about, wanted)) {
		usage(stderr, cases, count, about);
		return KSFT_FAIL;
	}

	setvbuf(stdout, NULL, _IOLBF, 0);
	ksft_print_header();
	fd = i915_open();
	if (fd < 0)
		ksft_exit_skip("no i915 card in /dev/dri: is the module loaded, are you root?\n");
	slot = i915_slot(fd);
	close(fd);

	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (report == MAP_FAILED)
		ksft_exit_fail_msg("mmap: %s\n", strerror(errno));
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);

	run_wanted(cases, count, wanted, &slot);
	ksft_finished();
}
