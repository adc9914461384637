// SPDX-License-Identifier: GPL-2.0
/*
 * Performance events: what they count, what is refused, and what becomes of
 * them when the device goes.
 */
#include <linux/perf_event.h>

#include "i915_util.h"

#define PAGE			4096
#define MI_SEMAPHORE_WAIT	(0x1c << 23 | 2)
#define   SEMAPHORE_POLL	0x8000
#define   SEMAPHORE_EQUAL	(4 << 12)

#define RENDER(sample)	__I915_PMU_ENGINE(I915_ENGINE_CLASS_RENDER, 0, sample)

static void refused(int fd)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = i915_event_type(fd),
		.config = RENDER(I915_SAMPLE_BUSY),
	};

	attr.sample_period = 100;
	i915_expect_ret(i915_event_open_attr(&attr), -EINVAL);
	attr.sample_period = 0;
	attr.config = RENDER(3);
	i915_expect_ret(i915_event_open_attr(&attr), -ENOENT);
	attr.config = I915_PMU_SOFTWARE_GT_AWAKE_TIME + 1;
	i915_expect_ret(i915_event_open_attr(&attr), -ENOENT);
	/* no such engine here, and not managed by the driver: not there rather than zero */
	attr.config = __I915_PMU_ENGINE(7, 0, I915_SAMPLE_BUSY);
	i915_expect_ret(i915_event_open_attr(&attr), -ENODEV);
	attr.config = I915_PMU_RC6_RESIDENCY;
	i915_expect_ret(i915_event_open_attr(&attr), -ENODEV);
	attr.config = I915_PMU_ACTUAL_FREQUENCY;
	i915_expect_ret(i915_event_open_attr(&attr), -ENODEV);
}

#define BATCHES	6

/* Batches end one after the other; somebody waits for the last one only. */
static void interrupts(int fd)
{
	int event = i915_require_ok(i915_event_open(fd, I915_PMU_INTERRUPTS));
	struct i915_spin spin[BATCHES];
	__u64 before, after;
	unsigned int n;

	for (n = 0; n < BATCHES; n++) {
		i915_spin_init(&spin[n], fd, 0, I915_EXEC_RENDER, 0);
		i915_require_ok(i915_spin_submit(&spin[n]));
	}
	i915_spin_wait_running(&spin[0]);
	before = i915_event_read(event);
	for (n = 0; n < BATCHES; n++) {
		i915_spin_wait_running(&spin[n]);
		i915_sleep_ms(10);
		i915_spin_end(&spin[n]);
	}
	i915_expect_ret(i915_fence_wait(spin[BATCHES - 1].fence, 20000), 1);
	i915_wait_for(i915_event_read(event) - before >= BATCHES, 1000);
	after = i915_event_read(event);
	i915_expect(after - before >= BATCHES, "%llu for %d batches", after - before, BATCHES);
	for (n = 0; n < BATCHES; n++)
		i915_spin_fini(&spin[n]);
	close(event);
}

/* While a batch runs the engine is busy, and the GPU is awake; afterwards neither. */
static void busy_time(int fd)
{
	int busy = i915_require_ok(i915_event_open(fd, RENDER(I915_SAMPLE_BUSY)));
	int awake = i915_require_ok(i915_event_open(fd, I915_PMU_SOFTWARE_GT_AWAKE_TIME));
	const __u64 least = 100 * I915_NSEC_PER_MSEC;
	struct i915_spin spin;
	__u64 value;

	i915_spin_start(&spin, fd, 0, I915_EXEC_RENDER, 0);
	i915_sleep_ms(150);
	i915_expect(i915_event_read(busy) >= least, "%llu ns", i915_event_read(busy));
	i915_expect(i915_event_read(awake) >= least, "%llu ns", i915_event_read(awake));
	i915_spin_fini(&spin);
	i915_settle(fd);
	value = i915_event_read(busy);
	i915_sleep_ms(20);
	i915_expect(i915_event_read(busy) == value, "an idle engine was busy");
	value = i915_event_read(awake);
	i915_sleep_ms(20);
	i915_expect(i915_event_read(awake) == value, "an idle GPU was awake");
	close(busy);
	close(awake);
}

/* A batch that waits in memory for a value. */
static void semaphore(int fd)
{
	const __u64 address = 0x30000000, place = address + PAGE - 4;
	const __u32 code[] = {
		MI_SEMAPHORE_WAIT | SEMAPHORE_POLL | SEMAPHORE_EQUAL, 1, place, place >> 32,
		MI_BATCH_BUFFER_END, MI_NOOP,
	};
	int sema = i915_require_ok(i915_event_open(fd, RENDER(I915_SAMPLE_SEMA)));
	int wait = i915_require_ok(i915_event_open(fd, RENDER(I915_SAMPLE_WAIT)));
	__u32 handle = i915_gem_create(fd, PAGE);
	struct i915_exec exec;
	__u32 *map;
	int fence;

	i915_gem_write(fd, handle, 0, code, sizeof(code));
	map = i915_gem_mmap(fd, handle, PAGE);
	i915_exec_init(&exec, 0, I915_EXEC_RENDER);
	i915_exec_add_at(&exec, handle, address);
	fence = i915_require_ok(i915_exec_submit_fence(fd, &exec));
	i915_expect(i915_wait_for(i915_event_read(sema) > 0, 5000), "never seen to wait");
	i915_expect(!i915_event_read(wait), "it does not wait for an event");
	__atomic_store_n(&map[PAGE / 4 - 1], 1, __ATOMIC_SEQ_CST);
	i915_expect_ret(i915_fence_wait(fence, 20000), 1);
	munmap(map, PAGE);
	close(fence);
	close(sema);
	close(wait);
}

/* The events of a device that went stand still; those of the one that came count. */
static void unbind(int fd)
{
	struct i915_slot slot = i915_slot(fd);
	int old = i915_require_ok(i915_event_open(fd, RENDER(I915_SAMPLE_SEMA)));
	int busy = i915_require_ok(i915_event_open(fd, RENDER(I915_SAMPLE_BUSY)));
	int klog = i915_klog_open();
	struct i915_spin spin;
	__u64 value;
	int new;

	i915_expect_ret(i915_exec_nop(fd, 0, I915_EXEC_RENDER), 0);
	close(fd);
	i915_require_ok(i915_unbind(&slot));
	value = i915_event_read(busy);
	i915_require_ok(i915_bind(&slot));
	fd = i915_open_or_die();
	new = i915_require_ok(i915_event_open(fd, RENDER(I915_SAMPLE_BUSY)));
	i915_spin_start(&spin, fd, 0, I915_EXEC_RENDER, 0);
	i915_expect(i915_wait_for(i915_event_read(new) > 0, 5000), "the new one does not count");
	i915_expect(i915_event_read(busy) == value, "the old one counts");
	i915_spin_fini(&spin);
	close(old);
	close(busy);
	close(new);
	i915_klog_clean(klog);
}

static const struct i915_case cases[] = {
	{ "refused", "events that cannot be", refused },
	{ "interrupts", "each batch that ends interrupts", interrupts },
	{ "busy", "busy engines, and a GPU that is awake", busy_time },
	{ "semaphore", "an engine that waits for a value", semaphore },
	{ "unbind", "events of a device that goes and comes back", unbind },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases), "Performance events.");
}
