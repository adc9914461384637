// SPDX-License-Identifier: GPL-2.0
/*
 * What ends VMAs is as expensive as the VMAs it ends, and allocates nothing.
 *
 * Cost: a file that closes its handles meets its own VMAs of those objects, not
 * all of its contexts. Ratios of times, since the machine may be slow.
 *
 * Allocations: the kernel's fault injection counts every place of a task that
 * could be made to fail, allocations above all (/proc/thread-self/fail-nth). An
 * end with many VMAs must pass as many of them as one with none: those of the
 * system call itself.
 */
#include <limits.h>

#include "i915_util.h"

/* ---- Cost ---- */

#define CLOSES		400
#define CONTEXTS	2000
#define ROUNDS		3
/* Between one context and many; it was 15 and more when all were walked */
#define MAX_RATIO	4

static void exec_list(int fd, __u32 ctx, const __u32 *handles, unsigned int count, __u32 batch)
{
	struct drm_i915_gem_exec_object2 *list = calloc(count + 1, sizeof(*list));
	struct drm_i915_gem_execbuffer2 args = {
		.buffers_ptr = (uintptr_t)list,
		.buffer_count = count + 1,
		.rsvd1 = ctx,
	};
	unsigned int n;

	i915_require(list, "no memory");
	for (n = 0; n < count; n++)
		list[n].handle = handles[n];
	list[count].handle = batch;
	i915_require_ok(i915_ioctl(fd, DRM_IOCTL_I915_GEM_EXECBUFFER2, &args));
	i915_require_ok(i915_gem_wait(fd, batch, -1));
	free(list);
}

/* Nanoseconds to close @CLOSES handles of objects that the default context has bound */
static __u64 time_closes(int fd)
{
	__u32 batch = i915_gem_create_batch(fd);
	__u32 handles[CLOSES];
	unsigned int n;
	__u64 begin;

	for (n = 0; n < CLOSES; n++)
		handles[n] = i915_gem_create(fd, 4096);
	exec_list(fd, 0, handles, CLOSES, batch);
	i915_settle(fd);

	begin = i915_now_ns();
	for (n = 0; n < CLOSES; n++)
		i915_gem_close(fd, handles[n]);
	begin = i915_now_ns() - begin;
	i915_gem_close(fd, batch);

	return begin;
}

static __u64 best_of(int fd)
{
	__u64 best = ~0ull, took;
	unsigned int n;

	for (n = 0; n < ROUNDS; n++) {
		took = time_closes(fd);
		if (took < best)
			best = took;
	}

	return best;
}

static void other_contexts(int fd)
{
	__u64 few, many;
	unsigned int n;

	few = best_of(fd);
	for (n = 0; n < CONTEXTS; n++)
		i915_context_create(fd);
	many = best_of(fd);
	i915_note("%u closes: %llu us with one context, %llu us with %u", CLOSES,
		  (unsigned long long)few / 1000, (unsigned long long)many / 1000, CONTEXTS);
	i915_expect(many < MAX_RATIO * few, "%llu times as long with contexts that never saw them",
		    (unsigned long long)(many / few));
}

/* ---- Allocations ---- */

#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define TRIES		12
/* Never reached */
#define FAIL_FAR	1000000000

/* Every allocation counts, also those that may reclaim memory and single pages. */
static void count_setup(void)
{
	static const struct {
		const char *path, *value;
	} files[] = {
		{ I915_DEBUGFS "/failslab/ignore-gfp-wait", "N" },
		{ I915_DEBUGFS "/fail_page_alloc/ignore-gfp-wait", "N" },
		{ I915_DEBUGFS "/fail_page_alloc/min-order", "0" },
	};
	unsigned int n;

	if (access(FAIL_NTH, F_OK))
		i915_skip("no " FAIL_NTH " (CONFIG_FAULT_INJECTION)");
	i915_debugfs_mount();
	for (n = 0; n < ARRAY_SIZE(files); n++) {
		if (i915_write_file(files[n].path, files[n].value))
			i915_skip("no %s", files[n].path);
	}
}

struct counter {
	int file;
};

static struct counter count_begin(void)
{
	struct counter counter = { .file = open(FAIL_NTH, O_RDWR | O_CLOEXEC) };
	char text[16];
	int len;

	len = snprintf(text, sizeof(text), "%d", FAIL_FAR);
	i915_require(counter.file >= 0 && write(counter.file, text, len) == len,
		     FAIL_NTH ": %s", strerror(errno));

	return counter;
}

/* Return: the places passed since. */
static long count_end(struct counter counter)
{
	char text[32] = "";

	i915_require(pread(counter.file, text, sizeof(text) - 1, 0) > 0,
		     FAIL_NTH ": %s", strerror(errno));
	i915_require(write(counter.file, "0", 1) == 1, FAIL_NTH ": %s", strerror(errno));
	close(counter.file);

	return FAIL_FAR - atol(text);
}

/* That the counter counts: an object cannot be made without memory. */
static void check_counter(int fd)
{
	struct counter counter = count_begin();
	__u32 handle = i915_gem_create(fd, 4096);

	i915_require(count_end(counter) > 0, "making an object allocates");
	i915_gem_close(fd, handle);
}

struct end {
	const char *name;
	/* Places passed by the end of something with @count VMAs */
	long (*end)(int fd, unsigned int count);
};

/* Objects of another file, opened by name in this one */
static void import(int fd, int exporter, __u32 *handles, unsigned int count)
{
	unsigned int n;

	for (n = 0; n < count; n++) {
		__u32 own = i915_gem_create(exporter, 4096);

		handles[n] = i915_gem_open_name(fd, i915_gem_flink(exporter, own));
	}
}

static __u32 bind_all(int fd, __u32 ctx, unsigned int count, int exporter)
{
	__u32 *handles = calloc(count + 1, sizeof(*handles));
	__u32 batch = i915_gem_create_batch(fd);

	i915_require(handles, "no memory");
	import(fd, exporter, handles, count);
	exec_list(fd, ctx, handles, count, batch);
	i915_settle(fd);
	free(handles);

	return batch;
}

static long end_of_context(int fd, unsigned int count)
{
	int exporter = i915_open_or_die();
	__u32 ctx = i915_context_create(fd);
	struct counter counter;
	long places;

	bind_all(fd, ctx, count, exporter);
	counter = count_begin();
	i915_require_ok(i915_context_destroy(fd, ctx));
	places = count_end(counter);
	close(exporter);

	return places;
}

static long end_of_vm(int fd, unsigned int count)
{
	int exporter = i915_open_or_die();
	__u32 vm = i915_vm_create(fd);
	__u32 ctx = i915_context_create_in(fd, vm);
	struct counter counter;
	long places;

	bind_all(fd, ctx, count, exporter);
	i915_require_ok(i915_context_destroy(fd, ctx));
	i915_settle(fd);
	counter = count_begin();
	i915_require_ok(i915_vm_destroy(fd, vm));
	places = count_end(counter);
	close(exporter);

	return places;
}

static long end_of_file(int fd, unsigned int count)
{
	int exporter = i915_open_or_die(), importer = i915_open_or_die();
	struct counter counter;
	long places;

	bind_all(importer, 0, count, exporter);
	counter = count_begin();
	close(importer);
	places = count_end(counter);
	close(exporter);

	return places;
}

/* One object in @count address spaces of its file: its handle is closed, or it dies */
static long end_of_handle(int fd, unsigned int count, bool last)
{
	int exporter = i915_open_or_die(), importer = i915_open_or_die();
	__u32 batch = i915_gem_create_batch(exporter);
	__u32 handle = i915_gem_open_name(importer, i915_gem_flink(exporter, batch));
	struct counter counter;
	unsigned int n;
	long places;

	for (n = 0; n < count; n++)
		i915_require_ok(i915_exec_batch(importer, i915_context_create(importer), 0,
						handle));
	i915_settle(fd);
	if (last)
		i915_gem_close(exporter, batch);
	counter = count_begin();
	i915_gem_close(importer, handle);
	places = count_end(counter);
	close(importer);
	close(exporter);

	return places;
}

static long end_of_import(int fd, unsigned int count)
{
	return end_of_handle(fd, count, false);
}

static long end_of_object(int fd, unsigned int count)
{
	return end_of_handle(fd, count, true);
}

static const struct end ends[] = {
	{ "context", end_of_context },
	{ "vm", end_of_vm },
	{ "file", end_of_file },
	{ "import", end_of_import },
	{ "object", end_of_object },
};

/*
 * The fewest of some tries, or what is not more than @enough. What the driver allocates is there
 * in each try. A detector of the kernel that fills its pool of objects in this task (debugobjects,
 * sixteen at a time, while the pool is low) is not: the tries themselves bring the pool to rest.
 */
static long fewest(const struct end *end, int fd, unsigned int count, long enough)
{
	long best = LONG_MAX, places;
	unsigned int n;

	for (n = 0; n < TRIES && best > enough; n++) {
		places = end->end(fd, count);
		if (places < best)
			best = places;
	}

	return best;
}

static void no_allocation(int fd)
{
	static const unsigned int counts[] = { 1, 10, 100 };
	unsigned int n, end;

	count_setup();
	check_counter(fd);
	for (end = 0; end < ARRAY_SIZE(ends); end++) {
		long none = fewest(&ends[end], fd, 0, 0);

		for (n = 0; n < ARRAY_SIZE(counts); n++) {
			long places = fewest(&ends[end], fd, counts[n], none);

			i915_expect(places <= none, "end of %s with %u VMAs: %ld, with none: %ld",
				    ends[end].name, counts[n], places, none);
		}
		i915_note("end of %s: %ld places, with %u VMAs and with none", ends[end].name, none,
			  counts[ARRAY_SIZE(counts) - 1]);
	}
}

static const struct i915_case cases[] = {
	{ .name = "close-ignores-other-contexts",
	  .what = "closing a handle does not walk the contexts of its file",
	  .run = other_contexts, .limit_s = 120 },
	{ .name = "ends-allocate-nothing",
	  .what = "context, VM, file, handle and object end without an allocation",
	  .run = no_allocation, .limit_s = 120 },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "What does it cost to let go of what was bound?");
}
