// SPDX-License-Identifier: GPL-2.0
/*
 * What a GPU that misbehaves may do to work that does not: it runs, late at
 * worst, and nobody is blamed. On the virtual GPU, which misbehaves on demand.
 */
#include "i915_fault.h"
#include "i915_faults.h"

#define WHILE_MS	300
/* Generous for the next look of a heartbeat of 200 ms; one turned off looks every 5 s. */
#define NEXT_LOOK_MS	3000

static struct i915_fault window;

unsigned int faults_arm(const char *rule)
{
	unsigned int id;

	if (!window.win && i915_fault_open(&window))
		i915_skip("this GPU has no faults on demand");
	id = i915_fault_arm(&window, rule);
	i915_require(id, "%s: %s", rule, window.why);

	return id;
}

void faults_disarm(void)
{
	if (window.win || !i915_fault_open(&window))
		i915_fault_disarm(&window);
}

int faults_submit(int fd, __u32 ctx, __u64 ring, __u32 batch)
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

	rule = faults_arm("csb-lost@rcs0:event=complete");
	i915_require_ok(i915_engine_tune(fd, "rcs0", "heartbeat_interval_ms", 50));
	i915_expect_ret(i915_exec_nop(fd, one, I915_EXEC_RENDER), 0);
	fence = faults_submit(fd, two, I915_EXEC_RENDER, batch);
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
	rule = faults_arm("csb-lost@rcs0:event=complete");
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
		rule = faults_arm(n & 1 ? "csb-at-reset@rcs0:value=0x2" : "csb-at-reset@rcs0");
		fence = faults_submit(fd, i915_context_create(fd), I915_EXEC_RENDER, bad);
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
		faults_disarm();
	}
	close(other);
}

/* An error interrupt without an error */
static void spurious_error(int fd)
{
	__u32 ctx = i915_context_create(fd), other = i915_context_create(fd);
	struct i915_spin spin;
	unsigned int rule;
	int fence;

	i915_spin_start(&spin, fd, ctx, I915_EXEC_RENDER, 0);
	rule = faults_arm("irq-spurious@rcs0:bit=error");
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
	fence = faults_submit(fd, other, I915_EXEC_RENDER, i915_batch_invalid(fd));
	i915_expect_ret(i915_fence_wait(fence, LIMIT_MS), -EIO);
	close(fence);
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
	rule = faults_arm("gdrst-stuck:reset=engine");
	fence = faults_submit(fd, 0, I915_EXEC_RENDER, i915_batch_invalid(fd));
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
	rule = faults_arm("msi-lost");
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

/*
 * A store on each engine by each context, all of them before the first is waited for,
 * on rcs0 behind a batch of a third context: the engine always has a next one.
 */
static void store_everywhere(int fd, const __u32 ctx[3], __u32 value)
{
	__u32 target = i915_gem_create(fd, 4096), n;
	int fence[2 * I915_ENGINES];
	struct i915_spin spin;

	i915_spin_init(&spin, fd, ctx[2], I915_EXEC_RENDER, 0);
	i915_require_ok(i915_spin_submit(&spin));
	for (n = 0; n < ARRAY_SIZE(fence); n++)
		fence[n] = i915_store(fd, ctx[n & 1], i915_engines[n / 2].ring, target, 8 * n,
				      value + n);
	i915_spin_end(&spin);
	i915_expect_ret(i915_fence_wait(spin.fence, LIMIT_MS), 1);
	i915_spin_fini(&spin);
	for (n = 0; n < ARRAY_SIZE(fence); n++) {
		i915_expect(i915_fence_wait(fence[n], LIMIT_MS) == 1, "%s, context %u: %d",
			    i915_engines[n / 2].name, n & 1, i915_fence_status(fence[n]));
		i915_expect_ret(i915_gem_read32(fd, target, 8 * n), value + n);
		close(fence[n]);
	}
	i915_gem_close(fd, target);
}

/* What goes wrong, and how many resets it takes */
struct wrong {
	const char *rule;
	enum { NONE, SOME, ANY } resets;
};

/* Late, twice, or not at all: whatever the GPU says, it did what it was told. */
static void work_is_done(int fd)
{
	const __u32 ctx[3] = { i915_context_create(fd), i915_context_create(fd),
			       i915_context_create(fd) };
	const struct wrong *wrong = i915_case_now()->data;
	unsigned int resets, rule, round, n;
	int klog = i915_klog_open();

	faults_disarm();
	i915_heartbeat(fd, 200);
	rule = faults_arm(wrong->rule);
	for (round = 0; round < 2; round++) {
		store_everywhere(fd, ctx, round << 8);
		/* the GPU falls asleep and is woken */
		i915_drop_caches(fd, DROP_IDLE);
	}
	i915_expect(i915_fault_hits(&window, rule), "the fault did not happen");
	faults_disarm();
	/* what was reported too late to be seen holds a context until its engine runs again */
	store_everywhere(fd, ctx, round << 8);
	for (n = 0; n < ARRAY_SIZE(ctx); n++)
		expect_innocent(fd, ctx[n]);
	resets = i915_klog_count(klog, " reset: ");
	i915_expect(wrong->resets == ANY || !resets == !wrong->resets, "%u resets", resets);
	close(klog);
}

/* Memory goes back while an engine may still translate to it. */
static void memory_goes_back(int fd)
{
	int klog = i915_klog_open(), fence;
	struct i915_spin spin;
	unsigned int n, rule;
	__u32 target;

	faults_disarm();
	i915_spin_start(&spin, fd, 0, I915_EXEC_BSD, 0);
	rule = faults_arm("inval-stuck:delay=1ms:every=1");
	for (n = 0; n < I915_ENGINES; n++) {
		if (i915_engines[n].ring == I915_EXEC_BSD)
			continue;
		target = i915_gem_create(fd, 4096);
		fence = i915_store(fd, 0, i915_engines[n].ring, target, 0, n);
		i915_expect_ret(i915_fence_wait(fence, LIMIT_MS), 1);
		i915_expect_ret(i915_gem_read32(fd, target, 0), n);
		i915_gem_close(fd, target);
		i915_drop_caches(fd, DROP_RETIRE | DROP_FREED);
		close(fence);
	}
	i915_expect(i915_fault_hits(&window, rule), "the fault did not happen");
	i915_expect_ret(i915_fence_wait(spin.fence, 0), 0);
	i915_spin_end(&spin);
	i915_expect_ret(i915_fence_wait(spin.fence, LIMIT_MS), 1);
	i915_spin_fini(&spin);
	i915_klog_clean(klog);
	close(klog);
}

/* The next batch does not end by itself: its context is named, and nobody else notices. */
static void batch_is_blamed(int fd)
{
	int other = i915_open_or_die(), klog = i915_klog_open(), fence;
	const __u32 well[2] = { i915_context_create(other), i915_context_create(other) };
	__u32 guilty = i915_context_create(fd), batch = i915_gem_create_batch(fd);
	struct i915_spin spin;
	unsigned int rule;

	faults_disarm();
	/* not of the spinner's engine: where it cannot be preempted it would be a hang, too */
	i915_require_ok(i915_engine_tune(fd, "rcs0", "heartbeat_interval_ms", 50));
	i915_spin_start(&spin, other, well[0], I915_EXEC_BSD, 0);
	rule = faults_arm(i915_case_now()->data);
	fence = faults_submit(fd, guilty, I915_EXEC_RENDER, batch);
	/* behind it */
	i915_require_ok(i915_exec_batch(other, well[1], I915_EXEC_RENDER,
					i915_gem_create_batch(other)));
	i915_expect_ret(i915_fence_wait(fence, LIMIT_MS), -EIO);
	i915_expect(i915_fault_hits(&window, rule), "the fault did not happen");
	i915_expect_ret(i915_stats_of(fd, guilty).batch_active, 1);
	i915_expect_ret(i915_fence_wait(spin.fence, WHILE_MS), 0);
	i915_spin_end(&spin);
	i915_expect_ret(i915_fence_wait(spin.fence, LIMIT_MS), 1);
	i915_spin_fini(&spin);
	i915_expect_ret(i915_exec_nop(other, well[1], I915_EXEC_RENDER), 0);
	expect_innocent(other, well[0]);
	expect_innocent(other, well[1]);
	/* once, and by name */
	i915_expect_ret(i915_klog_count(klog, " hangs"), 1);
	close(fence);
	close(klog);
	close(other);
}

#define WORKS(name_, rule_, resets_, what_) \
	{ .name = name_, .what = what_, .run = work_is_done, \
	  .data = &(const struct wrong){ rule_, resets_ } }
#define BLAMED(name_, rule_, what_) \
	{ .name = name_, .what = what_, .run = batch_is_blamed, .data = rule_ }

static const struct i915_case cases[] = {
	{ "completion-lost", "the report of a completion is lost", completion_lost },
	{ "last-completion-lost", "and nothing comes after it", last_completion_lost },
	{ "message-lost", "the message of an interrupt is lost", message_lost },
	{ "report-at-reset", "a report comes with the reset", report_at_reset },
	{ "spurious-error", "an error interrupt for nothing", spurious_error },
	{ "engine-does-not-reset", "so the whole GPU is", engine_does_not_reset },
	{ "nothing-resets", "so the GPU is given up", faults_nothing_resets },
	{ "nothing-resets-unbind", "and the driver is unbound", faults_nothing_resets_unbind },
	{ "gone", "the GPU leaves the bus, and the driver is unbound", faults_gone },
	WORKS("user-lost", "irq-lost:bit=user:every=1", NONE,
	      "no interrupt says that work is done"),
	WORKS("switch-lost", "irq-lost:bit=switch:every=1", NONE, "nor that a report is there"),
	WORKS("interrupt-late", "irq-late:delay=2ms:every=1", NONE, "all interrupts are late"),
	WORKS("interrupt-twice", "irq-twice:every=1", NONE, "all interrupts come twice"),
	WORKS("interrupt-spurious", "irq-spurious:bit=user:every=1", NONE,
	      "and more than were asked for"),
	WORKS("message-spurious", "msi-spurious:every=1", NONE,
	      "one message more than interrupts"),
	WORKS("report-late", "csb-late:delay=2ms:every=1", NONE, "all reports are late"),
	WORKS("report-behind", "csb-hole:delay=20us:every=1", ANY,
	      "reports come after their pointer"),
	WORKS("interrupt-early", "csb-early-irq:delay=1ms:every=1", NONE,
	      "and after their interrupt"),
	WORKS("report-lost", "csb-lost@rcs0:event=active", SOME,
	      "the report of a beginning is lost"),
	WORKS("report-garbled", "csb-garbled@rcs0:event=complete", SOME, "a report is nonsense"),
	WORKS("report-twice", "csb-twice@rcs0:event=complete", SOME, "a report comes twice"),
	WORKS("submission-lost", "elsp-lost@rcs0", SOME, "a submission does not arrive"),
	WORKS("forcewake-slow", "fw-stuck:delay=2ms:every=1", NONE, "the GPU is slow to wake up"),
	WORKS("forcewake-stuck", "fw-stuck:edge=set:count=1", NONE, "it has to be asked twice"),
	{ "invalidation-slow", "TLBs take their time", memory_goes_back },
	BLAMED("page-fault", "page-fault@rcs0", "a batch faults"),
	BLAMED("hang-rude", "hang@rcs0:mode=noarb", "a batch lets nobody else run"),
	BLAMED("hang-dead", "hang@rcs0:mode=dead", "it does not even stop"),
};

int main(int argc, char **argv)
{
	atexit(faults_disarm);

	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "Does work that is well survive a GPU that is not?");
}
