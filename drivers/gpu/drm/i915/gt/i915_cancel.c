// SPDX-License-Identifier: MIT

#include <linux/delay.h>

#include "gt/i915_engine.h"
#include "gt/i915_ports.h"
#include "gt/i915_request.h"
#include "gt/i915_sched.h"
#include "gt/i915_verdict.h"

/**
 * DOC: Cancelling a context
 *
 * When a context that shall not outlive its handle is closed, or is banned,
 * its work has to end, whatever it does and whatever it waits for. Its batches
 * are taken out of the ring. Unless the hardware may be in the middle of one,
 * the requests end at once. One that runs gets a moment to end by itself; then
 * its engine is reset, if at that moment it still is the one that runs.
 */

#define CANCEL_GRACE_MS		2
#define CANCEL_TRIES		20

enum cancel_state {
	CANCEL_DONE,		/* every request ended */
	CANCEL_RUNNING,		/* the hardware runs the context */
	CANCEL_IN_PORT,		/* the hardware has it, maybe in the middle of a batch */
};

/*
 * Take the batches out of the ring. If the hardware is certain not to be in
 * one, that was all that could touch memory: end the requests at once. Where
 * batches cannot be preempted, a context is in a batch only while it runs.
 */
static enum cancel_state cancel_requests(struct i915_lrc *lrc)
{
	struct i915_engine *engine = lrc->engine;
	enum cancel_state state = CANCEL_DONE;
	struct i915_request *rq;
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine->ops->process(engine);
	list_for_each_entry(rq, &lrc->requests, lrc_link)
		i915_request_skip(rq, -EIO);

	/* before asking what it runs */
	mb();
	if (list_empty(&lrc->requests))
		goto unlock;
	if (i915_engine_in_port(engine, lrc)) {
		if (i915_engine_running_lrc(engine) == lrc)
			state = CANCEL_RUNNING;
		else if (engine->gt->i915->info->has_preemption)
			state = CANCEL_IN_PORT;
	}
	if (state == CANCEL_DONE)
		i915_sched_fail_all(lrc);
unlock:
	i915_ports_submit(engine);
	i915_sched_unlock(engine, flags);

	return state;
}

static void reset_running(struct i915_lrc *lrc)
{
	const struct i915_reset reset = {
		.cause = I915_RESET_CANCEL,
		.engines = BIT(lrc->engine->id),
		.fence_context = lrc->fence_context,
		.why = "context closed",
	};

	i915_gt_reset(lrc->engine->gt, &reset);
}

static void cancel_lrc(struct i915_lrc *lrc)
{
	enum cancel_state state;
	unsigned int tries;

	for (tries = 0; tries < CANCEL_TRIES; tries++) {
		state = cancel_requests(lrc);
		if (state == CANCEL_DONE)
			return;
		usleep_range(CANCEL_GRACE_MS * 1000, CANCEL_GRACE_MS * 2000);
		if (state == CANCEL_RUNNING)
			reset_running(lrc);
	}

	/* it never gets its turn: whatever runs has to start over */
	reset_running(lrc);
	cancel_requests(lrc);
}

/**
 * i915_gt_context_cancel - end the work of a closed or banned context
 * @gt: the GT
 * @ctx: the context, with I915_CTX_CLOSED or I915_CTX_BANNED set: no new work comes
 * @lrcs: its logical ring contexts; NULL entries are skipped
 * @count: entries in @lrcs
 *
 * Its requests complete with -EIO, a running one after a reset of its engine.
 *
 * Context: process context, sleeps; no lock held.
 */
void i915_gt_context_cancel(struct i915_gt *gt, struct i915_gt_context *ctx,
			    struct i915_lrc **lrcs, unsigned int count)
{
	unsigned int i;

	if (!test_bit(I915_CTX_BANNED, &ctx->flags) && !test_bit(I915_CTX_CLOSED, &ctx->flags))
		return;

	for (i = 0; i < count; i++) {
		if (lrcs[i])
			cancel_lrc(lrcs[i]);
	}
}
