// SPDX-License-Identifier: MIT

#include <linux/delay.h>

#include "gt/i915_engine.h"
#include "gt/i915_request.h"
#include "gt/i915_sched.h"

/**
 * DOC: Cancelling a context
 *
 * When a context that shall not outlive its handle is closed, or is banned,
 * its work has to end, whatever it does. Batches not begun are taken out of
 * the ring; the requests then run through at once, in order. One that runs
 * gets a moment to end by itself; then its engine is reset, if at that moment
 * it still is the one that runs.
 */

#define CANCEL_GRACE_MS		2
#define CANCEL_TRIES		100

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

/* Return: true while the hardware has work of the context that cannot be taken out */
static bool cancel_queued(struct i915_lrc *lrc)
{
	struct i915_engine *engine = lrc->engine;
	struct i915_request *rq;
	unsigned long flags;
	bool busy;

	spin_lock_irqsave(&engine->lock, flags);
	engine->ops->process(engine);
	busy = in_port(engine, lrc);
	list_for_each_entry(rq, &lrc->requests, lrc_link) {
		if (busy && test_bit(I915_RQ_EXECUTING, &rq->state))
			continue;
		/* it may have been preempted in the middle of its batch */
		if (test_bit(I915_RQ_SUBMITTED, &rq->state) && rq == i915_lrc_first(lrc))
			lrc->rewind = true;
		i915_request_skip(rq, -EIO);
	}
	rq = i915_lrc_first(lrc);
	busy = busy && rq && test_bit(I915_RQ_EXECUTING, &rq->state) &&
	       !test_bit(I915_RQ_SKIPPED, &rq->state);
	engine->ops->submit(engine);
	i915_sched_unlock(engine, flags);

	return busy;
}

static int reset_if_running(struct i915_lrc *lrc)
{
	struct i915_gt *gt = lrc->engine->gt;
	bool cookie;
	int ret = 0;

	mutex_lock(&gt->reset_mutex);
	if (i915_gt_is_wedged(gt))
		goto unlock;

	cookie = dma_fence_begin_signalling();
	i915_forcewake_get(&gt->i915->uncore);
	ret = i915_engine_reset_locked(lrc->engine, lrc, "context closed");
	i915_forcewake_put(&gt->i915->uncore);
	dma_fence_end_signalling(cookie);
	if (ret == -EIO)
		ret = i915_reset_all_locked(gt, BIT(lrc->engine->id), "context closed");
unlock:
	mutex_unlock(&gt->reset_mutex);

	return ret;
}

static void cancel_lrc(struct i915_lrc *lrc)
{
	struct i915_gt *gt = lrc->engine->gt;
	unsigned int tries;

	for (tries = 0; tries < CANCEL_TRIES; tries++) {
		if (!cancel_queued(lrc) || gt->i915->mock)
			return;
		usleep_range(CANCEL_GRACE_MS * 1000, CANCEL_GRACE_MS * 2000);
		if (!cancel_queued(lrc))
			return;
		if (reset_if_running(lrc) != -EAGAIN)
			return;
	}
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
