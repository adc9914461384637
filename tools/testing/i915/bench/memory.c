// SPDX-License-Identifier: GPL-2.0
/*
 * What idle things take of the guest's memory: so many of a kind are made, and the kernel's free memory before and
 * after is compared. Page granularity is averaged out by the number.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define FILES	200
#define MANY	1000

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

/* Caches hold free memory back: what objects of earlier runs left in slabs, and what counters of a CPU do not show. */
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

static long free_bytes(void)
{
	char row[128];
	long kib = -1;
	FILE *f;

	settle();
	f = fopen("/proc/meminfo", "r");
	while (f && fgets(row, sizeof(row), f)) {
		if (sscanf(row, "MemFree: %ld", &kib) == 1)
			break;
	}
	if (f)
		fclose(f);

	return kib * 1024;
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

static int make_vms(int fd)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < MANY && !ret; i++) {
		struct drm_i915_gem_vm_control vm = { 0 };

		ret = dev_call(fd, DRM_IOCTL_I915_GEM_VM_CREATE, &vm);
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

/* The objects of make_objects(), which include their page here, bound in the default context. */
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

	ret = make_objects(fd);
	if (!ret)
		ret = dev_batch(fd, &batch);
	if (ret)
		return ret;

	for (i = 0; i < MANY; i++)
		objects[i].handle = ids[i];
	objects[MANY].handle = batch;
	ret = dev_call(fd, DRM_IOCTL_I915_GEM_EXECBUFFER2, &exec);

	return ret ?: dev_wait(fd, batch);
}

static const struct {
	const char *name;
	int (*make)(int fd);
	unsigned int n;
} kinds[] = {
	{ "idle-file", make_files, FILES },
	{ "idle-context", make_contexts, MANY },
	{ "idle-vm", make_vms, MANY },
	{ "unused-object-4k", make_objects, MANY },
	{ "bound-object-4k", make_vmas, MANY },
};

/* Prints a line a kind. Return: exit status. */
int memory_run(void)
{
	unsigned int i, f;
	long before, after;
	int ret, failed = 0;

	settle();
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int fd = dev_open();

		memset(fds, -1, sizeof(fds));
		before = free_bytes();
		ret = fd < 0 ? -ENODEV : kinds[i].make(fd);
		after = free_bytes();
		if (ret)
			printf("FAILED %s %s\n", kinds[i].name, strerror(-ret));
		else
			printf("MEMORY %s n=%u bytes=%ld\n", kinds[i].name, kinds[i].n,
			       (before - after) / (long)kinds[i].n);
		failed |= ret;
		for (f = 0; f < FILES; f++) {
			if (fds[f] >= 0)
				close(fds[f]);
		}
		close(fd);
	}

	return failed != 0;
}
