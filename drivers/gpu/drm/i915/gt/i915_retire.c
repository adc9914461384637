// SPDX-License-Identifier: MIT

#include "gt/i915_engine.h"
#include "gt/i915_ports.h"
#include "gt/i915_request.h"
#include "gt/i915_sched.h"

/**
 * DOC: Retirement
 *
 * Complete requests are collected in engine->done under the lock. There are
 * two ways to drop it then: i915_sched_unlock() retires, so fences are
 * signalled outside of it; where that is not possible, because the lock of a
 * fence is held, i915_sched_defer() leaves it to i915_gt.retire_work.
 *
 * Retiring is done in the interrupt that found out, with interrupts off, so it
 * is done in portions: the worker takes what is beyond the first. A single
 * request with a long list of VMAs goes to another worker, with interrupts on,
 * and so does what follows it on its timeline: fences of a timeline signal in
 * order, and nobody else waits for a long list. i915_gt_retire() does all of
 * it on the spot.
 */

/*
 * What is retired in one go, in VMAs and awaits; a request by itself counts as
 * so many. A request beyond RETIRE_LONG is not retired in an interrupt.
 */
#define RETIRE_PORTION	512
#define RETIRE_REQUEST	16
#define RETIRE_LONG	(RETIRE_PORTION - RETIRE_REQUEST)

static void finish_late(struct i915_request *rq)
{
	struct i915_gt *gt = rq->engine->gt;

	list_move_tail(&rq->link, &rq->engine->late);
	rq->lrc->late++;
	atomic_inc(&gt->late);
	queue_work(gt->late_wq, &gt->late_work);
}

/**
 * i915_retire_queue - note that a request is to be retired
 * @rq: complete or failed, off its timeline
 *
 * Context: engine->lock held, to be dropped with i915_sched_unlock() or after
 * i915_sched_defer().
 */
void i915_retire_queue(struct i915_request *rq)
{
	if (unlikely(rq->nr_vmas + rq->nr_awaits > RETIRE_LONG || rq->lrc->late))
		finish_late(rq);
	else
		list_move_tail(&rq->link, &rq->engine->done);
}

/**
 * i915_sched_defer - leave what was found complete to the worker
 * @engine: the engine
 *
 * For who cannot use i915_sched_unlock().
 *
 * Context: engine->lock held, about to be dropped.
 */
void i915_sched_defer(struct i915_engine *engine)
{
	if (!list_empty(&engine->done) || !list_empty(&engine->released))
		queue_work(system_highpri_wq, &engine->gt->retire_work);
}

/* Take a portion of what is complete. engine->lock held */
static void take_done(struct i915_engine *engine, struct list_head *done)
{
	unsigned int left = RETIRE_PORTION;
	struct i915_request *rq;

	list_for_each_entry(rq, &engine->done, link) {
		unsigned int cost = rq->nr_vmas + rq->nr_awaits + RETIRE_REQUEST;

		if (cost > left)
			break;
		left -= cost;
	}
	list_cut_before(done, &engine->done, &rq->link);
}

/**
 * i915_sched_unlock - drop engine->lock and retire what was found complete
 * @engine: the engine
 * @flags: of spin_lock_irqsave(&engine->lock)
 *
 * Retires a portion; what is left is for the worker, or the next to come here.
 *
 * Context: any; no lock of a fence held.
 */
void i915_sched_unlock(struct i915_engine *engine, unsigned long flags)
	__releases(&engine->lock)
{
	struct i915_request *rq, *next;
	LIST_HEAD(done);

	if (!list_empty(&engine->released))
		i915_sched_released(engine);
	if (list_empty(&engine->done)) {
		spin_unlock_irqrestore(&engine->lock, flags);
		return;
	}

	take_done(engine, &done);
	i915_sched_defer(engine);
	atomic_inc(&engine->retiring);
	spin_unlock(&engine->lock);

	/* interrupts stay off: who waits for @retiring spins */
	list_for_each_entry_safe(rq, next, &done, link)
		i915_request_retire(rq);

	atomic_dec(&engine->retiring);
	local_irq_restore(flags);
}

static struct i915_request *first_late(struct i915_engine *engine)
{
	struct i915_request *rq;

	spin_lock_irq(&engine->lock);
	rq = list_first_entry_or_null(&engine->late, struct i915_request, link);
	spin_unlock_irq(&engine->lock);

	return rq;
}

/* Retire one that is on engine->late and stays there meanwhile. late_mutex held */
static void retire_late(struct i915_request *rq)
{
	/* its timeline lives until the next in line may go past */
	struct i915_gt_context *ctx = i915_gt_context_get(rq->ctx);
	struct i915_engine *engine = rq->engine;
	struct i915_lrc *lrc = rq->lrc;

	i915_request_let_go(rq);

	spin_lock_irq(&engine->lock);
	list_del_init(&rq->link);
	spin_unlock(&engine->lock);
	i915_request_retire(rq);
	spin_lock(&engine->lock);
	lrc->late--;
	spin_unlock_irq(&engine->lock);

	i915_gt_context_put(ctx);
}

/**
 * i915_sched_retire_late - retire what was too long for an interrupt
 * @gt: the GT
 *
 * Also waits for another one that does.
 *
 * Context: process context, sleeps.
 */
void i915_sched_retire_late(struct i915_gt *gt)
{
	struct i915_engine *engine;
	struct i915_request *rq;
	unsigned int id;
	bool cookie;

	if (!atomic_read(&gt->late))
		return;

	/* also for whoever waits here: fences wait for the one that holds the mutex */
	cookie = dma_fence_begin_signalling();
	mutex_lock(&gt->late_mutex);
	for_each_engine(engine, gt, id) {
		while ((rq = first_late(engine))) {
			retire_late(rq);
			atomic_dec(&gt->late);
		}
	}
	mutex_unlock(&gt->late_mutex);
	dma_fence_end_signalling(cookie);
}

/**
 * i915_sched_retire - take in what the hardware reported, retire, refill it
 * @engine: the engine
 *
 * Context: any, outside engine->lock and the lock of any fence.
 */
void i915_sched_retire(struct i915_engine *engine)
{
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine->ops->process(engine);
	i915_ports_submit(engine);
	i915_sched_unlock(engine, flags);
}
