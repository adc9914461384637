// SPDX-License-Identifier: GPL-2.0
/*
 * An object may be in the list of an execbuf more than once: the entries are
 * good for one object together, and their number costs no more than it has to.
 */
#include <limits.h>

#include "i915_util.h"

#define PAGE		4096
#define FEW		4000
#define MANY		(8 * FEW)
/* Eight times the entries may take so many times as long; 64 would be their square */
#define STRETCH		24

/* Return: ms for a list that names @batch @count times and has one relocation, by handle. */
static __u64 time_list(int fd, __u32 batch, unsigned int count)
{
	struct drm_i915_gem_relocation_entry reloc = {
		.target_handle = batch, .offset = 64, .presumed_offset = -1,
	};
	struct drm_i915_gem_exec_object2 *list = calloc(count + 1, sizeof(*list));
	struct drm_i915_gem_execbuffer2 exec = {
		.buffers_ptr = (uintptr_t)list, .buffer_count = count + 1,
	};
	unsigned int n;
	__u64 begin;

	i915_require(list, "no memory");
	for (n = 0; n < count; n++)
		list[n].handle = batch;
	list[count].handle = i915_gem_create_batch(fd);
	list[count].relocation_count = 1;
	list[count].relocs_ptr = (uintptr_t)&reloc;
	begin = i915_now_ms();
	i915_require_ok(i915_ioctl(fd, DRM_IOCTL_I915_GEM_EXECBUFFER2, &exec));
	begin = i915_now_ms() - begin;
	i915_require_ok(i915_gem_wait(fd, list[count].handle, -1));
	i915_gem_close(fd, list[count].handle);
	free(list);

	return begin;
}

static void cost(int fd)
{
	__u32 batch = i915_gem_create_batch(fd);
	__u64 few = -1, many = -1, ms;
	unsigned int n;

	/* the best of three: other guests use the same processors */
	for (n = 0; n < 3; n++) {
		ms = time_list(fd, batch, FEW);
		few = ms < few ? ms : few;
		ms = time_list(fd, batch, MANY);
		many = ms < many ? ms : many;
	}
	i915_expect(many < STRETCH * (few + 1), "%u entries: %llu ms, %u: %llu ms", FEW,
		    (unsigned long long)few, MANY, (unsigned long long)many);
	i915_gem_close(fd, batch);
}

/*
 * Return: memory, in KiB, that the kernel has allocated for itself. What is free says less: pages
 * that went back to a processor's own list are not counted as free, and caches grow.
 */
static long kernel_kib(void)
{
	return i915_meminfo("SUnreclaim") + i915_meminfo("VmallocUsed");
}

/* Return: kernel memory, in KiB, that requests with so long a list keep while they wait. */
static long kept_by(int fd, unsigned int count)
{
	struct drm_i915_gem_exec_object2 *list = calloc(count, sizeof(*list));
	struct drm_i915_gem_execbuffer2 exec = {
		.buffers_ptr = (uintptr_t)list, .buffer_count = count,
	};
	__u32 batch = i915_gem_create_batch(fd);
	struct i915_spin spin;
	unsigned int n;
	long before, after;

	i915_require(list, "no memory");
	for (n = 0; n < count; n++)
		list[n].handle = batch;
	i915_spin_start(&spin, fd, 0, I915_EXEC_RENDER, 0);
	i915_require_ok(i915_ioctl(fd, DRM_IOCTL_I915_GEM_EXECBUFFER2, &exec));
	before = kernel_kib();
	for (n = 0; n < 32; n++)
		i915_require_ok(i915_ioctl(fd, DRM_IOCTL_I915_GEM_EXECBUFFER2, &exec));
	after = kernel_kib();
	i915_spin_fini(&spin);
	i915_require_ok(i915_gem_wait(fd, batch, -1));
	i915_gem_close(fd, batch);
	free(list);

	return after - before;
}

/* A pointer for each of 32 x 100,000 entries would be 25 MiB. */
#define KEPT_KIB	(8 * 1024)

static void memory(int fd)
{
	long kib, least = LONG_MAX;
	unsigned int n;

	/* the least of three: somebody else may have allocated meanwhile */
	for (n = 0; n < 3 && least >= KEPT_KIB; n++) {
		kib = kept_by(fd, 100000);
		least = kib < least ? kib : least;
	}
	i915_expect(least < KEPT_KIB, "32 requests keep %ld KiB", least);
}

/* The strictest entry decides for all, and all are told. */
static void one_address(int fd)
{
	__u32 object = i915_gem_create(fd, PAGE);
	struct i915_exec exec;
	unsigned int n;

	i915_exec_init(&exec, 0, I915_EXEC_RENDER);
	i915_exec_add(&exec, i915_gem_create_batch(fd));
	i915_exec_add(&exec, object)->offset = 0x500000;
	i915_exec_add_at(&exec, object, 0x700000);
	i915_exec_add(&exec, object)->flags |= EXEC_OBJECT_WRITE;
	i915_require_ok(i915_exec_submit(fd, &exec));
	for (n = 1; n < 4; n++)
		i915_expect(exec.object[n].offset == 0x700000, "entry %u was told 0x%llx", n,
			    (unsigned long long)exec.object[n].offset);
	i915_require_ok(i915_gem_wait(fd, object, -1));

	/* Two addresses cannot both be right. */
	exec.object[1].offset = 0x600000;
	exec.object[1].flags |= EXEC_OBJECT_PINNED;
	i915_expect_ret(i915_exec_submit(fd, &exec), -EINVAL);
	exec.object[1].offset = 0x700000;
	i915_expect_ret(i915_exec_submit(fd, &exec), 0);
	i915_require_ok(i915_gem_wait(fd, object, -1));

	i915_gem_close(fd, exec.object[0].handle);
	i915_gem_close(fd, object);
}

/* One entry reads and one writes: the object is written, and whoever reads next waits. */
static void one_writes(int fd)
{
	__u32 object = i915_gem_create(fd, PAGE);
	struct drm_i915_gem_busy busy = { .handle = object };
	struct i915_spin spin;

	i915_spin_init(&spin, fd, 0, I915_EXEC_BLT, 0);
	i915_exec_add(&spin.exec, object);
	i915_exec_add(&spin.exec, object)->flags |= EXEC_OBJECT_WRITE;
	i915_exec_add(&spin.exec, object)->flags |= EXEC_OBJECT_ASYNC;
	i915_require_ok(i915_spin_submit(&spin));
	i915_require_ok(i915_ioctl(fd, DRM_IOCTL_I915_GEM_BUSY, &busy));
	i915_expect(busy.busy == (1u << (16 + I915_ENGINE_CLASS_COPY) |
				  (I915_ENGINE_CLASS_COPY + 1)), "busy is 0x%x", busy.busy);
	i915_spin_fini(&spin);
	i915_require_ok(i915_gem_wait(fd, object, -1));
	i915_gem_close(fd, object);
}

/* What one engine writes, another one reads afterwards, though nobody named a fence. */
static void other_engine_waits(int fd)
{
	__u32 object = i915_gem_create(fd, PAGE), batch = i915_gem_create_batch(fd);
	struct i915_exec exec;
	struct i915_spin spin;
	int fence;

	i915_spin_init(&spin, fd, 0, I915_EXEC_RENDER, 0);
	i915_exec_add(&spin.exec, object)->flags |= EXEC_OBJECT_WRITE;
	i915_require_ok(i915_spin_submit(&spin));
	i915_exec_init(&exec, 0, I915_EXEC_BLT);
	i915_exec_add(&exec, batch);
	i915_exec_add(&exec, object);
	fence = i915_require_ok(i915_exec_submit_fence(fd, &exec));
	i915_expect_ret(i915_fence_wait(fence, 100), 0);
	i915_spin_fini(&spin);
	i915_expect_ret(i915_fence_wait(fence, 5000), 1);
	close(fence);
	i915_gem_close(fd, batch);
	i915_gem_close(fd, object);
}

#define IMPORT_LIST	300
#define IMPORT_ROUNDS	30
#define IMPORT_AT	10

struct import {
	int fd;
	__u32 handle;
};

static void close_soon(struct i915_child *child, void *arg)
{
	const struct import *import = arg;

	(void)child;
	i915_sleep_ms(1);
	i915_gem_close(import->fd, import->handle);
}

/*
 * The last reference of another driver's buffer goes while an execbuf unlocks its list. Only a
 * kernel with lockdep sees whether locks were held then; the others must not fall over.
 */
static void import_closed(int fd)
{
	struct drm_i915_gem_exec_object2 list[IMPORT_LIST + 2] = {};
	struct drm_i915_gem_execbuffer2 exec = {
		.buffers_ptr = (uintptr_t)list, .buffer_count = ARRAY_SIZE(list),
	};
	int vgem = i915_vgem_open(), dmabuf, ret;
	struct import import = { .fd = fd };
	struct i915_child child;
	unsigned int n;

	for (n = 0; n <= IMPORT_LIST; n++) {
		if (n != IMPORT_AT)
			list[n].handle = i915_gem_create(fd, PAGE);
	}
	list[IMPORT_LIST + 1].handle = i915_gem_create_batch(fd);
	for (n = 0; n < IMPORT_ROUNDS; n++) {
		__u32 handle = i915_vgem_create(vgem, PAGE);

		dmabuf = i915_gem_export(vgem, handle);
		import.handle = i915_gem_import(fd, dmabuf);
		list[IMPORT_AT].handle = import.handle;
		close(dmabuf);
		i915_gem_close(vgem, handle);
		i915_child_start(&child, close_soon, &import);
		ret = i915_ioctl(fd, DRM_IOCTL_I915_GEM_EXECBUFFER2, &exec);
		i915_expect(!ret || ret == -ENOENT, "round %u: %s", n, strerror(-ret));
		i915_require(!i915_child_join(&child), "the handle could not be closed");
	}
	list[IMPORT_AT].handle = 0;
	for (n = 0; n < ARRAY_SIZE(list); n++) {
		if (list[n].handle)
			i915_gem_close(fd, list[n].handle);
	}
	close(vgem);
}

static const struct i915_case cases[] = {
	{ .name = "repeated-cost", .run = cost,
	  .what = "the cost of naming an object again and again is linear" },
	{ .name = "repeated-memory", .run = memory,
	  .what = "a request keeps nothing for the second naming" },
	{ .name = "repeated-address", .run = one_address,
	  .what = "entries of one object agree on its address" },
	{ .name = "repeated-write", .run = one_writes,
	  .what = "what one of the entries writes is written" },
	{ .name = "other-engine", .run = other_engine_waits,
	  .what = "what one engine writes another one waits for" },
	{ .name = "import-closed", .run = import_closed,
	  .what = "the handle of an import is closed during the execbuf" },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "Objects that are in the list of an execbuf more than once.");
}
