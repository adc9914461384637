// SPDX-License-Identifier: MIT

#include "base/i915_drv.h"
#include "base/i915_params.h"
#include "gt/i915_cancel.h"
#include "gt/i915_gt_context.h"
#include "gt/i915_lrc_layout.h"
#include "gt/i915_ports.h"
#include "gt/i915_request.h"
#include "gt/i915_request_end.h"
#include "gt/i915_reset.h"
#include "gt/i915_retire.h"
#include "gt/i915_sched.h"
#include "gt/i915_verdict.h"
#include "gt/i915_watch.h"
#include "hw/i915_device_info.h"

/**
 * DOC: Cancelling a context
 *
 * When a non-persistent context is closed, or any context is banned, its
 * requests must end, no matter what they are doing or waiting for, and without
 * affecting other contexts. The caller does not wait for that: what cannot be
 * done at once is left to a work item of the engine.
 *
 * First, the batches are removed from the ring. A request that has not started
 * can then do no harm even if the hardware reaches it, so it ends at once. A
 * batch that the hardware may have started needs more:
 *
 * - A running batch is given a short time to complete. After that its engine
 *   is reset. Only its context is guilty; whatever else is in the ports is
 *   resubmitted.
 * - A preempted batch (Skylake) that waits in a port for its next timeslice is
 *   withdrawn: the ports are rewritten without it, which does not disturb the
 *   running context. Its requests end when the hardware has acknowledged that.
 *
 * A closed persistent context is watched by the heartbeat. On an engine whose
 * heartbeat is disabled nothing would notice that it never completes, so there
 * it is cancelled as if it were not persistent.
 */

#define CANCEL_GRACE_MS		2
#define CANCEL_MAX_DELAY_MS	128

enum cancel_state {
	CANCEL_DONE,		/* every request has ended */
	CANCEL_RUNNING,		/* the hardware is running the context */
	CANCEL_WAITING,		/* the context is in a port, preempted within a batch */
};

/* Would the hardware, which is not running the context now, resume it within a batch? */
static bool i915_cancel_is_preempted(struct i915_lrc *lrc)
{
	return lrc->engine->gt->i915->info->has_preemption &&
	       i915_request_begun(i915_lrc_first(lrc), lrc->regs[LRC_RING_HEAD]);
}

/* Do all that needs no reset. engine->lock held, CSB processed. */
static enum cancel_state i915_cancel_step(struct i915_lrc *lrc)
{
	struct i915_engine *engine = lrc->engine;

	if (!list_empty(&lrc->requests)) {
		/* order the writes to the ring before the check of what runs */
		mb();
		if (i915_engine_in_port(engine, lrc)) {
			if (i915_engine_running_lrc(engine) == lrc)
				return CANCEL_RUNNING;
			if (i915_cancel_is_preempted(lrc)) {
				i915_ports_drop(engine, lrc);
				return CANCEL_WAITING;
			}
		}
		i915_sched_fail_all(lrc);
	}
	list_del_init(&lrc->cancel_link);

	return CANCEL_DONE;
}

/* engine->lock held */
static void i915_cancel_begin(struct i915_lrc *lrc)
{
	struct i915_engine *engine = lrc->engine;
	struct i915_request *rq;

	lrc->cancelled = true;
	lrc->cancel_running = false;
	list_for_each_entry(rq, &lrc->requests, lrc_link)
		i915_request_skip(rq, -EIO);
	list_move_tail(&lrc->cancel_link, &engine->cancelled);
	if (!engine->stopped)
		i915_cancel_step(lrc);
	if (!list_empty(&lrc->cancel_link)) {
		engine->cancel_delay = CANCEL_GRACE_MS;
		mod_delayed_work(engine->gt->wq, &engine->cancel_work,
				 msecs_to_jiffies(CANCEL_GRACE_MS));
	}
}

static void i915_cancel_lrc(struct i915_lrc *lrc)
{
	struct i915_engine *engine = lrc->engine;
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine->ops->process(engine);
	i915_cancel_begin(lrc);
	i915_ports_submit(engine);
	i915_sched_unlock(engine, flags);
}

/* Return: fence context of a timeline that needs an engine reset, 0 for none */
static u64 i915_cancel_steps(struct i915_engine *engine)
{
	struct i915_lrc *lrc, *next;
	u64 running = 0;

	list_for_each_entry_safe(lrc, next, &engine->cancelled, cancel_link) {
		if (i915_cancel_step(lrc) != CANCEL_RUNNING)
			continue;
		/* the first time it may have just started on what is left of its ring */
		if (lrc->cancel_running)
			running = lrc->fence_context;
		lrc->cancel_running = true;
	}

	return running;
}

static void i915_cancel_worker(struct work_struct *work)
{
	struct i915_engine *engine = container_of(work, struct i915_engine, cancel_work.work);
	struct i915_reset reset = {
		.cause = I915_RESET_CANCEL,
		.engines = BIT(engine->id),
		.why = "context closed",
	};
	unsigned long flags;
	bool again, cookie;

	cookie = dma_fence_begin_signalling();
	spin_lock_irqsave(&engine->lock, flags);
	engine->ops->process(engine);
	/* once wedged, nothing runs and every request has ended */
	if (!engine->stopped || engine->given_up)
		reset.fence_context = i915_cancel_steps(engine);
	i915_ports_submit(engine);
	again = !list_empty(&engine->cancelled);
	engine->cancel_delay = min(2 * engine->cancel_delay, CANCEL_MAX_DELAY_MS);
	i915_sched_unlock(engine, flags);

	if (reset.fence_context)
		i915_gt_reset(engine->gt, &reset);
	dma_fence_end_signalling(cookie);

	if (again)
		queue_delayed_work(engine->gt->wq, &engine->cancel_work,
				   msecs_to_jiffies(engine->cancel_delay));
}

/**
 * i915_cancel_init - initialize what cancels contexts on an engine
 * @engine: the engine, being created
 *
 * Context: process context.
 */
void i915_cancel_init(struct i915_engine *engine)
{
	INIT_LIST_HEAD(&engine->cancelled);
	INIT_DELAYED_WORK(&engine->cancel_work, i915_cancel_worker);
}

/**
 * i915_cancel_stop - stop cancelling before an engine is freed
 * @engine: the engine, with no request in flight
 *
 * Context: process context, sleeps.
 */
void i915_cancel_stop(struct i915_engine *engine)
{
	disable_delayed_work_sync(&engine->cancel_work);
}

static bool i915_lrc_outlives_handle(const struct i915_lrc *lrc)
{
	return i915_params.enable_hangcheck && !i915_gt_context_is_dead(lrc->ctx) &&
	       READ_ONCE(lrc->engine->props.heartbeat_interval_ms);
}

/**
 * i915_gt_context_cancel - cancel the requests of a closed or banned context
 * @lrc: the context on one engine; I915_CTX_CLOSED or I915_CTX_BANNED is set, so
 *	that no request is added any more
 *
 * The requests complete with -EIO, before the return or soon after it.
 *
 * Context: process context; no lock held.
 * Return: false if nothing was done because the context may outlive its handle
 * on this engine.
 */
bool i915_gt_context_cancel(struct i915_lrc *lrc)
{
	if (i915_lrc_outlives_handle(lrc))
		return false;

	i915_cancel_lrc(lrc);

	return true;
}

/**
 * i915_engine_cancel - cancel contexts that must not run on an engine any more
 * @engine: the engine
 * @ctx: the context to cancel, because it was banned; NULL for every closed
 *	context that must not outlive its handle, after a change of the rules
 *	(heartbeat interval)
 *
 * Context: process context; no lock held.
 */
void i915_engine_cancel(struct i915_engine *engine, const struct i915_gt_context *ctx)
{
	struct i915_lrc *lrc;
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine->ops->process(engine);
	list_for_each_entry(lrc, &engine->lrcs, engine_link) {
		if (list_empty(&lrc->requests) || lrc->cancelled)
			continue;
		if (ctx ? lrc->ctx == ctx : test_bit(I915_CTX_CLOSED, &lrc->ctx->flags) &&
		    !i915_lrc_outlives_handle(lrc))
			i915_cancel_begin(lrc);
	}
	i915_ports_submit(engine);
	i915_sched_unlock(engine, flags);
}
