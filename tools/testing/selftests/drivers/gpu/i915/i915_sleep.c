// SPDX-License-Identifier: GPL-2.0
/*
 * The system sleeps while the GPU is idle or works: work is kept, and the GPU
 * works afterwards, also if its registers were lost.
 *
 * With /sys/power/pm_test (CONFIG_PM_DEBUG) the kernel puts all devices to sleep
 * and wakes them at once, without the machine sleeping in between.
 */
#include "i915_util.h"

#define PM_TEST		"/sys/power/pm_test"
#define PM_STATE	"/sys/power/state"
#define PM_DISK		"/sys/power/disk"
#define PM_DELAY	"/sys/module/suspend/parameters/pm_test_delay"

#define PAGE		4096

/* Before anything is done that only waking up makes good again */
static void require_sleep(const char *state)
{
	char delay[16];

	if (i915_read_file(PM_DELAY, delay, sizeof(delay)) || i915_write_file(PM_TEST, "none"))
		i915_skip("no " PM_TEST " (CONFIG_PM_DEBUG)");
	if (!strcmp(state, "disk") && i915_write_file(PM_DISK, "shutdown"))
		i915_skip("no hibernation");
}

/* Put the devices to sleep and wake them: "freeze" as for suspend, "disk" as for hibernation. */
static void devices_sleep(const char *state)
{
	char delay[16];
	int ret;

	i915_require_ok(i915_read_file(PM_DELAY, delay, sizeof(delay)));
	i915_require_ok(i915_write_file(PM_TEST, "devices"));
	i915_write_file(PM_DELAY, "0");
	ret = i915_write_file(PM_STATE, state);
	i915_write_file(PM_DELAY, delay);
	i915_write_file(PM_TEST, "none");
	i915_require(!ret, "%s: %s", state, strerror(-ret));
}

static void check_engines(int fd)
{
	__u32 target = i915_gem_create(fd, PAGE);
	unsigned int n;
	int fence;

	for (n = 0; n < I915_ENGINES; n++) {
		fence = i915_store(fd, 0, i915_engines[n].ring, target, 8 * n, 0x51ee9000 + n);
		i915_expect(i915_fence_wait(fence, 5000) == 1, "%s", i915_engines[n].name);
		i915_expect(i915_gem_read32(fd, target, 8 * n) == 0x51ee9000 + n, "%s",
			    i915_engines[n].name);
		close(fence);
	}
	i915_gem_close(fd, target);
}

static void idle(int fd)
{
	int klog = i915_klog_open();

	require_sleep("freeze");
	check_engines(fd);
	devices_sleep("freeze");
	check_engines(fd);
	i915_klog_clean(klog);
}

/*
 * A batch runs behind others of its context that have ended, and the context was
 * not saved since: those must not run again. What one of them stored in the object
 * that is returned is gone.
 */
static __u32 run_behind_others(struct i915_spin *spin, int fd, __u32 ctx, __u64 ring)
{
	__u32 trace = i915_gem_create(fd, PAGE);
	static const __u32 nothing;
	struct i915_spin first;
	int fence;

	i915_spin_start(&first, fd, ctx, ring, 0);
	fence = i915_store(fd, ctx, ring, trace, 0, 1);
	i915_spin_init(spin, fd, ctx, ring, 0);
	i915_require_ok(i915_spin_submit(spin));
	i915_spin_fini(&first);
	i915_require(i915_fence_wait(fence, 5000) == 1, "what was before it");
	close(fence);
	i915_spin_wait_running(spin);
	i915_gem_write(fd, trace, 0, &nothing, sizeof(nothing));

	return trace;
}

#define BUSY_ENGINES	2
#define TIMEOUT		"i915_params/request_timeout_ms"

/* A batch that runs on each of two engines, and one behind it, live through the sleep. */
static void busy(int fd)
{
	const char *state = i915_case_now()->data;
	struct drm_i915_reset_stats stats;
	struct i915_spin spin[BUSY_ENGINES];
	__u32 trace[BUSY_ENGINES];
	int behind[BUSY_ENGINES];
	__u32 target = i915_gem_create(fd, PAGE);
	__u32 ctx = i915_context_create(fd);
	int klog = i915_klog_open();
	char path[128], timeout[16];
	unsigned int n;

	require_sleep(state);
	/* a slow machine takes its time to sleep, and this is not about hangs */
	i915_heartbeat(fd, 0);
	i915_debugfs_path(fd, TIMEOUT, path, sizeof(path));
	i915_require_ok(i915_read_file(path, timeout, sizeof(timeout)));
	i915_require_ok(i915_write_file(path, "0"));
	for (n = 0; n < BUSY_ENGINES; n++) {
		trace[n] = run_behind_others(&spin[n], fd, ctx, i915_engines[n].ring);
		behind[n] = i915_store(fd, ctx, i915_engines[n].ring, target, 8 * n, n + 1);
	}
	devices_sleep(state);
	for (n = 0; n < BUSY_ENGINES; n++)
		i915_expect_ret(i915_fence_status(spin[n].fence), 0);
	/* all of them first: to read what one stored waits for what the others store */
	for (n = 0; n < BUSY_ENGINES; n++)
		i915_spin_end(&spin[n]);
	for (n = 0; n < BUSY_ENGINES; n++) {
		i915_expect_ret(i915_fence_wait(spin[n].fence, 5000), 1);
		i915_expect_ret(i915_fence_wait(behind[n], 5000), 1);
		i915_expect(i915_gem_read32(fd, target, 8 * n) == n + 1, "%s",
			    i915_engines[n].name);
		i915_expect(!i915_gem_read32(fd, trace[n], 0), "%s: it ran twice",
			    i915_engines[n].name);
		i915_gem_close(fd, trace[n]);
		i915_spin_fini(&spin[n]);
		close(behind[n]);
	}
	i915_write_file(path, timeout);
	/* it was nobody's fault */
	i915_require_ok(i915_reset_stats(fd, ctx, &stats));
	i915_expect(!stats.batch_active && !stats.batch_pending, "%u guilty, %u innocent",
		    stats.batch_active, stats.batch_pending);
	check_engines(fd);
	i915_klog_clean(klog);
}

/* Write a register behind the driver's back. */
static void poke(__u32 *mmio, __u32 reg, __u32 value)
{
	__atomic_store_n(&mmio[reg / 4], value, __ATOMIC_RELAXED);
}

/* What a sleep with the power off does to the registers the engines cannot do without */
static void lose_registers(int fd, const struct i915_slot *slot)
{
	static const __u32 bases[] = { 0x2000, 0x22000, 0x12000, 0x1a000 };
	__u32 *mmio;
	char path[128];
	unsigned int n;
	int bar, wake;

	i915_debugfs_path(fd, "i915_forcewake_user", path, sizeof(path));
	wake = open(path, O_RDONLY | O_CLOEXEC);

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource0", slot->name);
	bar = open(path, O_RDWR | O_SYNC | O_CLOEXEC);
	mmio = mmap(NULL, 2 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, bar, 0);
	if (mmio == MAP_FAILED)
		i915_skip("%s: %s", path, strerror(errno));
	poke(mmio, 0x44200, 0);			/* the master of interrupts */
	for (n = 0; n < 4; n++) {
		poke(mmio, 0x44304 + 16 * n, ~0u);	/* and of the banks: mask, enable */
		poke(mmio, 0x4430c + 16 * n, 0);
		poke(mmio, bases[n] + 0x80, 0);		/* status page */
		poke(mmio, bases[n] + 0x29c, 1 << 31);	/* run lists off */
	}
	munmap(mmio, 2 << 20);
	close(bar);
	close(wake);
}

static void registers_lost(int fd)
{
	struct i915_slot slot = i915_slot(fd);
	int klog = i915_klog_open();

	require_sleep("freeze");
	check_engines(fd);
	i915_settle(fd);
	lose_registers(fd, &slot);
	devices_sleep("freeze");
	check_engines(fd);
	i915_klog_clean(klog);
}

static const struct i915_case cases[] = {
	{ "idle", "an idle GPU sleeps and works afterwards", idle },
	{ "busy", "batches that run or wait live through a suspend", busy, .data = "freeze" },
	{ "hibernate-busy", "and through the freeze and thaw of a hibernation", busy,
	  .data = "disk", .limit_s = 120 },
	{ "registers-lost", "the registers are those of a power-on afterwards", registers_lost },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases), "The system sleeps.");
}
