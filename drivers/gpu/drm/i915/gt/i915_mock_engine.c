// SPDX-License-Identifier: MIT

#include "gt/i915_engine.h"
#include "gt/i915_request.h"
#include "gt/i915_sched.h"

/**
 * DOC: Mock engine
 *
 * For the selftests that need no GPU: takes every ready request at once and
 * completes one at each tick of a timer, in order, by writing its seqno where
 * the GPU would. Everything above is the code that drives hardware.
 */

#define MOCK_TICKS	1

static void mock_submit(struct i915_engine *engine)
{
	struct i915_request *rq, *next;

	lockdep_assert_held(&engine->lock);

	if (engine->stopped)
		return;

	list_for_each_entry_safe(rq, next, &engine->queue, link) {
		clear_bit(I915_RQ_QUEUED, &rq->state);
		clear_bit(I915_RQ_RAISED, &rq->state);
		set_bit(I915_RQ_EXECUTING, &rq->state);
		set_bit(I915_RQ_SUBMITTED, &rq->state);
		list_move_tail(&rq->link, &engine->executing);
		engine->submitted++;
	}

	if (!list_empty(&engine->executing) && !timer_pending(&engine->mock_timer))
		mod_timer(&engine->mock_timer, jiffies + MOCK_TICKS);
}

static void mock_process(struct i915_engine *engine)
{
	struct i915_request *rq, *next;

	lockdep_assert_held(&engine->lock);

	list_for_each_entry_safe(rq, next, &engine->executing, link) {
		if (__i915_request_completed(rq))
			i915_sched_finish(rq);
	}
}

/**
 * i915_mock_engine_timer - complete the oldest request
 * @timer: i915_engine.mock_timer
 *
 * Context: timer.
 */
void i915_mock_engine_timer(struct timer_list *timer)
{
	struct i915_engine *engine = from_timer(engine, timer, mock_timer);
	struct i915_request *rq;
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	rq = list_first_entry_or_null(&engine->executing, struct i915_request, link);
	if (rq)
		WRITE_ONCE(*rq->lrc->hwsp_seqno, (u32)rq->fence.seqno);
	mock_process(engine);
	mock_submit(engine);
	i915_sched_unlock(engine, flags);
}

static int mock_resume(struct i915_engine *engine)
{
	return 0;
}

static bool mock_update_irq(struct i915_engine *engine)
{
	return false;
}

static int mock_reset(struct i915_engine *engine)
{
	return 0;
}

const struct i915_engine_ops i915_mock_engine_ops = {
	.submit = mock_submit,
	.process = mock_process,
	.resume = mock_resume,
	.update_irq = mock_update_irq,
	.reset = mock_reset,
};
