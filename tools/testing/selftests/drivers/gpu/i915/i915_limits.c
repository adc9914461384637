// SPDX-License-Identifier: GPL-2.0
/*
 * What a client makes the kernel keep is charged to its memory cgroup, so that a
 * limit set there stops it before it has what others need: contexts (image, ring
 * and with them GGTT), address spaces, page tables, objects, VMAs, points on timelines.
 *
 * A child makes so many of a kind in a cgroup of its own, which must grow by at
 * least what they take.
 *
 * And at its limit a client gets back what it does not need any more.
 */
#include <sys/mount.h>

#include "i915_util.h"

#define CGROUPS		"/tmp/i915_limits"
#define GROUP		CGROUPS "/client"
#define PAGE		4096
/* Charges that a CPU may hold ahead of their use (MEMCG_CHARGE_BATCH), bytes */
#define STOCK		(64 * PAGE)

struct kind {
	const char *name;
	unsigned int count;
	/* bytes each, at least */
	unsigned int bytes;
	void (*make)(int fd, unsigned int count);
};

static void make_contexts(int fd, unsigned int count)
{
	while (count--)
		i915_require_ok(i915_exec_nop(fd, i915_context_create(fd), I915_EXEC_RENDER));
}

static void make_vms(int fd, unsigned int count)
{
	while (count--)
		i915_vm_create(fd);
}

static void make_objects(int fd, unsigned int count)
{
	while (count--)
		i915_gem_create(fd, PAGE);
}

/* One object at many addresses far from each other: tables and nothing else */
static void make_tables(int fd, unsigned int count)
{
	__u32 batch = i915_gem_create_batch(fd);
	struct i915_exec exec;
	unsigned int n;

	for (n = 0; n < count; n++) {
		i915_exec_init(&exec, 0, I915_EXEC_RENDER);
		i915_exec_add_at(&exec, i915_gem_create(fd, PAGE), (n + 1ull) << 30);
		i915_exec_add(&exec, batch);
		exec.args.flags &= ~I915_EXEC_BATCH_FIRST;
		i915_require_ok(i915_exec_submit(fd, &exec));
	}
	i915_require_ok(i915_gem_wait(fd, batch, -1));
}

/* So many timelines with a point each, which stays with its syncobj */
static void make_points(int fd, unsigned int count)
{
	struct drm_i915_gem_execbuffer_ext_timeline_fences ext = {
		.base.name = DRM_I915_GEM_EXECBUFFER_EXT_TIMELINE_FENCES,
		.fence_count = count,
	};
	struct drm_i915_gem_exec_fence *fences = calloc(count, sizeof(*fences));
	__u64 *points = calloc(count, sizeof(*points));
	__u32 batch = i915_gem_create_batch(fd);
	struct i915_exec exec;
	unsigned int n;

	i915_require(fences && points, "no memory");
	for (n = 0; n < count; n++) {
		fences[n].handle = i915_syncobj_create(fd);
		fences[n].flags = I915_EXEC_FENCE_SIGNAL;
		points[n] = 1;
	}
	ext.handles_ptr = (uintptr_t)fences;
	ext.values_ptr = (uintptr_t)points;
	i915_exec_init(&exec, 0, I915_EXEC_RENDER | I915_EXEC_USE_EXTENSIONS);
	i915_exec_add(&exec, batch);
	exec.args.cliprects_ptr = (uintptr_t)&ext;
	i915_require_ok(i915_exec_submit(fd, &exec));
	i915_require_ok(i915_gem_wait(fd, batch, -1));
	free(points);
	free(fences);
}

static const struct kind kinds[] = {
	/* 20 pages of image and 4 of ring, the root of the page table and three tables */
	{ "contexts", 64, 28 * PAGE, make_contexts },
	/* the root and what the CPU knows of it */
	{ "address spaces", 256, 2 * PAGE, make_vms },
	{ "objects", 4096, 256, make_objects },
	/* a directory with what the CPU knows of it, and a table; the page of the object */
	{ "page tables", 128, 4 * PAGE, make_tables },
	{ "points on timelines", 16384, 112, make_points },
};

static long group_bytes(void)
{
	char text[32];

	i915_require_ok(i915_read_file(GROUP "/memory.current", text, sizeof(text)));

	return atol(text);
}

static void join_group(void)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	i915_require_ok(i915_write_file(GROUP "/cgroup.procs", pid));
}

static void client(struct i915_child *child, void *arg)
{
	const struct kind *kind = arg;
	int fd;

	join_group();
	fd = i915_open_or_die();
	/* what the first of a kind brings with it */
	kind->make(fd, 1);
	i915_child_ready(child);
	i915_child_pause(child);
	kind->make(fd, kind->count);
	i915_child_ready(child);
	i915_child_pause(child);
	close(fd);
}

static void check_kind(const struct kind *kind)
{
	struct i915_child child;
	long before, grown, want;

	i915_child_start(&child, client, (void *)kind);
	i915_child_wait_ready(&child);
	before = group_bytes();
	i915_child_release(&child);
	i915_child_wait_ready(&child);
	grown = group_bytes() - before;
	i915_child_finish(&child);

	/* what was in stock before may have been used up since */
	want = (long)kind->count * kind->bytes - sysconf(_SC_NPROCESSORS_ONLN) * STOCK;
	i915_note("%u %s: %ld KiB charged", kind->count, kind->name, grown / 1024);
	i915_expect(grown >= want, "%u %s take at least %ld KiB, charged are %ld KiB",
		    kind->count, kind->name, want / 1024, grown / 1024);
}

static void group_remove(void)
{
	rmdir(GROUP);
	umount(CGROUPS);
	rmdir(CGROUPS);
}

static void group_make(void)
{
	group_remove();
	if ((mkdir(CGROUPS, 0700) && errno != EEXIST) ||
	    mount("none", CGROUPS, "cgroup2", 0, NULL))
		i915_skip("no cgroup2: %s", strerror(errno));
	if (i915_write_file(CGROUPS "/cgroup.subtree_control", "+memory") || mkdir(GROUP, 0700)) {
		group_remove();
		i915_skip("no memory controller (CONFIG_MEMCG)");
	}
}

static void charged(int fd)
{
	unsigned int n;

	(void)fd;
	group_make();
	for (n = 0; n < ARRAY_SIZE(kinds); n++)
		check_kind(&kinds[n]);
	group_remove();
}

/* A limit, and a cache of buffers that are together twice as large */
#define LIMIT		"24M"
#define CACHE_BYTES	(4096u * 1024)
#define CACHE_BUFFERS	12

static void cache_buffers(struct i915_child *child, void *arg)
{
	static char data[CACHE_BYTES];
	unsigned int n;
	__u32 handle;
	int fd;

	(void)child;
	(void)arg;
	memset(data, 1, sizeof(data));
	join_group();
	fd = i915_open_or_die();
	for (n = 0; n < CACHE_BUFFERS; n++) {
		handle = i915_gem_create(fd, CACHE_BYTES);
		i915_require(!i915_gem_pwrite(fd, handle, 0, data, sizeof(data)),
			     "no memory for buffer %u, all others are given up", n);
		i915_gem_madvise(fd, handle, I915_MADV_DONTNEED);
	}
	close(fd);
}

static void given_up(int fd)
{
	struct i915_child child;
	int status;

	(void)fd;
	group_make();
	i915_require_ok(i915_write_file(GROUP "/memory.max", LIMIT));
	i915_child_start(&child, cache_buffers, NULL);
	status = i915_child_join(&child);
	group_remove();
	i915_expect(!status, "the client ended with status 0x%x", status);
}

static const struct i915_case cases[] = {
	{ .name = "memory-is-charged",
	  .what = "contexts, address spaces, tables, objects, points: they count against its limit",
	  .run = charged, .limit_s = 120 },
	{ .name = "given-up-at-the-limit",
	  .what = "buffers that are only cached are no reason to fail",
	  .run = given_up, .limit_s = 60 },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "Who pays for what a client makes the kernel keep?");
}
