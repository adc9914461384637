// SPDX-License-Identifier: GPL-2.0
/*
 * A GPU that is beyond rescue: it does not reset, or it is not there any more.
 */
#include "i915_faults.h"

static bool masters_bus(const struct i915_slot *slot)
{
	__u16 command;
	char path[128];
	int config;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", slot->name);
	config = open(path, O_RDONLY | O_CLOEXEC);
	if (config < 0 || pread(config, &command, sizeof(command), 4) != sizeof(command))
		i915_fatal("%s: %s", path, strerror(errno));
	close(config);

	return command & 0x4;
}

/* Does the GPU reach memory at any time while somebody looks? */
struct watch {
	const struct i915_slot *slot;
	bool stop;
	bool mastered;
};

static void watch_bus(struct i915_child *child, void *arg)
{
	struct watch *watch = arg;

	i915_child_ready(child);
	while (!__atomic_load_n(&watch->stop, __ATOMIC_SEQ_CST))
		watch->mastered |= masters_bus(watch->slot);
}

static struct watch *watch_begin(struct i915_child *child, const struct i915_slot *slot)
{
	struct watch *watch = mmap(NULL, sizeof(*watch), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	i915_require(watch != MAP_FAILED, "mmap");
	watch->slot = slot;
	i915_child_start(child, watch_bus, watch);
	i915_child_wait_ready(child);

	return watch;
}

static void watch_end(struct i915_child *child, struct watch *watch, const char *when)
{
	__atomic_store_n(&watch->stop, true, __ATOMIC_SEQ_CST);
	i915_expect(!i915_child_join(child), "the other process");
	i915_expect(!watch->mastered, "a GPU that was not reset reaches memory %s", when);
	munmap(watch, sizeof(*watch));
}

/*
 * Nothing resets: the GPU loses its way to memory before the memory goes back,
 * and everybody is told. It is used again when it does reset, not before.
 */
void faults_nothing_resets(int fd)
{
	const struct i915_slot slot = i915_slot(fd);
	struct i915_spin spin;
	struct i915_child child;
	struct watch *watch;
	int fence;

	i915_debugfs_mount();
	i915_spin_start(&spin, fd, 0, I915_EXEC_BSD, 0);
	faults_arm("gdrst-stuck:every=1");
	fence = faults_submit(fd, 0, I915_EXEC_RENDER, i915_batch_invalid(fd));
	i915_expect_ret(i915_fence_wait(fence, LIMIT_MS), -EIO);
	i915_expect_ret(i915_fence_wait(spin.fence, LIMIT_MS), -EIO);
	i915_expect(!masters_bus(&slot), "a GPU that cannot be stopped still reaches memory");
	i915_expect_ret(i915_exec_nop(fd, 0, I915_EXEC_BLT), -EIO);

	watch = watch_begin(&child, &slot);
	i915_expect_ret(i915_debugfs_write(fd, "i915_wedged", "-1"), -EIO);
	watch_end(&child, watch, "when it is tried again");

	faults_disarm();
	i915_require_ok(i915_debugfs_write(fd, "i915_wedged", "-1"));
	i915_expect(masters_bus(&slot), "it does not reach memory any more");
	i915_expect_ret(i915_exec_nop(fd, 0, I915_EXEC_BLT), 0);
	i915_expect_ret(i915_exec_nop(fd, 0, I915_EXEC_RENDER), 0);
	i915_spin_fini(&spin);
	close(fence);
}

/*
 * The driver is taken from it meanwhile: what runs is stopped, or it would go on
 * in memory that is somebody else's when the next driver comes.
 */
void faults_nothing_resets_unbind(int fd)
{
	const struct i915_slot slot = i915_slot(fd);
	struct i915_spin spin[I915_ENGINES];
	struct i915_child child;
	struct watch *watch;
	unsigned int n;

	close(fd);
	fd = i915_open_or_die();
	for (n = 0; n < I915_ENGINES; n++)
		i915_spin_start(&spin[n], fd, 0, i915_engines[n].ring, 0);
	faults_arm("gdrst-stuck:every=1");
	i915_require_ok(i915_unbind(&slot));
	for (n = 0; n < I915_ENGINES; n++) {
		i915_expect_ret(i915_fence_wait(spin[n].fence, LIMIT_MS), -EIO);
		/* its batch cannot be written any more */
		close(spin[n].fence);
	}
	close(fd);

	watch = watch_begin(&child, &slot);
	i915_expect(i915_bind(&slot) < 0, "bound to a GPU that does not reset");
	watch_end(&child, watch, "at the next probe");

	faults_disarm();
	i915_require_ok(i915_bind(&slot));
	fd = i915_open_or_die();
	for (n = 0; n < I915_ENGINES; n++)
		i915_expect_ret(i915_exec_nop(fd, 0, i915_engines[n].ring), 0);
	close(fd);
}

/* The spinner's fence ends with an error; a GPU that is idle has nothing to end. */
static void expect_told(int fd, struct i915_spin *spin)
{
	i915_expect_ret(i915_fence_wait(spin->fence, LIMIT_MS), -EIO);
	i915_expect_ret(i915_exec_nop(fd, 0, I915_EXEC_BLT), -EIO);
	i915_spin_fini(spin);
}

/* The GPU leaves the bus, busy or idle, and the driver is taken from it: the log says so, once. */
void faults_gone(int fd)
{
	const struct i915_slot slot = i915_slot(fd);
	int klog = i915_klog_open();
	struct i915_spin spin;
	unsigned int busy;

	close(fd);
	for (busy = 0; busy < 2; busy++) {
		fd = i915_open_or_die();
		i915_expect_ret(i915_exec_nop(fd, 0, I915_EXEC_RENDER), 0);
		i915_heartbeat(fd, 50);
		if (busy)
			i915_spin_start(&spin, fd, 0, I915_EXEC_RENDER, 0);
		else
			i915_drop_caches(fd, DROP_IDLE);
		faults_arm("gone");
		if (busy)
			expect_told(fd, &spin);
		close(fd);
		i915_require_ok(i915_unbind(&slot));
		i915_expect(i915_klog_count(klog, "the GPU is not there") == 1, "%s",
			    busy ? "it was busy" : "it was idle");
		faults_disarm();
		i915_require_ok(i915_bind(&slot));
	}
	fd = i915_open_or_die();
	i915_expect_ret(i915_exec_nop(fd, 0, I915_EXEC_RENDER), 0);
	close(fd);
	close(klog);
}
