// SPDX-License-Identifier: GPL-2.0
/*
 * What a GPU that misbehaves may do to work that does not: it runs, late at
 * worst, and nobody is blamed. On the virtual GPU, which misbehaves on demand.
 */
#include "i915_fault.h"
#include "i915_util.h"

#define LIMIT_MS	20000
#define WHILE_MS	300
/* Generous for the next look of a heartbeat of 200 ms; one turned off looks every 5 s. */
#define NEXT_LOOK_MS	3000

static struct i915_fault window;

static unsigned int arm(const char *rule)
{
	unsigned int id;

	if (!window.win && i915_fault_open(&window))
		i915_skip("this GPU has no faults on demand");
	id = i915_fault_arm(&window, rule);
	i915_require(id, "%s: %s", rule, window.why);

	return id;
}

static void disarm(void)
{
	if (window.win || !i915_fault_open(&window))
		i915_fault_disarm(&window);
}

static int submit(int fd, __u32 ctx, __u64 ring, __u32 batch)
{
	struct i915_exec exec;

	i915_exec_init(&exec, ctx, ring);
	i915_exec_add(&exec, batch);

	return i915_require_ok(i915_exec_submit_fence(fd, &exec));
}

static void expect_innocent(int fd, __u32 ctx)
{
	i915_expect(!i915_stats_of(fd, ctx).batch_active, "%u lost",
		    i915_stats_of(fd, ctx).batch_active);
}

/* The report that a context is through is lost: what comes next must not wait for ever. */
static void completion_lost(int fd)
{
	__u32 one = i915_context_create(fd), two = i915_context_create(fd);
	__u32 batch = i915_gem_create_batch(fd);
	unsigned int rule;
	int fence;

	rule = arm("csb-lost@rcs0:event=complete");
	i915_require_ok(i915_engine_tune(fd, "rcs0", "heartbeat_interval_ms", 50));
	i915_expect_ret(i915_exec_nop(fd, one, I915_EXEC_RENDER), 0);
	fence = submit(fd, two, I915_EXEC_RENDER, batch);
	i915_expect_ret(i915_fence_wait(fence, LIMIT_MS), 1);
	close(fence);
	i915_require(i915_fault_hits(&window, rule) == 1, "the fault did not happen");
	expect_innocent(fd, one);
	expect_innocent(fd, two);
	i915_expect_ret(i915_exec_nop(fd, two, I915_EXEC_RENDER), 0);
}

/* The same when nothing comes next: the context must not stay in its port for ever. */
static void last_completion_lost(int fd)
{
	struct i915_audit before;
	unsigned int rule;
	__u32 ctx;

	i915_require_ok(i915_engine_tune(fd, "rcs0", "heartbeat_interval_ms", 50));
	i915_audit_take(fd, &before);
	ctx = i915_context_create(fd);
	rule = arm("csb-lost@rcs0:event=complete");
	i915_expect_ret(i915_exec_nop(fd, ctx, I915_EXEC_RENDER), 0);
	i915_require_ok(i915_context_destroy(fd, ctx));
	i915_audit_returns(fd, &before, LIMIT_MS, "after its context was destroyed");
	i915_require(i915_fault_hits(&window, rule) == 1, "the fault did not happen");
}

/* A report comes between the last look and the reset: it must not be taken for one after it. */
static void report_at_reset(int fd)
{
	int other = i915_open_or_die();
	__u32 ctx = i915_context_create(other), bad = i915_batch_invalid(fd);
	struct i915_spin spin;
	unsigned int n, rule;
	int fence;

	for (n = 0; n < 4; n++) {
		/* the context switch, and the acknowledge of a submission */
		rule = arm(n & 1 ? "csb-at-reset@rcs0:value=0x2" : "csb-at-reset@rcs0");
		fence = submit(fd, i915_context_create(fd), I915_EXEC_RENDER, bad);
		i915_spin_init(&spin, other, ctx, I915_EXEC_RENDER, 0);
		i915_require_ok(i915_spin_submit(&spin));
		i915_expect_ret(i915_fence_wait(fence, LIMIT_MS), -EIO);
		i915_spin_wait_running(&spin);
		i915_expect_ret(i915_fence_wait(spin.fence, WHILE_MS), 0);
		i915_expect(i915_fault_hits(&window, rule), "the fault did not happen");
		expect_innocent(other, ctx);
		i915_spin_end(&spin);
		i915_expect_ret(i915_fence_wait(spin.fence, LIMIT_MS), 1);
		i915_spin_fini(&spin);
		close(fence);
		disarm();
	}
	close(other);
}

/* An error interrupt without an error */
static void spurious_error(int fd)
{
	__u32 ctx = i915_context_create(fd), other = i915_context_create(fd);
	struct i915_spin spin;
	unsigned int rule;

	i915_spin_start(&spin, fd, ctx, I915_EXEC_RENDER, 0);
	rule = arm("irq-spurious@rcs0:bit=error");
	/* a submission is when it comes */
	i915_exec_batch(fd, ctx, I915_EXEC_RENDER, i915_gem_create_batch(fd));
	i915_exec_batch(fd, other, I915_EXEC_RENDER, i915_gem_create_batch(fd));
	i915_expect_ret(i915_fence_wait(spin.fence, WHILE_MS), 0);
	i915_expect(i915_fault_hits(&window, rule), "the fault did not happen");
	expect_innocent(fd, ctx);
	i915_spin_end(&spin);
	i915_expect_ret(i915_fence_wait(spin.fence, LIMIT_MS), 1);
	i915_spin_fini(&spin);
	/* the next real one is still seen */
	i915_expect_ret(i915_fence_wait(submit(fd, other, I915_EXEC_RENDER,
					       i915_batch_invalid(fd)), LIMIT_MS), -EIO);
}

/* One engine does not reset: all are, and those that only share that go on. */
static void engine_does_not_reset(int fd)
{
	int other = i915_open_or_die();
	__u32 ctx = i915_context_create(other);
	struct i915_spin spin;
	unsigned int rule;
	int fence;

	i915_spin_start(&spin, other, ctx, I915_EXEC_BSD, 0);
	rule = arm("gdrst-stuck:reset=engine");
	fence = submit(fd, 0, I915_EXEC_RENDER, i915_batch_invalid(fd));
	i915_expect_ret(i915_fence_wait(fence, LIMIT_MS), -EIO);
	i915_expect(i915_fault_hits(&window, rule), "the fault did not happen");
	i915_expect_ret(i915_fence_wait(spin.fence, WHILE_MS), 0);
	expect_innocent(other, ctx);
	i915_expect(i915_stats_of(other, ctx).batch_pending == 1, "%u had begun",
		    i915_stats_of(other, ctx).batch_pending);
	i915_spin_end(&spin);
	i915_expect_ret(i915_fence_wait(spin.fence, LIMIT_MS), 1);
	i915_spin_fini(&spin);
	close(fence);
	close(other);
}

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
static void nothing_resets(int fd)
{
	const struct i915_slot slot = i915_slot(fd);
	struct i915_spin spin;
	struct i915_child child;
	struct watch *watch;
	int fence;

	i915_debugfs_mount();
	i915_spin_start(&spin, fd, 0, I915_EXEC_BSD, 0);
	arm("gdrst-stuck:every=1");
	fence = submit(fd, 0, I915_EXEC_RENDER, i915_batch_invalid(fd));
	i915_expect_ret(i915_fence_wait(fence, LIMIT_MS), -EIO);
	i915_expect_ret(i915_fence_wait(spin.fence, LIMIT_MS), -EIO);
	i915_expect(!masters_bus(&slot), "a GPU that cannot be stopped still reaches memory");
	i915_expect_ret(i915_exec_nop(fd, 0, I915_EXEC_BLT), -EIO);

	watch = watch_begin(&child, &slot);
	i915_expect_ret(i915_debugfs_write(fd, "i915_wedged", "-1"), -EIO);
	watch_end(&child, watch, "when it is tried again");

	disarm();
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
static void nothing_resets_unbind(int fd)
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
	arm("gdrst-stuck:every=1");
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

	disarm();
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
static void gone(int fd)
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
		arm("gone");
		if (busy)
			expect_told(fd, &spin);
		close(fd);
		i915_require_ok(i915_unbind(&slot));
		i915_expect(i915_klog_count(klog, "the GPU is not there") == 1, "%s",
			    busy ? "it was busy" : "it was idle");
		disarm();
		i915_require_ok(i915_bind(&slot));
	}
	fd = i915_open_or_die();
	i915_expect_ret(i915_exec_nop(fd, 0, I915_EXEC_RENDER), 0);
	close(fd);
	close(klog);
}

/* A batch that runs while somebody asks for its end, then ends: that interrupts. */
static void end_while_waited_for(struct i915_spin *spin)
{
	i915_expect_ret(i915_fence_wait(spin->fence, 1), 0);
	i915_spin_end(spin);
	i915_expect_ret(i915_fence_wait(spin->fence, LIMIT_MS), 1);
}

/* The message of an interrupt is lost, so that no other comes before this one is answered. */
static void message_lost(int fd)
{
	int event = i915_require_ok(i915_event_open(fd, I915_PMU_INTERRUPTS));
	__u32 ctx = i915_context_create(fd);
	struct i915_spin spin;
	unsigned int n, rule;
	__u64 before;

	i915_heartbeat(fd, 200);
	i915_spin_start(&spin, fd, ctx, I915_EXEC_RENDER, 0);
	rule = arm("msi-lost");
	for (n = 0; n < 4; n++) {
		before = i915_event_read(event);
		end_while_waited_for(&spin);
		i915_spin_fini(&spin);
		i915_expect(i915_wait_for(i915_event_read(event) > before, NEXT_LOOK_MS),
			    "no interrupt comes any more, batch %u", n);
		i915_spin_start(&spin, fd, ctx, i915_engines[n].ring, 0);
	}
	i915_spin_fini(&spin);
	i915_expect_ret(i915_fault_hits(&window, rule), 1);
	expect_innocent(fd, ctx);
	close(event);
}

static const struct i915_case cases[] = {
	{ "completion-lost", "the report of a completion is lost", completion_lost },
	{ "last-completion-lost", "and nothing comes after it", last_completion_lost },
	{ "message-lost", "the message of an interrupt is lost", message_lost },
	{ "report-at-reset", "a report comes with the reset", report_at_reset },
	{ "spurious-error", "an error interrupt for nothing", spurious_error },
	{ "engine-does-not-reset", "so the whole GPU is", engine_does_not_reset },
	{ "nothing-resets", "so the GPU is given up", nothing_resets },
	{ "nothing-resets-unbind", "and the driver is unbound", nothing_resets_unbind },
	{ "gone", "the GPU leaves the bus, and the driver is unbound", gone },
};

int main(int argc, char **argv)
{
	atexit(disarm);

	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "Does work that is well survive a GPU that is not?");
}
