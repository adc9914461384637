// SPDX-License-Identifier: MIT

#include "base/i915_drv.h"
#include "base/i915_params.h"
#include "gt/i915_cancel.h"
#include "gt/i915_gt_power.h"
#include "gt/i915_heartbeat.h"
#include "gt/i915_irq.h"
#include "gt/i915_ports.h"
#include "gt/i915_priority.h"
#include "gt/i915_request.h"
#include "gt/i915_request_add.h"
#include "gt/i915_request_fence.h"
#include "gt/i915_reset.h"
#include "gt/i915_retire.h"
#include "gt/i915_verdict.h"
#include "gt/i915_watch.h"
#include "hw/i915_device_info.h"

/**
 * DOC: Heartbeat
 *
 * Checks an engine periodically while it is busy. Each check first has an
 * interrupt sent again that nobody has answered, and processes what the hardware
 * has reported, so that a lost interrupt delays requests by one interval at most.
 * Then, if the same request has been the next one to complete for five intervals,
 * the engine is stuck. If batches cannot be preempted (Broadwell), the engine is
 * reset. If they can (Skylake), the heartbeat first submits an empty request of
 * the highest priority: if that completes, the batch is merely long; if not, the
 * preempt timeout resets the engine.
 *
 * The heartbeat continues until the engine has reported the end of everything it was
 * given. A port that holds nothing to run but does not empty means that a report was
 * lost: the engine is reset, and nobody is guilty.
 *
 * Fences wait for this worker, and memory reclaim may wait for fences, so it never
 * waits for memory.
 *
 * A batch may run for i915.request_timeout_ms, even if others get their turn
 * meanwhile; then it is skipped. The time begins when a check first finds it running;
 * checks are at least four times as frequent.
 *
 * The same work item carries out resets that are requested in interrupt context. It
 * stops when the engine is idle, and submission starts it again.
 */

#define HEARTBEAT_BEATS		5

static struct i915_request *i915_heartbeat_oldest(struct i915_engine *engine)
{
	return engine->active[0].rq ?: engine->pending[0].rq;
}

/*
 * Return: the request that has to move, with a reference: the one that runs; else one that was
 * given to the engine; else what a port still holds, although it is over; else the first in the
 * queue. NULL: the engine is idle.
 */
static struct i915_request *i915_heartbeat_head(struct i915_engine *engine)
{
	struct i915_request *port, *rq = NULL;
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine->ops->process(engine);
	i915_ports_submit(engine);

	port = i915_heartbeat_oldest(engine);
	if (port)
		rq = i915_lrc_first(port->lrc);
	if (!rq)
		rq = list_first_entry_or_null(&engine->executing, struct i915_request, link);
	if (!rq)
		rq = port;
	if (!rq)
		rq = list_first_entry_or_null(&engine->queue, struct i915_request, link);
	if (rq)
		i915_request_get(rq);
	i915_sched_unlock(engine, flags);

	return rq;
}

/* Has the head been the same for long enough? */
static bool i915_heartbeat_stuck(struct i915_engine *engine, struct i915_request *rq,
				 unsigned long delay)
{
	if (engine->heartbeat_seen.fence_context != rq->fence.context ||
	    engine->heartbeat_seen.seqno != (u32)rq->fence.seqno) {
		engine->heartbeat_seen.fence_context = rq->fence.context;
		engine->heartbeat_seen.seqno = rq->fence.seqno;
		WRITE_ONCE(engine->heartbeat_seen.since, jiffies);
		return false;
	}

	return time_after_eq(jiffies, READ_ONCE(engine->heartbeat_seen.since) +
			     HEARTBEAT_BEATS * delay);
}

static void i915_heartbeat_drop_pulse(struct i915_engine *engine)
{
	if (!engine->pulse)
		return;

	i915_request_put(engine->pulse);
	engine->pulse = NULL;
}

/* Return: true: the batch still has its chance */
static bool i915_heartbeat_pulse(struct i915_engine *engine, unsigned long delay)
{
	struct i915_request *rq;

	if (!engine->gt->i915->info->has_preemption ||
	    !READ_ONCE(engine->props.preempt_timeout_ms))
		return false;

	if (engine->pulse && !i915_request_completed(engine->pulse))
		return false;

	i915_heartbeat_drop_pulse(engine);
	rq = i915_request_create_atomic(engine->kernel_lrc);
	if (IS_ERR(rq)) {
		/* again at the next look, but not for ever: others wait for fences */
		return time_before(jiffies, READ_ONCE(engine->heartbeat_seen.since) +
				   2 * HEARTBEAT_BEATS * delay);
	}

	i915_request_set_priority(rq, I915_PRIORITY_PULSE);
	i915_request_add(rq);
	engine->pulse = rq;
	WRITE_ONCE(engine->heartbeat_seen.since, jiffies);

	return true;
}

/* Has the hardware been given a request, and not left its context yet? */
static bool i915_heartbeat_on_hardware(struct i915_engine *engine, struct i915_request *rq)
{
	lockdep_assert_held(&engine->lock);

	return i915_engine_in_port(engine, rq->lrc) && i915_lrc_on_hardware(rq->lrc) == rq;
}

static void i915_heartbeat_reset_stuck(struct i915_engine *engine, struct i915_request *rq)
{
	struct i915_reset reset = {
		.cause = I915_RESET_HANG,
		.engines = BIT(engine->id),
		.fence_context = rq->fence.context,
		.seqno = rq->fence.seqno,
		.why = "no progress",
	};
	bool running;

	spin_lock_irq(&engine->lock);
	running = i915_heartbeat_on_hardware(engine, rq);
	spin_unlock_irq(&engine->lock);

	/* it is over, or nobody runs it: the engine lost track */
	if (!running) {
		reset.cause = I915_RESET_FAULT;
		reset.fence_context = 0;
		reset.why = "it does not report what it did";
	}
	i915_gt_reset(engine->gt, &reset);
}

/* Has a batch of user space been running for too long, in all its turns? */
static bool i915_heartbeat_expired(struct i915_engine *engine, struct i915_request *rq)
{
	struct i915_lrc *lrc = rq->lrc;
	unsigned long timeout = i915_watch_timeout();
	bool expired = false;

	if (!timeout || test_bit(I915_RQ_INTERNAL, &rq->state))
		return false;

	spin_lock_irq(&engine->lock);
	if (i915_heartbeat_on_hardware(engine, rq)) {
		if (lrc->watch_seqno != (u32)rq->fence.seqno) {
			lrc->watch_seqno = rq->fence.seqno;
			lrc->watch_since = jiffies;
		}
		expired = time_after(jiffies, lrc->watch_since + timeout);
	}
	spin_unlock_irq(&engine->lock);

	return expired;
}

static void i915_heartbeat_reset_expired(struct i915_engine *engine, struct i915_request *rq)
{
	const struct i915_reset reset = {
		.cause = I915_RESET_EXPIRED,
		.engines = BIT(engine->id),
		.fence_context = rq->fence.context,
		.seqno = rq->fence.seqno,
		.why = "request timed out",
	};

	i915_gt_reset(engine->gt, &reset);
}

/* Look once. Return: false: the engine is idle. */
static bool i915_heartbeat_beat(struct i915_engine *engine)
{
	struct i915_request *rq = i915_heartbeat_head(engine);
	unsigned long delay = i915_watch_interval(engine);

	if (!rq)
		return false;

	if (i915_heartbeat_expired(engine, rq))
		i915_heartbeat_reset_expired(engine, rq);
	else if (delay && i915_heartbeat_stuck(engine, rq, delay) && i915_params.enable_hangcheck &&
		 !i915_heartbeat_pulse(engine, delay))
		i915_heartbeat_reset_stuck(engine, rq);
	i915_request_put(rq);

	return true;
}

static void i915_heartbeat_worker(struct work_struct *work)
{
	struct i915_engine *engine = container_of(work, struct i915_engine, heartbeat.work);
	unsigned long delay = 0;
	bool cookie;

	cookie = dma_fence_begin_signalling();
	i915_gt_irq_recall(engine->gt);
	i915_engine_reset_if_asked(engine);
	if (!i915_gt_is_wedged(engine->gt) && i915_heartbeat_beat(engine))
		delay = i915_watch_delay(engine);
	else
		i915_heartbeat_drop_pulse(engine);
	dma_fence_end_signalling(cookie);

	if (delay)
		queue_delayed_work(engine->gt->wq, &engine->heartbeat, delay);
}

/**
 * i915_heartbeat_init - set the heartbeat up
 * @engine: new
 *
 * Context: process context.
 */
void i915_heartbeat_init(struct i915_engine *engine)
{
	INIT_DELAYED_WORK(&engine->heartbeat, i915_heartbeat_worker);
}

/**
 * i915_engine_heartbeat_changed - look at the new interval
 * @engine: whose i915_engine_props.heartbeat_interval_ms was set
 *
 * Without a heartbeat nobody watches closed contexts, so their work ends.
 *
 * Context: process context.
 */
void i915_engine_heartbeat_changed(struct i915_engine *engine)
{
	unsigned long delay = i915_watch_delay(engine);

	if (delay)
		mod_delayed_work(engine->gt->wq, &engine->heartbeat, delay);
	if (!i915_watch_interval(engine))
		i915_engine_cancel(engine, NULL);
}

/**
 * i915_heartbeat_stop - the engine goes away
 * @engine: nothing is submitted any more
 *
 * Context: process context, sleeps.
 */
void i915_heartbeat_stop(struct i915_engine *engine)
{
	disable_delayed_work_sync(&engine->heartbeat);
	i915_heartbeat_drop_pulse(engine);
}
