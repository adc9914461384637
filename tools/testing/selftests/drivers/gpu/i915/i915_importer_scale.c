// SPDX-License-Identifier: GPL-2.0
/*
 * What the end of an importer costs: its time is linear in the VMAs of the
 * address space that ends and does not depend on anybody else's, and it allocates
 * nothing, from 1 to 100,000 shared objects, whichever way the importer goes.
 *
 * Time is measured from the call until the last VMA is gone, on a machine that
 * may be busy: a cost per VMA is an offence when it grows by more than SLACK, which
 * is far more than noise and far less than what a quadratic cost would show.
 * Allocations are counted by the kernel's own tracepoints.
 */
#include <limits.h>
#include <linux/perf_event.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "i915_util.h"

#define PAGE		4096
#define LIMIT_MS	120000
#define SLACK		4

static const unsigned int counts[] = { 1, 10, 1000, 100000 };
/* Costs per VMA are compared from here up: below, the call itself is what costs. */
#define FROM		1000
/* What an object needs in all, in KiB, rounded up */
#define OBJECT_KIB	16

enum end { CONTEXT, VM, CLOSES, EXITS };

struct shared {
	unsigned int count;
	/* in the exporter's file */
	__u32 *handle;
	__u32 *name;
};

struct importer {
	int fd;
	__u32 vm;
	__u32 context;
	__u32 *handle;
	unsigned int count;
};

static void *allocate(size_t count, size_t size)
{
	void *p = calloc(count, size);

	i915_require(p, "%zu bytes", count * size);

	return p;
}

static void share(struct shared *shared, int fd, unsigned int count)
{
	unsigned int n;

	shared->count = count;
	shared->handle = allocate(count, sizeof(*shared->handle));
	shared->name = allocate(count, sizeof(*shared->name));
	for (n = 0; n < count; n++) {
		shared->handle[n] = i915_gem_create(fd, PAGE);
		shared->name[n] = i915_gem_flink(fd, shared->handle[n]);
	}
}

/* Execute with all of the objects in the list, and wait. */
static void execute(int fd, __u32 context, const __u32 *handle, unsigned int count)
{
	struct drm_i915_gem_exec_object2 *object = allocate(count + 1, sizeof(*object));
	struct drm_i915_gem_execbuffer2 args = {
		.buffers_ptr = (uintptr_t)object,
		.buffer_count = count + 1,
		.rsvd1 = context,
	};
	__u32 batch = i915_gem_create_batch(fd);
	unsigned int n;

	for (n = 0; n < count; n++) {
		object[n].handle = handle[n];
		object[n].flags = EXEC_OBJECT_SUPPORTS_48B_ADDRESS;
	}
	object[count].handle = batch;
	i915_require_ok(i915_ioctl(fd, DRM_IOCTL_I915_GEM_EXECBUFFER2, &args));
	i915_require_ok(i915_gem_wait(fd, batch, -1));
	i915_gem_close(fd, batch);
	free(object);
}

static void import(struct importer *importer, const struct shared *shared, unsigned int count)
{
	unsigned int n;

	importer->fd = i915_open_or_die();
	importer->vm = i915_vm_create(importer->fd);
	importer->context = i915_context_create_in(importer->fd, importer->vm);
	importer->handle = allocate(count, sizeof(*importer->handle));
	importer->count = count;
	for (n = 0; n < count; n++)
		importer->handle[n] = i915_gem_open_name(importer->fd, shared->name[n]);
	execute(importer->fd, importer->context, importer->handle, count);
}

static void end(struct importer *importer, enum end how)
{
	unsigned int n;

	switch (how) {
	case CONTEXT:
		i915_context_destroy(importer->fd, importer->context);
		break;
	case VM:
		i915_vm_destroy(importer->fd, importer->vm);
		break;
	case CLOSES:
		for (n = 0; n < importer->count; n++)
			i915_gem_close(importer->fd, importer->handle[n]);
		break;
	case EXITS:
		close(importer->fd);
		importer->fd = -1;
		break;
	}
}

/* The other of the two that hold the address space goes first. */
static void prepare(struct importer *importer, enum end how)
{
	if (how == CONTEXT)
		i915_vm_destroy(importer->fd, importer->vm);
	if (how == VM)
		i915_context_destroy(importer->fd, importer->context);
}

static void forget(struct importer *importer)
{
	if (importer->fd >= 0)
		close(importer->fd);
	free(importer->handle);
}

static __u64 end_once(int fd, const struct shared *shared, unsigned int count, enum end how)
{
	struct importer importer;
	__u64 begin;
	long before;

	/* the batch of the importer before this one may still be on its way out */
	i915_drop_caches(fd, DROP_RETIRE | DROP_FREED);
	before = i915_audit_alive(fd, "vma");

	import(&importer, shared, count);
	prepare(&importer, how);
	i915_drop_caches(fd, DROP_RETIRE | DROP_FREED);
	i915_require(i915_audit_alive(fd, "vma") >= before + count, "the importer has bound %ld",
		     i915_audit_alive(fd, "vma") - before);

	begin = i915_now_ns();
	end(&importer, how);
	while (i915_audit_alive(fd, "vma") > before)
		i915_require(i915_now_ns() < begin + LIMIT_MS * I915_NSEC_PER_MSEC,
			     "%ld VMAs are left", i915_audit_alive(fd, "vma") - before);
	begin = i915_now_ns() - begin;
	forget(&importer);

	return begin;
}

/* Return: the least of some tries, as everything that disturbs only adds. */
static __u64 end_takes(int fd, const struct shared *shared, unsigned int count, enum end how)
{
	unsigned int tries = count > FROM ? 1 : 3;
	__u64 least = -1;

	while (tries--) {
		__u64 time = end_once(fd, shared, count, how);

		if (time < least)
			least = time;
	}

	return least;
}

/* Return: the largest of the counts that this machine has the memory for. */
static unsigned int most(void)
{
	unsigned long fits = i915_meminfo("MemAvailable") / 2 / OBJECT_KIB;
	unsigned int n = ARRAY_SIZE(counts);

	while (n > 1 && counts[n - 1] > fits)
		n--;

	return counts[n - 1];
}

static void linear(int fd, enum end how)
{
	struct shared shared;
	__u64 each = 0, time;
	unsigned int n;

	share(&shared, fd, most());
	for (n = 0; n < ARRAY_SIZE(counts) && counts[n] <= shared.count; n++) {
		time = end_takes(fd, &shared, counts[n], how);
		i915_note("%6u objects: %llu us, %llu ns each", counts[n],
			  (unsigned long long)time / 1000,
			  (unsigned long long)time / counts[n]);
		if (counts[n] > FROM)
			i915_expect(time / counts[n] < each * SLACK,
				    "%u objects cost more than %u times as much each", counts[n],
				    SLACK);
		each = time / counts[n];
	}
}

static void linear_context(int fd)
{
	linear(fd, CONTEXT);
}

static void linear_vm(int fd)
{
	linear(fd, VM);
}

static void linear_close(int fd)
{
	linear(fd, CLOSES);
}

static void linear_exit(int fd)
{
	linear(fd, EXITS);
}

/* The same objects bound by many others do not make the end of one dearer. */
#define OBJECTS		200
#define OTHERS		20

static void others_are_free(int fd)
{
	struct importer other[OTHERS];
	struct shared shared;
	__u64 alone, among;
	unsigned int n;

	share(&shared, fd, OBJECTS);
	alone = end_takes(fd, &shared, OBJECTS, CONTEXT);
	for (n = 0; n < OTHERS; n++)
		import(&other[n], &shared, OBJECTS);
	among = end_takes(fd, &shared, OBJECTS, CONTEXT);
	i915_note("%u objects: %llu us alone, %llu us with %u others that have them bound", OBJECTS,
		  (unsigned long long)alone / 1000, (unsigned long long)among / 1000, OTHERS);
	i915_expect(among < alone * SLACK, "the others' VMAs are paid for");
	for (n = 0; n < OTHERS; n++)
		forget(&other[n]);
}

#define TRACEFS	"/sys/kernel/tracing"

static const char * const allocations[] = { "kmalloc", "kmem_cache_alloc", "mm_page_alloc" };

/* Return: a counter of what this process allocates in one of these ways; it does not run yet. */
static int open_counter(const char *event)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.disabled = 1,
		.sample_period = 0,
	};
	char path[128], id[32];
	int fd;

	mount("tracefs", TRACEFS, "tracefs", 0, NULL);
	snprintf(path, sizeof(path), TRACEFS "/events/kmem/%s/id", event);
	if (i915_read_file(path, id, sizeof(id)))
		i915_skip("no tracepoint %s (CONFIG_FTRACE, CONFIG_PERF_EVENTS)", event);
	attr.config = atoi(id);
	fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	i915_require(fd >= 0, "perf_event_open: %s", strerror(errno));

	return fd;
}

static void count_once(int fd, const struct shared *shared, unsigned int count, enum end how,
		       long *allocated)
{
	int counter[ARRAY_SIZE(allocations)];
	struct importer importer;
	unsigned int n;
	__u64 value;

	for (n = 0; n < ARRAY_SIZE(allocations); n++)
		counter[n] = open_counter(allocations[n]);
	import(&importer, shared, count);
	prepare(&importer, how);
	i915_drop_caches(fd, DROP_RETIRE | DROP_FREED);
	for (n = 0; n < ARRAY_SIZE(allocations); n++)
		ioctl(counter[n], PERF_EVENT_IOC_ENABLE, 0);
	end(&importer, how);
	for (n = 0; n < ARRAY_SIZE(allocations); n++) {
		ioctl(counter[n], PERF_EVENT_IOC_DISABLE, 0);
		i915_require(read(counter[n], &value, sizeof(value)) == sizeof(value), "%s",
			     strerror(errno));
		allocated[n] = value;
		close(counter[n]);
	}
	forget(&importer);
}

/* Far less than one for each of @FROM objects: anybody's interrupt may hit this process. */
#define NOISE	(FROM / 10)
#define TRIES	8

/*
 * What the end of @count objects allocates more than @one: the fewest of some tries. What the
 * driver allocates is there in each of them; a pool that the kernel fills in this process while it
 * is low (that of debugobjects) comes to rest.
 */
static void count_least(int fd, const struct shared *shared, unsigned int count, enum end how,
			const long *one, long *least)
{
	long allocated[ARRAY_SIZE(allocations)];
	bool enough = false;
	unsigned int n, k;

	for (k = 0; k < ARRAY_SIZE(allocations); k++)
		least[k] = LONG_MAX;
	for (n = 0; n < TRIES && !enough; n++) {
		count_once(fd, shared, count, how, allocated);
		enough = true;
		for (k = 0; k < ARRAY_SIZE(allocations); k++) {
			if (allocated[k] - one[k] < least[k])
				least[k] = allocated[k] - one[k];
			enough = enough && least[k] < NOISE;
		}
	}
}

/* What one object's end allocates, a thousand objects' end does, too, and not more. */
static void no_allocation(int fd)
{
	static const struct {
		enum end how;
		const char *name;
	} ends[] = {
		{ CONTEXT, "context" }, { VM, "vm" }, { EXITS, "exit" },
	};
	long one[ARRAY_SIZE(allocations)], more[ARRAY_SIZE(allocations)];
	struct shared shared;
	unsigned int n, k;

	share(&shared, fd, FROM);
	for (n = 0; n < ARRAY_SIZE(ends); n++) {
		count_once(fd, &shared, 1, ends[n].how, one);
		count_least(fd, &shared, FROM, ends[n].how, one, more);
		for (k = 0; k < ARRAY_SIZE(allocations); k++) {
			i915_note("%s: %s: %ld for 1 object, %ld more for %u", ends[n].name,
				  allocations[k], one[k], more[k], FROM);
			i915_expect(more[k] < NOISE, "%s of a VMA's end (%s)", allocations[k],
				    ends[n].name);
		}
	}
}

static const struct i915_case cases[] = {
	{ .name = "linear-context", .what = "its context is destroyed", .run = linear_context,
	  .limit_s = 280 },
	{ .name = "linear-vm", .what = "its address space is destroyed", .run = linear_vm,
	  .limit_s = 280 },
	{ .name = "linear-close", .what = "it closes all its handles", .run = linear_close,
	  .limit_s = 280 },
	{ .name = "linear-exit", .what = "it exits", .run = linear_exit, .limit_s = 280 },
	{ .name = "others-are-free", .what = "others have the same objects bound",
	  .run = others_are_free },
	{ .name = "no-allocation", .what = "no end allocates for a VMA", .run = no_allocation },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "Does the end of an importer cost what its own VMAs cost, and no memory?");
}
