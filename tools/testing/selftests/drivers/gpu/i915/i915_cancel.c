// SPDX-License-Identifier: GPL-2.0
/*
 * A context that must not outlive its handle is closed: its work ends, whatever
 * it does, and nobody else notices.
 */
#include "i915_util.h"

#define LIMIT_MS	20000
/* By then what ends by itself has ended, and what should not end would have */
#define WHILE_MS	300

static __u32 create_not_persistent(int fd)
{
	__u32 ctx = i915_context_create(fd);

	i915_require_ok(i915_context_set(fd, ctx, I915_CONTEXT_PARAM_PERSISTENCE, 0));

	return ctx;
}

static __u32 lost(int fd, __u32 ctx)
{
	return i915_stats_of(fd, ctx).batch_active;
}

static int submit_nop(int fd, __u32 ctx, __u64 ring)
{
	__u32 batch = i915_gem_create_batch(fd);
	struct i915_exec exec;
	int fence;

	i915_exec_init(&exec, ctx, ring);
	i915_exec_add(&exec, batch);
	fence = i915_require_ok(i915_exec_submit_fence(fd, &exec));
	i915_gem_close(fd, batch);

	return fence;
}

static void running(int fd)
{
	unsigned int n;

	for (n = 0; n < I915_ENGINES; n++) {
		__u64 ring = i915_engines[n].ring;
		__u32 ctx = create_not_persistent(fd);
		struct i915_spin spin;

		i915_spin_start(&spin, fd, ctx, ring, n & 1 ? I915_SPIN_RUDE : 0);
		i915_require_ok(i915_context_destroy(fd, ctx));
		i915_expect_ret(i915_fence_wait(spin.fence, LIMIT_MS), -EIO);
		i915_spin_fini(&spin);
		i915_expect_ret(i915_exec_nop(fd, 0, ring), 0);
	}
}

static void waits_for_a_fence(int fd)
{
	int sw = i915_sw_sync_open(), in = i915_sw_sync_fence(sw, 1), fence;
	__u32 ctx = create_not_persistent(fd), batch = i915_gem_create_batch(fd);
	struct i915_exec exec;

	i915_exec_init(&exec, ctx, I915_EXEC_RENDER | I915_EXEC_FENCE_IN);
	i915_exec_add(&exec, batch);
	exec.args.rsvd2 = in;
	fence = i915_require_ok(i915_exec_submit_fence(fd, &exec));
	i915_expect_ret(i915_fence_status(fence), 0);
	i915_require_ok(i915_context_destroy(fd, ctx));
	i915_expect_ret(i915_fence_wait(fence, LIMIT_MS), -EIO);
	i915_sw_sync_advance(sw, 1);
	close(fence);
	close(in);
	close(sw);
}

/* B's batches stand behind A's when B goes away, again and again: A must not be bothered. */
static void behind_another(int fd)
{
	int b = i915_open_or_die();
	__u32 ca = i915_context_create(fd);
	struct i915_spin spin;
	unsigned int n;

	i915_spin_start(&spin, fd, ca, I915_EXEC_RENDER, 0);
	for (n = 0; n < 6; n++) {
		__u32 cb = create_not_persistent(b);
		int fence;

		i915_require_ok(i915_context_set(b, cb, I915_CONTEXT_PARAM_PRIORITY, n ? -1 : 0));
		fence = submit_nop(b, cb, I915_EXEC_RENDER);
		i915_sleep_ms(20);
		i915_require_ok(i915_context_destroy(b, cb));
		i915_fence_wait(fence, 2000);
		i915_expect(i915_fence_status(fence), "B's batch has not ended");
		close(fence);
		i915_sleep_ms(60);
	}
	i915_expect_ret(i915_fence_wait(spin.fence, WHILE_MS), 0);
	i915_expect(lost(fd, ca) == 0, "A is guilty of %u", lost(fd, ca));
	i915_spin_end(&spin);
	i915_expect_ret(i915_fence_wait(spin.fence, LIMIT_MS), 1);
	i915_spin_fini(&spin);
	i915_expect_ret(i915_exec_nop(fd, ca, I915_EXEC_RENDER), 0);
	close(b);
}

/* B runs, A, more important, takes its place, B is closed: it is in the middle of a batch. */
static void preempted(int fd)
{
	unsigned int flags[] = { 0, I915_SPIN_RUDE }, n;

	if (!i915_preempts(fd))
		i915_skip("no preemption");

	for (n = 0; n < ARRAY_SIZE(flags); n++) {
		int b = i915_open_or_die();
		__u32 ca = i915_context_create(fd), cb = create_not_persistent(b);
		struct i915_spin spin_a, spin_b;

		i915_require_ok(i915_context_set(fd, ca, I915_CONTEXT_PARAM_PRIORITY, 500));
		i915_spin_start(&spin_b, b, cb, I915_EXEC_RENDER, 0);
		i915_spin_start(&spin_a, fd, ca, I915_EXEC_RENDER, flags[n]);
		i915_require_ok(i915_context_destroy(b, cb));
		if (!flags[n])
			i915_expect_ret(i915_fence_wait(spin_b.fence, LIMIT_MS), -EIO);
		i915_expect_ret(i915_fence_wait(spin_a.fence, WHILE_MS), 0);
		i915_expect(lost(fd, ca) == 0, "A is guilty of %u", lost(fd, ca));
		i915_spin_end(&spin_a);
		i915_expect_ret(i915_fence_wait(spin_a.fence, LIMIT_MS), 1);
		i915_expect_ret(i915_fence_wait(spin_b.fence, LIMIT_MS), -EIO);
		i915_expect_ret(i915_exec_nop(fd, 0, I915_EXEC_RENDER), 0);
		i915_spin_fini(&spin_a);
		i915_spin_fini(&spin_b);
		close(b);
	}
}

static void persistent_goes_on(int fd)
{
	__u32 ctx = i915_context_create(fd);
	struct i915_spin spin;

	i915_spin_start(&spin, fd, ctx, I915_EXEC_RENDER, 0);
	i915_require_ok(i915_context_destroy(fd, ctx));
	i915_expect_ret(i915_fence_wait(spin.fence, WHILE_MS), 0);
	i915_spin_end(&spin);
	i915_expect_ret(i915_fence_wait(spin.fence, LIMIT_MS), 1);
	i915_spin_fini(&spin);
}

/* Without a heartbeat nobody would find out that it runs for ever. */
static void nobody_watches(int fd)
{
	__u32 ctx = i915_context_create(fd), other = i915_context_create(fd);
	struct i915_spin spin, elsewhere;

	i915_require_ok(i915_engine_tune(fd, "rcs0", "heartbeat_interval_ms", 0));
	i915_spin_start(&elsewhere, fd, ctx, I915_EXEC_BLT, 0);
	i915_spin_start(&spin, fd, ctx, I915_EXEC_RENDER, 0);
	i915_require_ok(i915_context_destroy(fd, ctx));
	i915_expect_ret(i915_fence_wait(spin.fence, LIMIT_MS), -EIO);
	i915_expect_ret(i915_fence_wait(elsewhere.fence, WHILE_MS), 0);
	i915_spin_fini(&spin);
	i915_spin_fini(&elsewhere);
	i915_expect_ret(i915_exec_nop(fd, other, I915_EXEC_RENDER), 0);
}

static void nobody_watches_any_more(int fd)
{
	__u32 closed = i915_context_create(fd), open = i915_context_create(fd);
	struct i915_spin spin, other;

	i915_spin_start(&spin, fd, closed, I915_EXEC_BLT, 0);
	i915_spin_start(&other, fd, open, I915_EXEC_BSD, 0);
	i915_require_ok(i915_context_destroy(fd, closed));
	i915_expect_ret(i915_fence_wait(spin.fence, WHILE_MS), 0);
	i915_require_ok(i915_engine_tune(fd, "bcs0", "heartbeat_interval_ms", 0));
	i915_require_ok(i915_engine_tune(fd, "vcs0", "heartbeat_interval_ms", 0));
	i915_expect_ret(i915_fence_wait(spin.fence, LIMIT_MS), -EIO);
	i915_expect_ret(i915_fence_wait(other.fence, WHILE_MS), 0);
	i915_spin_fini(&spin);
	i915_spin_fini(&other);
}

static const struct i915_case cases[] = {
	{ "running", "a batch without end, on each engine", running },
	{ "waits-for-fence", "a batch that cannot begin", waits_for_a_fence },
	{ "behind-another", "batches that stand behind somebody else's", behind_another },
	{ "preempted", "a batch that was preempted by somebody else's", preempted },
	{ "persistent", "a persistent context goes on", persistent_goes_on },
	{ "no-heartbeat", "but not where no heartbeat watches it", nobody_watches },
	{ "heartbeat-ends", "nor when the heartbeat is turned off", nobody_watches_any_more },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "Does the work of a closed context end, at nobody's expense?");
}
