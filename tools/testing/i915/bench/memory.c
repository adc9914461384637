// SPDX-License-Identifier: GPL-2.0
/*
 * What idle things take of the guest's memory: so many of a kind are made, and the kernel's free
 * pages before and after are compared. Page granularity is averaged out by the number.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench.h"

#define FILES	1000
#define MANY	1000
#define USED	300

static uint32_t ids[MANY];
static int fds[FILES];

static void write_to(const char *path, const char *word)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, word, strlen(word)) < 0)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

/*
 * Caches hold free memory back: what objects of earlier runs left in slabs, and what counters of a
 * CPU do not show.
 */
static void settle(void)
{
	glob_t slabs;
	size_t i;

	/* frees that wait for a worker or a grace period */
	sleep(1);
	write_to("/proc/sys/vm/drop_caches", "3");
	if (!glob("/sys/kernel/slab/*/shrink", 0, NULL, &slabs)) {
		for (i = 0; i < slabs.gl_pathc; i++)
			write_to(slabs.gl_pathv[i], "1");
		globfree(&slabs);
	}
	write_to("/proc/sys/vm/stat_refresh", "1");
}

/*
 * Free pages, those included that a CPU keeps at hand, which /proc/meminfo leaves out and which are
 * thousands.
 */
static long free_bytes(void)
{
	long pages = 0, n;
	char row[256];
	FILE *f;

	settle();
	f = fopen("/proc/zoneinfo", "r");
	if (!f)
		return -errno;
	while (fgets(row, sizeof(row), f)) {
		if (sscanf(row, " pages free %ld", &n) == 1 || sscanf(row, " count: %ld", &n) == 1)
			pages += n;
	}
	fclose(f);

	return pages * PAGE;
}

static int make_files(int fd)
{
	unsigned int i;

	(void)fd;
	for (i = 0; i < FILES; i++) {
		fds[i] = dev_open();
		if (fds[i] < 0)
			return -errno;
	}

	return 0;
}

static int make_contexts(int fd)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < MANY && !ret; i++)
		ret = dev_context(fd, 0, &ids[i]);

	return ret;
}

/* A context may cost nothing until it is used: these each ran a batch. */
static int make_used_contexts(int fd)
{
	uint32_t batch;
	unsigned int i;
	int ret;

	ret = dev_batch(fd, &batch);
	for (i = 0; i < USED && !ret; i++) {
		ret = dev_context(fd, 0, &ids[i]);
		if (!ret)
			ret = dev_exec(fd, ids[i], batch);
	}

	return ret ?: dev_wait(fd, batch);
}

static int make_vms(int fd)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < MANY && !ret; i++) {
		struct drm_i915_gem_vm_control vm = { 0 };

		ret = i915_ioctl(fd, DRM_IOCTL_I915_GEM_VM_CREATE, &vm);
		ids[i] = vm.vm_id;
	}

	return ret;
}

static int make_objects(int fd)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < MANY && !ret; i++)
		ret = dev_create(fd, PAGE, &ids[i]);

	return ret;
}

/* With their page, which an unused object does not have */
static int make_filled(int fd)
{
	char byte = 0;
	unsigned int i;
	int ret;

	ret = make_objects(fd);
	for (i = 0; i < MANY && !ret; i++) {
		struct drm_i915_gem_pwrite write = {
			.handle = ids[i], .size = 1, .data_ptr = (uintptr_t)&byte,
		};

		ret = i915_ioctl(fd, DRM_IOCTL_I915_GEM_PWRITE, &write);
	}

	return ret;
}

/* The same, bound in the default context */
static int make_vmas(int fd)
{
	static struct drm_i915_gem_exec_object2 objects[MANY + 1];
	struct drm_i915_gem_execbuffer2 exec = {
		.buffers_ptr = (uintptr_t)objects,
		.buffer_count = MANY + 1,
	};
	uint32_t batch;
	unsigned int i;
	int ret;

	ret = make_filled(fd);
	if (!ret)
		ret = dev_batch(fd, &batch);
	if (ret)
		return ret;

	for (i = 0; i < MANY; i++)
		objects[i].handle = ids[i];
	objects[MANY].handle = batch;
	ret = i915_ioctl(fd, DRM_IOCTL_I915_GEM_EXECBUFFER2, &exec);

	return ret ?: dev_wait(fd, batch);
}

static const struct {
	const char *name;
	int (*make)(int fd);
	unsigned int n;
	const char *more;	/* what it has more than the kind before it */
} kinds[] = {
	{ "idle-file", make_files, FILES },
	{ "idle-context", make_contexts, MANY },
	{ "used-context", make_used_contexts, USED },
	{ "idle-vm", make_vms, MANY },
	{ "unused-object-4k", make_objects, MANY },
	{ "filled-object-4k", make_filled, MANY },
	{ "bound-object-4k", make_vmas, MANY, "vma" },
};

static int make_and_end(unsigned int kind, long *bytes)
{
	int fd = dev_open();
	long before, after;
	unsigned int f;
	int ret;

	memset(fds, -1, sizeof(fds));
	before = free_bytes();
	ret = fd < 0 ? -ENODEV : kinds[kind].make(fd);
	after = free_bytes();
	for (f = 0; f < FILES; f++) {
		if (fds[f] >= 0)
			close(fds[f]);
	}
	close(fd);
	*bytes = (before - after) / (long)kinds[kind].n;

	return ret;
}

/* Bytes of one of a kind. The first time is for what is made once and stays. */
static int measure_kind(unsigned int kind, long *bytes)
{
	int ret = make_and_end(kind, bytes);

	return ret ?: make_and_end(kind, bytes);
}

/* Prints a line a kind. Return: exit status. */
int memory_run(void)
{
	long bytes, last = 0;
	struct rlimit files = { 2 * FILES, 2 * FILES };
	unsigned int i;
	int ret, failed = 0;

	if (setrlimit(RLIMIT_NOFILE, &files))
		fprintf(stderr, "%u files may be open: %s\n", 2 * FILES, strerror(errno));
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		ret = measure_kind(i, &bytes);
		if (ret || bytes <= 0) {
			printf("FAILED %s %s\n", kinds[i].name,
			       ret ? strerror(-ret) : "no difference");
			failed = 1;
			last = 0;
			continue;
		}
		printf("MEMORY %s n=%u bytes=%ld\n", kinds[i].name, kinds[i].n, bytes);
		if (kinds[i].more && last)
			printf("MEMORY %s n=%u bytes=%ld\n", kinds[i].more, kinds[i].n,
			       bytes - last);
		last = bytes;
	}

	return failed;
}
