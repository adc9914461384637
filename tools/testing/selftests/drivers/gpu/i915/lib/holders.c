// SPDX-License-Identifier: GPL-2.0
/*
 * Everything a program can keep of a device after it has closed the device:
 * open files of all kinds, and what leads to them. The driver must neither go
 * under them nor mind when they end, late.
 */
#include "../i915_util.h"

#define PAGE	4096

static void take_file(int fd, struct i915_held *held)
{
	held->fd = dup(fd);
}

static void take_handles(int fd, struct i915_held *held)
{
	i915_gem_exec(fd, i915_gem_create_batch(fd));
	i915_vm_create(fd);
	i915_require_ok(i915_exec_nop(fd, i915_context_create(fd), I915_EXEC_BLT));
	held->fd = dup(fd);
}

static void take_mapping(int fd, struct i915_held *held)
{
	__u32 handle = i915_gem_create(fd, PAGE);

	held->map = i915_gem_mmap(fd, handle, PAGE);
	*held->map = 1;
}

static void take_dmabuf(int fd, struct i915_held *held)
{
	held->fd = i915_gem_export(fd, i915_gem_create(fd, PAGE));
}

/* vgem keeps a buffer of ours, and so the file that made it */
static void take_import(int fd, struct i915_held *held)
{
	int dmabuf = i915_gem_export(fd, i915_gem_create(fd, PAGE));

	held->fd = i915_vgem_open();
	i915_gem_import(held->fd, dmabuf);
	close(dmabuf);
}

/* The fence of a batch that has ended long ago */
static void take_sync_file(int fd, struct i915_held *held)
{
	struct i915_exec exec;

	i915_exec_init(&exec, 0, I915_EXEC_RENDER);
	i915_exec_add(&exec, i915_gem_create_batch(fd));
	held->fd = i915_require_ok(i915_exec_submit_fence(fd, &exec));
	i915_require_ok(i915_fence_wait(held->fd, 20000));
}

/* ... and one that has not, in a sync file of a process whose files are closed */
static void take_busy_sync_file(int fd, struct i915_held *held)
{
	struct i915_spin spin;

	i915_spin_start(&spin, fd, 0, I915_EXEC_RENDER, 0);
	held->fd = spin.fence;
	held->map = spin.map;
}

static void end_busy_sync_file(struct i915_held *held)
{
	/* the loop of the spinner, see batches.c; without the device the mapping is gone, too */
	if (!i915_fence_status(held->fd))
		held->map[4] = MI_BATCH_BUFFER_END;
	i915_expect(i915_fence_wait(held->fd, 20000), "the fence of a batch never signals");
}

static void take_event(int fd, struct i915_held *held)
{
	held->fd = i915_event_open(fd, I915_PMU_INTERRUPTS);
}

static void take_debugfs(int fd, const char *name, struct i915_held *held)
{
	char path[128];

	i915_debugfs_path(fd, name, path, sizeof(path));
	held->fd = open(path, O_RDONLY | O_CLOEXEC);
}

static void take_forcewake(int fd, struct i915_held *held)
{
	take_debugfs(fd, "i915_forcewake_user", held);
}

static void take_debugfs_file(int fd, struct i915_held *held)
{
	char c;

	take_debugfs(fd, "i915_engine_info", held);
	i915_require(read(held->fd, &c, 1) == 1, "i915_engine_info is empty");
}

const struct i915_holder i915_holders[] = {
	{ "file", take_file },
	{ "handles", take_handles },
	{ "mapping", take_mapping },
	{ "dma-buf", take_dmabuf },
	{ "import", take_import },
	{ "sync-file", take_sync_file },
	{ "busy-sync-file", take_busy_sync_file, end_busy_sync_file },
	{ "event", take_event },
	{ "forcewake", take_forcewake },
	/* the DRM core's file: the driver is only called while it is there */
	{ "debugfs-file", take_debugfs_file, .lets_module_go = true },
};

const unsigned int i915_holders_count = sizeof(i915_holders) / sizeof(*i915_holders);

void i915_hold(const struct i915_holder *holder, struct i915_held *held)
{
	int fd = i915_open_or_die();

	*held = (struct i915_held){ .holder = holder, .fd = -1 };
	i915_debugfs_mount();
	holder->take(fd, held);
	i915_require(held->fd >= 0 || held->map, "%s: %s", holder->name, strerror(errno));
	close(fd);
}

void i915_let_go(struct i915_held *held)
{
	if (held->holder->end)
		held->holder->end(held);
	if (held->map)
		munmap(held->map, PAGE);
	if (held->fd >= 0)
		close(held->fd);
}
