// SPDX-License-Identifier: GPL-2.0
/*
 * An object shared by its name (flink) is bound in the address space of each
 * process that uses it. When such an importer goes away, so must its binding,
 * although the exporter keeps the object. Two ways to go: the importer exits,
 * or it closes its handle and lives on.
 *
 * What is still bound is seen in debugfs i915_gem_gtt, by the name of the
 * object; where the driver has a leak audit, that must not have changed either.
 * i915_importer asks the same of every way to share and to go.
 */
#include "i915_util.h"

static bool name_is_bound(int fd, __u32 name)
{
	char text[32];

	snprintf(text, sizeof(text), "(name: %u)", name);

	return i915_debugfs_search(fd, "i915_gem_gtt", text);
}

static void audit_take(int fd, struct i915_audit *audit)
{
	if (i915_audit_exists(fd))
		i915_audit_take(fd, audit);
}

static void audit_clean(int fd, const struct i915_audit *before, const char *when)
{
	struct i915_audit after;

	if (!i915_audit_exists(fd))
		return;

	i915_audit_take(fd, &after);
	if (i915_audit_compare(before, &after, when))
		i915_complain("the audit", "something is left %s", when);
}

static void expect(bool ok, const char *what)
{
	if (!ok)
		i915_complain("failed", "%s", what);
}

static void importer(struct i915_child *child, void *arg)
{
	__u32 *name = arg;
	int fd = i915_open_or_die();

	i915_gem_exec(fd, i915_gem_open_name(fd, *name));
	i915_child_ready(child);
	/* the kernel closes the file and all that came with it */
	i915_child_pause(child);
}

static void flink_and_exit(int fd)
{
	__u32 handle = i915_gem_create_batch(fd);
	__u32 name = i915_gem_flink(fd, handle);
	struct i915_audit before;
	struct i915_child child;

	audit_take(fd, &before);
	expect(!name_is_bound(fd, name), "the object is bound nowhere before it is used");
	i915_child_start(&child, importer, &name);
	i915_child_wait_ready(&child);
	expect(name_is_bound(fd, name), "the object is bound while the importer is there");
	i915_child_finish(&child);
	i915_settle(fd);
	expect(!name_is_bound(fd, name),
	       "the object is bound nowhere after the importer has gone");
	audit_clean(fd, &before, "after the importer has gone");
	i915_gem_close(fd, handle);
}

static void flink_and_close(int fd)
{
	__u32 handle = i915_gem_create_batch(fd);
	__u32 name = i915_gem_flink(fd, handle);
	int other = i915_open_or_die();
	struct i915_audit before;
	__u32 imported, own;
	__u64 first, second;

	/* so that the default context is not what makes the difference */
	own = i915_gem_create_batch(other);
	i915_gem_exec(other, own);
	i915_gem_close(other, own);
	audit_take(fd, &before);

	imported = i915_gem_open_name(other, name);
	first = i915_gem_exec(other, imported);
	expect(name_is_bound(fd, name), "the object is bound while its handle is open");
	i915_gem_close(other, imported);
	i915_settle(fd);
	expect(!name_is_bound(fd, name),
	       "the object is bound nowhere after its handle was closed");
	audit_clean(fd, &before, "after the handle was closed");

	own = i915_gem_create_batch(other);
	second = i915_gem_exec(other, own);
	i915_expect(first == second, "the shared object was at 0x%llx, the next is at 0x%llx",
		    (unsigned long long)first, (unsigned long long)second);
	i915_gem_close(other, own);
	close(other);
	i915_gem_close(fd, handle);
}

static const struct i915_case cases[] = {
	{ .name = "flink-and-exit-vma-leak", .what = "the importer of a shared object exits",
	  .run = flink_and_exit },
	{ .name = "flink-and-close-vma-leak",
	  .what = "the importer closes its handle and lives on", .run = flink_and_close },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "Does the i915 driver leave bindings of shared objects behind?");
}
