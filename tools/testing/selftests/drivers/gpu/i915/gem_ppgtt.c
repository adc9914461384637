// SPDX-License-Identifier: GPL-2.0
/*
 * An object shared by its name (flink) is bound in the address space of each
 * process that uses it. When such an importer goes away, so must its binding,
 * although the exporter keeps the object. Two ways to go: the importer exits,
 * or it closes its handle and lives on.
 *
 * What is still bound is seen in debugfs i915_gem_gtt, by the name of the
 * object; where the driver has a leak audit, that must not have changed either.
 */

#include <getopt.h>

#include "i915_util.h"

static bool name_is_bound(int fd, __u32 name)
{
	char text[32];

	snprintf(text, sizeof(text), "(name: %u)", name);

	return i915_debugfs_search(fd, "i915_gem_gtt", text);
}

static bool expect(bool ok, const char *what)
{
	if (!ok)
		ksft_print_msg("failed: %s\n", what);

	return ok;
}

static bool audit_clean(int fd, const struct i915_audit *before, const char *when)
{
	struct i915_audit after;

	if (!i915_audit_exists(fd))
		return true;

	i915_audit_take(fd, &after);

	return !i915_audit_compare(before, &after, when);
}

static bool flink_and_exit(int fd)
{
	__u32 handle = i915_gem_create_batch(fd);
	__u32 name = i915_gem_flink(fd, handle);
	struct i915_importer importer;
	struct i915_audit before;
	bool ok;

	if (i915_audit_exists(fd))
		i915_audit_take(fd, &before);

	ok = expect(!name_is_bound(fd, name), "the object is bound nowhere before it is used");
	importer = i915_importer_start(name);
	ok &= expect(name_is_bound(fd, name), "the object is bound while the importer is there");
	i915_importer_end(&importer);
	i915_settle(fd);
	ok &= expect(!name_is_bound(fd, name),
		     "the object is bound nowhere after the importer has gone");
	ok &= audit_clean(fd, &before, "after the importer has gone");

	i915_gem_close(fd, handle);

	return ok;
}

static bool flink_and_close(int fd)
{
	__u32 handle = i915_gem_create_batch(fd);
	__u32 name = i915_gem_flink(fd, handle);
	__u32 imported, own;
	struct i915_audit before;
	__u64 first, second;
	int importer = i915_open_or_die();
	bool ok;

	/* so that the default context is not what makes the difference */
	own = i915_gem_create_batch(importer);
	i915_gem_exec(importer, own);
	i915_gem_close(importer, own);
	if (i915_audit_exists(fd))
		i915_audit_take(fd, &before);

	imported = i915_gem_open_name(importer, name);
	first = i915_gem_exec(importer, imported);
	ok = expect(name_is_bound(fd, name), "the object is bound while its handle is open");
	i915_gem_close(importer, imported);
	i915_settle(fd);
	ok &= expect(!name_is_bound(fd, name),
		     "the object is bound nowhere after its handle was closed");
	ok &= audit_clean(fd, &before, "after the handle was closed");

	own = i915_gem_create_batch(importer);
	second = i915_gem_exec(importer, own);
	if (!expect(first == second, "the address of the shared object can be used again")) {
		ksft_print_msg("it was 0x%llx, the next object is at 0x%llx\n",
			       (unsigned long long)first, (unsigned long long)second);
		ok = false;
	}
	i915_gem_close(importer, own);
	close(importer);
	i915_gem_close(fd, handle);

	return ok;
}

static const struct subtest {
	const char *name;
	const char *what;
	bool (*run)(int fd);
} subtests[] = {
	{ "flink-and-exit-vma-leak", "the importer of a shared object exits", flink_and_exit },
	{ "flink-and-close-vma-leak", "the importer closes its handle and lives on",
	  flink_and_close },
};

static void usage(FILE *out, const char *self)
{
	unsigned int n;

	fprintf(out, "Usage: %s [--list-subtests] [--run-subtest NAME] [--help]\n"
		"Does the i915 driver leave bindings of shared objects behind? Needs root.\n"
		"Without --run-subtest all subtests run. KTAP output; exit status 0: passed,\n"
		"1: failed, 4: skipped (no i915 GPU, or no debugfs i915_gem_gtt).\n"
		"\nSubtests:\n", self);
	for (n = 0; n < ARRAY_SIZE(subtests); n++)
		fprintf(out, "  %-26s %s\n", subtests[n].name, subtests[n].what);
}

static void list_subtests(void)
{
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(subtests); n++)
		puts(subtests[n].name);
}

static bool parse(int argc, char **argv, const char **only)
{
	static const struct option options[] = {
		{ "list-subtests", no_argument, NULL, 'l' },
		{ "run-subtest", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'l':
			list_subtests();
			exit(KSFT_PASS);
		case 'r':
			*only = optarg;
			break;
		case 'h':
			usage(stdout, argv[0]);
			exit(KSFT_PASS);
		default:
			return false;
		}
	}

	return optind == argc;
}

static unsigned int count_wanted(const char *only)
{
	unsigned int n, wanted = 0;

	for (n = 0; n < ARRAY_SIZE(subtests); n++)
		wanted += !only || !strcmp(only, subtests[n].name);

	return wanted;
}

int main(int argc, char **argv)
{
	const char *only = NULL;
	unsigned int n;
	int fd;

	if (!parse(argc, argv, &only)) {
		usage(stderr, argv[0]);
		return KSFT_FAIL;
	}
	if (!count_wanted(only)) {
		fprintf(stderr, "no subtest \"%s\"; see --list-subtests\n", only);
		return KSFT_FAIL;
	}

	ksft_print_header();
	fd = i915_open();
	if (fd < 0)
		ksft_exit_skip("no i915 card in /dev/dri: is the module loaded, are you root?\n");
	if (!i915_debugfs_has(fd, "i915_gem_gtt"))
		ksft_exit_skip("no debugfs i915_gem_gtt\n");

	ksft_set_plan(count_wanted(only));
	for (n = 0; n < ARRAY_SIZE(subtests); n++) {
		if (only && strcmp(only, subtests[n].name))
			continue;
		ksft_test_result(subtests[n].run(fd), "%s\n", subtests[n].name);
	}
	close(fd);
	ksft_finished();
}
