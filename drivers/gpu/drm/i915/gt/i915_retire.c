// SPDX-License-Identifier: MIT

#include "gt/i915_engine_iter.h"
#include "gt/i915_gt_context.h"
#include "gt/i915_ports.h"
#include "gt/i915_request_end.h"
#include "gt/i915_retire.h"
#include "gt/i915_sched.h"

/**
 * DOC: Retirement
 *
 * Completed requests are moved to engine->done under engine->lock. A caller that
 * may signal fences drops the lock with i915_sched_unlock(), which retires them
 * once the lock is free. A caller that holds the lock of a fence calls
 * i915_sched_defer() first, which leaves them to i915_gt.retire_work.
 *
 * The interrupt that finds a request complete also retires it, with interrupts
 * disabled, so the work is bounded: what exceeds one portion is left to the
 * worker. A request with a long list of VMAs goes to a second worker that runs
 * with interrupts enabled, and so do the requests behind it on its timeline,
 * because the fences of a timeline signal in order; other timelines do not wait
 * for it. i915_gt_retire() retires everything synchronously.
 */

/*
 * What is retired in one go, in VMAs and awaits; a request by itself counts as
 * so many. A request beyond RETIRE_LONG is not retired in an interrupt.
 */
#define RETIRE_PORTION	512
#define RETIRE_REQUEST	16
#define RETIRE_LONG	(RETIRE_PORTION - RETIRE_REQUEST)

#define GT_IDLE_POLL_MS		50

static void i915_retire_make_late(struct i915_request *rq)
{
	list_move_tail(&rq->link, &rq->engine->late);
	rq->lrc->late++;
	atomic_inc(&rq->engine->gt->late);
}

/* Behind those of its timeline that are complete and not yet retired: fences signal in order */
static void i915_retire_queue_late(struct i915_request *rq)
{
	struct i915_gt *gt = rq->engine->gt;
	struct i915_request *older, *next;

	list_for_each_entry_safe(older, next, &rq->engine->done, link) {
		if (older->lrc == rq->lrc)
			i915_retire_make_late(older);
	}
	i915_retire_make_late(rq);
	queue_work(gt->wq, &gt->late_work);
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
		i915_retire_queue_late(rq);
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
		queue_work(engine->gt->wq, &engine->gt->retire_work);
}

/* Take a portion of what is complete. engine->lock held */
static void i915_retire_take_done(struct i915_engine *engine, struct list_head *done)
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

	i915_retire_take_done(engine, &done);
	i915_sched_defer(engine);
	atomic_inc(&engine->retiring);
	spin_unlock(&engine->lock);

	/* interrupts stay off: who waits for @retiring spins */
	list_for_each_entry_safe(rq, next, &done, link)
		i915_request_retire(rq);

	atomic_dec(&engine->retiring);
	local_irq_restore(flags);
}

static struct i915_request *i915_retire_first_late(struct i915_engine *engine)
{
	struct i915_request *rq;

	spin_lock_irq(&engine->lock);
	rq = list_first_entry_or_null(&engine->late, struct i915_request, link);
	spin_unlock_irq(&engine->lock);

	return rq;
}

/* Until what was taken from engine->done before the call is retired: a portion at most */
static void i915_retire_wait(struct i915_engine *engine)
{
	while (atomic_read_acquire(&engine->retiring))
		cpu_relax();
}

/* Retire one that is on engine->late and stays there meanwhile. late_mutex held */
static void i915_retire_one_late(struct i915_request *rq)
{
	/* its timeline lives until the next in line may go past */
	struct i915_gt_context *ctx = i915_gt_context_get(rq->ctx);
	struct i915_engine *engine = rq->engine;
	struct i915_lrc *lrc = rq->lrc;

	i915_request_let_go(rq);
	/* an older one of the timeline may be in the hands of another CPU */
	i915_retire_wait(engine);

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
		while ((rq = i915_retire_first_late(engine))) {
			i915_retire_one_late(rq);
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

/**
 * i915_gt_retire_short - retire what is complete, on all engines, but long lists
 * @gt: the GT
 *
 * When it returns, nothing of any request that was complete before the call is
 * left, also if another CPU was in the middle of retiring it; except what is
 * left to i915_sched_retire_late(), which may take long and be another client's.
 *
 * Context: process context; not from i915_gt.retire_work.
 */
void i915_gt_retire_short(struct i915_gt *gt)
{
	struct i915_engine *engine;
	unsigned int id;

	for_each_engine(engine, gt, id) {
		do {
			i915_sched_retire(engine);
		} while (!list_empty_careful(&engine->done));
		i915_retire_wait(engine);
	}
}

/**
 * i915_gt_retire - retire what is complete, on all engines
 * @gt: the GT
 *
 * i915_gt_retire_short(), and long lists.
 *
 * Context: process context, sleeps; not from i915_gt.retire_work.
 */
void i915_gt_retire(struct i915_gt *gt)
{
	i915_gt_retire_short(gt);
	i915_sched_retire_late(gt);
}

/* A portion of each engine; if that is not all, it is queued again */
static void i915_retire_worker(struct work_struct *work)
{
	struct i915_gt *gt = container_of(work, struct i915_gt, retire_work);
	bool cookie = dma_fence_begin_signalling();
	struct i915_engine *engine;
	unsigned int id;

	for_each_engine(engine, gt, id)
		i915_sched_retire(engine);
	dma_fence_end_signalling(cookie);
}

static void i915_retire_late_worker(struct work_struct *work)
{
	i915_sched_retire_late(container_of(work, struct i915_gt, late_work));
}

/**
 * i915_gt_wait_for_idle - wait until nothing is in flight
 * @gt: the GT
 * @timeout: jiffies
 *
 * Does not count on interrupts: it also looks from time to time.
 *
 * Context: process context, sleeps; interruptible.
 * Return: 0, -ETIME or -ERESTARTSYS.
 */
int i915_gt_wait_for_idle(struct i915_gt *gt, long timeout)
{
	const long poll = msecs_to_jiffies(GT_IDLE_POLL_MS);
	long slice, ret;

	for (;;) {
		i915_gt_retire(gt);
		if (!atomic_read(&gt->awake))
			return 0;
		if (timeout <= 0)
			return -ETIME;

		slice = min(timeout, poll);
		ret = wait_event_interruptible_timeout(gt->idle_wq, !atomic_read(&gt->awake),
						       slice);
		if (ret < 0)
			return ret;
		if (timeout != MAX_SCHEDULE_TIMEOUT)
			timeout -= slice - ret;
	}
}

/**
 * i915_retire_init - set up retirement
 * @gt: the GT, new
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int i915_retire_init(struct i915_gt *gt)
{
	INIT_WORK(&gt->retire_work, i915_retire_worker);
	INIT_WORK(&gt->late_work, i915_retire_late_worker);
	mutex_init(&gt->late_mutex);
	gt->wq = alloc_workqueue("i915-gt", WQ_UNBOUND | WQ_HIGHPRI | WQ_MEM_RECLAIM, 0);

	return gt->wq ? 0 : -ENOMEM;
}

/**
 * i915_retire_fini - the GT goes away
 * @gt: the GT, without a request in flight
 *
 * Context: process context, sleeps.
 */
void i915_retire_fini(struct i915_gt *gt)
{
	cancel_work_sync(&gt->retire_work);
	cancel_work_sync(&gt->late_work);
	if (gt->wq)
		destroy_workqueue(gt->wq);
	mutex_destroy(&gt->late_mutex);
}
