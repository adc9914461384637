// SPDX-License-Identifier: GPL-2.0
/*
 * The operations IGT has no benchmark for. Each is one row: what it does once is what its name
 * says; setup and teardown are not measured.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

#define PRIME_OTHERS	64
/* Where softpinned objects go: clear of what the kernel places */
#define SOFTPIN_BASE	0x10000000000ull

/* ---- execbuf ---- */

static int run_exec(struct bench *b)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < b->n && !ret; i++)
		ret = dev_exec(b->fd, 0, b->handle);

	return ret ?: dev_wait(b->fd, b->handle);
}

static int run_exec_sync(struct bench *b)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < b->n && !ret; i++) {
		ret = dev_exec(b->fd, 0, b->handle);
		if (!ret)
			ret = dev_wait(b->fd, b->handle);
	}

	return ret;
}

/* ---- contexts and VMs ---- */

static int run_context_exec(struct bench *b)
{
	unsigned int i;
	uint32_t id;
	int ret = 0;

	for (i = 0; i < b->n && !ret; i++) {
		ret = dev_context(b->fd, 0, &id);
		if (ret)
			break;
		ret = dev_exec(b->fd, id, b->handle);
		dev_context_destroy(b->fd, id);
	}

	return ret ?: dev_wait(b->fd, b->handle);
}

static int run_context(struct bench *b)
{
	unsigned int i;
	uint32_t id;
	int ret = 0;

	for (i = 0; i < b->n && !ret; i++) {
		ret = dev_context(b->fd, 0, &id);
		if (!ret)
			dev_context_destroy(b->fd, id);
	}

	return ret;
}

static int run_vm(struct bench *b)
{
	struct drm_i915_gem_vm_control vm;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < b->n && !ret; i++) {
		memset(&vm, 0, sizeof(vm));
		ret = i915_ioctl(b->fd, DRM_IOCTL_I915_GEM_VM_CREATE, &vm);
		if (!ret)
			ret = i915_ioctl(b->fd, DRM_IOCTL_I915_GEM_VM_DESTROY, &vm);
	}

	return ret;
}

static int run_open(struct bench *b)
{
	unsigned int i;
	int fd;

	for (i = 0; i < b->n; i++) {
		fd = dev_open();
		if (fd < 0)
			return -ENODEV;
		close(fd);
	}

	return 0;
}

/* ---- binding: objects of one page, bound by an execbuf in a new context, gone with it ---- */

static int setup_bind(struct bench *b, unsigned int count)
{
	unsigned int i;
	int ret = 0;

	b->handles = calloc(count, sizeof(*b->handles));
	if (!b->handles)
		return -ENOMEM;
	for (i = 0; i < count && !ret; i++)
		ret = dev_create(b->fd, PAGE, &b->handles[i]);

	return ret;
}

static void teardown_bind(struct bench *b, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		dev_close(b->fd, b->handles[i]);
	free(b->handles);
}

static int bind_all(struct bench *b, uint32_t ctx, unsigned int count, bool softpin)
{
	struct drm_i915_gem_exec_object2 *objects = calloc(count + 1, sizeof(*objects));
	struct drm_i915_gem_execbuffer2 exec = {
		.buffers_ptr = (uintptr_t)objects,
		.buffer_count = count + 1,
		.rsvd1 = ctx,
	};
	unsigned int i;
	int ret;

	if (!objects)
		return -ENOMEM;

	for (i = 0; i <= count; i++) {
		objects[i].handle = i < count ? b->handles[i] : b->handle;
		if (softpin) {
			objects[i].offset = SOFTPIN_BASE + (uint64_t)i * PAGE;
			objects[i].flags = EXEC_OBJECT_PINNED | EXEC_OBJECT_SUPPORTS_48B_ADDRESS;
		}
	}
	ret = i915_ioctl(b->fd, DRM_IOCTL_I915_GEM_EXECBUFFER2, &exec);
	free(objects);

	return ret;
}

static int run_bind(struct bench *b, unsigned int count, bool softpin)
{
	unsigned int i;
	uint32_t ctx;
	int ret = 0;

	for (i = 0; i < b->n && !ret; i++) {
		ret = dev_context(b->fd, 0, &ctx);
		if (ret)
			break;
		ret = bind_all(b, ctx, count, softpin);
		if (!ret)
			ret = dev_wait(b->fd, b->handle);
		dev_context_destroy(b->fd, ctx);
	}

	return ret;
}

#define BIND_OPS(pages) \
	enum { BOUND_##pages = (pages) }; \
	static int setup_bind_##pages(struct bench *b) { return setup_bind(b, BOUND_##pages); } \
	static void teardown_bind_##pages(struct bench *b) { teardown_bind(b, BOUND_##pages); } \
	static int run_bind_##pages(struct bench *b) { return run_bind(b, BOUND_##pages, false); } \
	static int run_softpin_##pages(struct bench *b) { return run_bind(b, BOUND_##pages, true); }

BIND_OPS(1)
BIND_OPS(100)
BIND_OPS(10000)

/* ---- sharing ---- */

static int setup_flink(struct bench *b)
{
	struct drm_gem_flink flink = { .handle = b->handle };
	int ret = i915_ioctl(b->fd, DRM_IOCTL_GEM_FLINK, &flink);

	b->id = flink.name;
	return ret;
}

static int run_flink(struct bench *b)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < b->n && !ret; i++) {
		struct drm_gem_open open_ = { .name = b->id };

		ret = i915_ioctl(b->fd2, DRM_IOCTL_GEM_OPEN, &open_);
		if (!ret)
			dev_close(b->fd2, open_.handle);
	}

	return ret;
}

static int share(struct bench *b, uint32_t handle, uint32_t *imported)
{
	struct drm_prime_handle out = { .handle = handle, .flags = O_CLOEXEC };
	struct drm_prime_handle in = { 0 };
	int ret = i915_ioctl(b->fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &out);

	if (ret)
		return ret;

	in.fd = out.fd;
	ret = i915_ioctl(b->fd2, DRM_IOCTL_PRIME_FD_TO_HANDLE, &in);
	close(out.fd);
	*imported = in.handle;

	return ret;
}

/*
 * The importer has others, as clients have. Without them the few small allocations of an import may
 * happen to come from the last gaps of full slabs, over and over, which costs more than the part of
 * the driver.
 */
static int setup_prime(struct bench *b)
{
	uint32_t handle, imported;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < PRIME_OTHERS && !ret; i++) {
		ret = dev_create(b->fd, PAGE, &handle);
		if (!ret)
			ret = share(b, handle, &imported);
	}

	return ret;
}

static int run_prime(struct bench *b)
{
	uint32_t imported;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < b->n && !ret; i++) {
		ret = share(b, b->handle, &imported);
		if (!ret)
			dev_close(b->fd2, imported);
	}

	return ret;
}

/* ---- CPU access and waiting ---- */

static int run_wait(struct bench *b)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < b->n && !ret; i++)
		ret = dev_wait(b->fd, b->handle);

	return ret;
}

static int run_busy(struct bench *b)
{
	struct drm_i915_gem_busy busy = { .handle = b->handle };
	unsigned int i;
	int ret = 0;

	for (i = 0; i < b->n && !ret; i++)
		ret = i915_ioctl(b->fd, DRM_IOCTL_I915_GEM_BUSY, &busy);

	return ret;
}

static int run_mmap_fault(struct bench *b)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < b->n && !ret; i++) {
		struct drm_i915_gem_mmap_offset arg = {
			.handle = b->handle,
			.flags = I915_MMAP_OFFSET_WB,
		};
		char *p;

		ret = i915_ioctl(b->fd, DRM_IOCTL_I915_GEM_MMAP_OFFSET, &arg);
		if (ret)
			break;
		p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, b->fd, arg.offset);
		if (p == MAP_FAILED)
			return -errno;
		(void)__atomic_load_n(p, __ATOMIC_RELAXED);
		munmap(p, PAGE);
	}

	return ret;
}

/* ---- reading and writing through the kernel ---- */

#define RW_BYTES	0x100000u

static char rw_buffer[RW_BYTES];

static int setup_rw(struct bench *b)
{
	struct drm_i915_gem_pwrite write = { .size = RW_BYTES, .data_ptr = (uintptr_t)rw_buffer };
	int ret = dev_create(b->fd, RW_BYTES, &b->id);

	write.handle = b->id;
	return ret ?: i915_ioctl(b->fd, DRM_IOCTL_I915_GEM_PWRITE, &write);
}

/* struct drm_i915_gem_pread has the same members in the same places. */
static int run_rw(struct bench *b, unsigned long request, uint64_t size)
{
	struct drm_i915_gem_pwrite arg = {
		.handle = b->id,
		.size = size,
		.data_ptr = (uintptr_t)rw_buffer,
	};
	unsigned int i;
	int ret = 0;

	for (i = 0; i < b->n && !ret; i++)
		ret = i915_ioctl(b->fd, request, &arg);

	return ret;
}

static int run_read_4k(struct bench *b)
{
	return run_rw(b, DRM_IOCTL_I915_GEM_PREAD, PAGE);
}

static int run_read_1m(struct bench *b)
{
	return run_rw(b, DRM_IOCTL_I915_GEM_PREAD, RW_BYTES);
}

static int run_write_4k(struct bench *b)
{
	return run_rw(b, DRM_IOCTL_I915_GEM_PWRITE, PAGE);
}

static int run_write_1m(struct bench *b)
{
	return run_rw(b, DRM_IOCTL_I915_GEM_PWRITE, RW_BYTES);
}

static int setup_idle(struct bench *b)
{
	int ret = dev_exec(b->fd, 0, b->handle);

	return ret ?: dev_wait(b->fd, b->handle);
}

const struct bench_op bench_ops[] = {
	{ "exec", 2000, setup_idle, run_exec },
	{ "exec-sync", 1000, setup_idle, run_exec_sync },
	{ "context-create-destroy", 500, NULL, run_context },
	{ "context-create-exec-destroy", 200, NULL, run_context_exec },
	{ "vm-create-destroy", 500, NULL, run_vm },
	{ "file-open-close", 200, NULL, run_open },
	{ "bind-unbind-1", 100, setup_bind_1, run_bind_1, teardown_bind_1 },
	{ "bind-unbind-100", 20, setup_bind_100, run_bind_100, teardown_bind_100 },
	{ "softpin-unbind-1", 100, setup_bind_1, run_softpin_1, teardown_bind_1 },
	{ "softpin-unbind-100", 20, setup_bind_100, run_softpin_100, teardown_bind_100 },
	{ "flink-open-close", 4000, setup_flink, run_flink },
	{ "prime-export-import", 2000, setup_prime, run_prime },
	{ "wait-signalled", 4000, setup_idle, run_wait },
	{ "busy-idle", 4000, setup_idle, run_busy },
	{ "mmap-fault-unmap", 500, NULL, run_mmap_fault },
	{ "pread-4k", 1000, setup_rw, run_read_4k },
	{ "pread-1m", 20, setup_rw, run_read_1m },
	{ "pwrite-4k", 1000, setup_rw, run_write_4k },
	{ "pwrite-1m", 20, setup_rw, run_write_1m },
	/* last: the kernel gives back at leisure what they free, and that is work, too */
	{ "bind-unbind-10000", 2, setup_bind_10000, run_bind_10000, teardown_bind_10000 },
	{ "softpin-unbind-10000", 2, setup_bind_10000, run_softpin_10000, teardown_bind_10000 },
};

const unsigned int bench_ops_count = ARRAY_SIZE(bench_ops);
