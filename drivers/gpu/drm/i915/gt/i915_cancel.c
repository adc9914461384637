// SPDX-License-Identifier: MIT

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
#include "i915_drv.h"
#include "i915_params.h"

/**
 * DOC: Cancelling a context
 *
 * When a context that shall not outlive its handle is closed, or is banned,
 * its work has to end, whatever it does and whatever it waits for, and at
 * nobody else's expense. Nobody waits for that either: what cannot be done at
 * once is left to a work item of the engine.
 *
 * Its batches are taken out of the ring. What has not begun does nothing from
 * then on, even if the hardware gets to it, so its requests end at once. What
 * the hardware may be in the middle of needs more:
 *
 * - A batch that runs gets a moment to end by itself. Then its engine is reset
 *   because of it: nobody else is guilty, and whatever else is in the ports
 *   runs again.
 * - A batch that was preempted (Skylake) and waits in a port for its next turn
 *   is taken back: the ports are written anew without it, which does not
 *   disturb what runs. At the acknowledge it has left, and its requests end.
 *
 * A context that is closed and persistent is watched by the heartbeat. On an
 * engine whose heartbeat is off nobody would notice that it runs for ever, so
 * there it ends as if it were not persistent.
 */

#define CANCEL_GRACE_MS		2
#define CANCEL_MAX_DELAY_MS	128

enum cancel_state {
	CANCEL_DONE,		/* every request has ended */
	CANCEL_RUNNING,		/* the hardware runs the context */
	CANCEL_WAITING,		/* it is in a port, in the middle of a batch */
};

/* May the hardware, which does not run the context, go on in the middle of a batch? */
static bool is_preempted(struct i915_lrc *lrc)
{
	return lrc->engine->gt->i915->info->has_preemption &&
	       i915_request_begun(i915_lrc_first(lrc), lrc->regs[LRC_RING_HEAD]);
}

/* Go as far as possible without a reset. engine->lock held, reports taken in. */
static enum cancel_state cancel_step(struct i915_lrc *lrc)
{
	struct i915_engine *engine = lrc->engine;

	if (!list_empty(&lrc->requests)) {
		/* the empty ring before the look at what runs */
		mb();
		if (i915_engine_in_port(engine, lrc)) {
			if (i915_engine_running_lrc(engine) == lrc)
				return CANCEL_RUNNING;
			if (is_preempted(lrc)) {
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
static void cancel_begin(struct i915_lrc *lrc)
{
	struct i915_engine *engine = lrc->engine;
	struct i915_request *rq;

	lrc->cancelled = true;
	lrc->cancel_running = false;
	list_for_each_entry(rq, &lrc->requests, lrc_link)
		i915_request_skip(rq, -EIO);
	list_move_tail(&lrc->cancel_link, &engine->cancelled);
	if (!engine->stopped)
		cancel_step(lrc);
	if (!list_empty(&lrc->cancel_link)) {
		engine->cancel_delay = CANCEL_GRACE_MS;
		mod_delayed_work(system_highpri_wq, &engine->cancel_work,
				 msecs_to_jiffies(CANCEL_GRACE_MS));
	}
}

static void cancel_lrc(struct i915_lrc *lrc)
{
	struct i915_engine *engine = lrc->engine;
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine->ops->process(engine);
	cancel_begin(lrc);
	i915_ports_submit(engine);
	i915_sched_unlock(engine, flags);
}

/* Return: timeline of a context that has to be reset, 0: none */
static u64 cancel_steps(struct i915_engine *engine)
{
	struct i915_lrc *lrc, *next;
	u64 running = 0;

	list_for_each_entry_safe(lrc, next, &engine->cancelled, cancel_link) {
		if (cancel_step(lrc) != CANCEL_RUNNING)
			continue;
		/* it may have just begun, with what is left of its ring */
		if (lrc->cancel_running)
			running = lrc->fence_context;
		lrc->cancel_running = true;
	}

	return running;
}

static void cancel_worker(struct work_struct *work)
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
	/* wedged: nothing runs, and nothing is left to be ended */
	if (!engine->stopped || engine->given_up)
		reset.fence_context = cancel_steps(engine);
	i915_ports_submit(engine);
	again = !list_empty(&engine->cancelled);
	engine->cancel_delay = min(2 * engine->cancel_delay, CANCEL_MAX_DELAY_MS);
	i915_sched_unlock(engine, flags);

	if (reset.fence_context)
		i915_gt_reset(engine->gt, &reset);
	dma_fence_end_signalling(cookie);

	if (again)
		queue_delayed_work(system_highpri_wq, &engine->cancel_work,
				   msecs_to_jiffies(engine->cancel_delay));
}

/**
 * i915_cancel_init - set up the cancelling of contexts
 * @engine: new
 *
 * Context: process context.
 */
void i915_cancel_init(struct i915_engine *engine)
{
	INIT_LIST_HEAD(&engine->cancelled);
	INIT_DELAYED_WORK(&engine->cancel_work, cancel_worker);
}

/**
 * i915_cancel_stop - the engine goes away
 * @engine: nothing is in flight any more
 *
 * Context: process context, sleeps.
 */
void i915_cancel_stop(struct i915_engine *engine)
{
	disable_delayed_work_sync(&engine->cancel_work);
}

static bool outlives_handle(const struct i915_lrc *lrc)
{
	return i915_params.enable_hangcheck && !i915_gt_context_is_dead(lrc->ctx) &&
	       READ_ONCE(lrc->engine->props.heartbeat_interval_ms);
}

/**
 * i915_gt_context_cancel - end the work of a context that is closed or banned
 * @lrc: what it has on an engine; its context has I915_CTX_CLOSED or
 *	I915_CTX_BANNED set: no new work comes
 *
 * Its requests complete with -EIO, now or soon.
 *
 * Context: process context; no lock held.
 * Return: false: nothing happened, the context may outlive its handle on this engine.
 */
bool i915_gt_context_cancel(struct i915_lrc *lrc)
{
	if (outlives_handle(lrc))
		return false;

	cancel_lrc(lrc);

	return true;
}

/**
 * i915_engine_cancel - end what should not run on an engine any more
 * @engine: the engine
 * @ctx: everything of this context, which was banned; NULL: what may not
 *	outlive its handle, now that the rules have changed
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
		    !outlives_handle(lrc))
			cancel_begin(lrc);
	}
	i915_ports_submit(engine);
	i915_sched_unlock(engine, flags);
}
