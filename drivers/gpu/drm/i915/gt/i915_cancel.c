// SPDX-License-Identifier: MIT

#include <linux/delay.h>

#include "gt/i915_engine.h"
#include "gt/i915_ports.h"
#include "gt/i915_request.h"
#include "gt/i915_sched.h"

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

static bool in_port(struct i915_engine *engine, struct i915_lrc *lrc)
{
	unsigned int n;

	for (n = 0; n < I915_PORTS; n++) {
		if (engine->active[n].rq && engine->active[n].rq->lrc == lrc)
			return true;
		if (engine->pending[n].rq && engine->pending[n].rq->lrc == lrc)
			return true;
	}

	return false;
}

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
	if (in_port(engine, lrc)) {
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

static int reset_engine(struct i915_lrc *lrc, struct i915_lrc *target)
{
	struct i915_gt *gt = lrc->engine->gt;
	bool cookie;
	int ret = 0;

	mutex_lock(&gt->reset_mutex);
	if (i915_gt_is_wedged(gt))
		goto unlock;

	cookie = dma_fence_begin_signalling();
	i915_forcewake_get(&gt->i915->uncore);
	ret = i915_engine_reset_locked(lrc->engine, target, false, "context closed");
	i915_forcewake_put(&gt->i915->uncore);
	dma_fence_end_signalling(cookie);
	if (ret == -EIO)
		ret = i915_reset_all_locked(gt, 0, "context closed");
unlock:
	mutex_unlock(&gt->reset_mutex);

	return ret;
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
			reset_engine(lrc, lrc);
	}

	/* it never gets its turn: whatever runs has to start over */
	reset_engine(lrc, NULL);
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
