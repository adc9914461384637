// SPDX-License-Identifier: GPL-2.0
/*
 * Can gem_ppgtt fail? With __i915_vma_unbind_no_wait() made to return an error
 * (fail_function), a binding is left behind when an importer exits, and
 * gem_ppgtt must say so and name it. With the injection removed nothing comes
 * back by itself, but when the exporter destroys the object, the leak goes, too.
 */

#include <libgen.h>
#include <limits.h>

#include "i915_util.h"

#define FAIL_FUNCTION	I915_DEBUGFS "/fail_function"
#define FUNCTION	"__i915_vma_unbind_no_wait"
#define SUBTEST		"flink-and-exit-vma-leak"

static int set(const char *file, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), FAIL_FUNCTION "/%s", file);

	return i915_write_file(path, value);
}

static void injection_off(void)
{
	set("inject", "!" FUNCTION);
	set("probability", "0");
	set("times", "1");
	set("verbose", "2");
}

static int injection_on(void)
{
	static const struct {
		const char *file, *value;
	} settings[] = {
		{ "inject", FUNCTION },
		/* -EBUSY */
		{ FUNCTION "/retval", "0xfffffffffffffff0" },
		{ "task-filter", "N" },
		{ "probability", "100" },
		{ "interval", "1" },
		{ "space", "0" },
		{ "verbose", "0" },
		/* last: from here on it fails */
		{ "times", "-1" },
	};
	unsigned int n;
	int ret;

	for (n = 0; n < ARRAY_SIZE(settings); n++) {
		ret = set(settings[n].file, settings[n].value);
		if (ret) {
			ksft_print_msg("writing %s to " FAIL_FUNCTION "/%s: %s\n",
				       settings[n].value, settings[n].file, strerror(-ret));
			injection_off();
			return ret;
		}
	}

	return 0;
}

/* Run gem_ppgtt, which lies beside us. Return: its exit status; its output is noted. */
static int run_gem_ppgtt(bool *named_the_object, bool *named_the_kind)
{
	char self[PATH_MAX], command[PATH_MAX + 64], line[512];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int status;
	FILE *out;

	if (len < 0)
		i915_fatal("/proc/self/exe: %s", strerror(errno));
	self[len] = '\0';
	snprintf(command, sizeof(command), "%s/gem_ppgtt --run-subtest " SUBTEST, dirname(self));

	*named_the_object = false;
	*named_the_kind = false;
	out = popen(command, "r");
	if (!out)
		i915_fatal("%s: %s", command, strerror(errno));
	while (fgets(line, sizeof(line), out)) {
		ksft_print_msg("> %s", line);
		*named_the_object |= !!strstr(line, "the object is bound nowhere after");
		*named_the_kind |= !!strstr(line, ": vma_bound: ");
	}
	status = pclose(out);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* gem_ppgtt fails with the injection, for the right reason, and passes without. */
static bool test_is_sensitive(void)
{
	bool object, kind;
	int status;

	if (injection_on())
		return false;
	status = run_gem_ppgtt(&object, &kind);
	injection_off();
	if (status != KSFT_FAIL || !object || !kind) {
		ksft_print_msg("with a failing unbind: status %d, expected 1; %s, %s\n", status,
			       object ? "it saw the object" : "it did not see the object",
			       kind ? "and named the kind" : "and did not name the kind");
		return false;
	}

	status = run_gem_ppgtt(&object, &kind);
	if (status != KSFT_PASS)
		ksft_print_msg("without it: status %d (expected 0)\n", status);

	return status == KSFT_PASS;
}

static bool leaks(int fd, const struct i915_audit *before, const char *when, bool expected)
{
	struct i915_audit now;
	unsigned int kinds;

	i915_audit_take(fd, &now);
	kinds = i915_audit_compare(before, &now, when);
	if (!!kinds != expected)
		ksft_print_msg("%s: %u kinds leaked, expected %s\n", when, kinds,
			       expected ? "some" : "none");

	return !!kinds == expected;
}

static void importer(struct i915_child *child, void *arg)
{
	__u32 *name = arg;
	int fd = i915_open_or_die();

	i915_gem_exec(fd, i915_gem_open_name(fd, *name));
	i915_child_ready(child);
	i915_child_pause(child);
}

/* What leaked stays after the injection, and goes with the exporter's object. */
static bool leak_ends_with_object(int fd)
{
	struct i915_audit empty, before;
	struct i915_child child;
	__u32 handle, name;
	bool ok;

	i915_audit_take(fd, &empty);
	handle = i915_gem_create_batch(fd);
	name = i915_gem_flink(fd, handle);
	i915_audit_take(fd, &before);

	i915_child_start(&child, importer, &name);
	i915_child_wait_ready(&child);
	if (injection_on()) {
		i915_child_finish(&child);
		i915_gem_close(fd, handle);
		return false;
	}
	i915_child_finish(&child);
	/* still on while the importer's context is cleaned up in the background */
	i915_settle(fd);
	injection_off();

	ok = leaks(fd, &before, "with the injection removed", true);
	i915_gem_close(fd, handle);
	ok &= leaks(fd, &empty, "with the object destroyed", false);

	return ok;
}

int main(void)
{
	int fd;

	ksft_print_header();
	fd = i915_open();
	if (fd < 0)
		ksft_exit_skip("no i915 card in /dev/dri: is the module loaded, are you root?\n");
	if (!i915_audit_exists(fd))
		ksft_exit_skip("no debugfs i915_audit\n");
	if (access(FAIL_FUNCTION, F_OK))
		ksft_exit_skip("no " FAIL_FUNCTION " (CONFIG_FAIL_FUNCTION)\n");
	if (set("inject", FUNCTION))
		ksft_exit_skip(FUNCTION " cannot be made to fail\n");
	injection_off();

	ksft_set_plan(2);
	ksft_test_result(test_is_sensitive(), "gem_ppgtt-sees-an-injected-leak\n");
	ksft_test_result(leak_ends_with_object(fd), "leak-ends-with-the-object\n");
	close(fd);
	ksft_finished();
}
