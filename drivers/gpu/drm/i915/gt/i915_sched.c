// SPDX-License-Identifier: MIT

#include "gt/i915_ports.h"
#include "gt/i915_request.h"
#include "gt/i915_request_end.h"
#include "gt/i915_retire.h"
#include "gt/i915_sched.h"

/**
 * DOC: Scheduler
 *
 * One per engine, all of it under engine->lock. Requests that wait for nothing
 * stand in engine->queue, the most important first, the oldest first among
 * equals; the back end moves them to engine->executing when it gives them to
 * the hardware. The submit path runs in the ioctl that made the request, or in
 * the interrupt that made room; there is no thread.
 *
 * Requests of one timeline share a ring and so can only run in order: one
 * joins the queue after the one before it did, and is never more important.
 * The same rule serves requests of other timelines that wait for a request of
 * the engine: they follow it. Whatever is taken back from the hardware returns
 * to the head of its priority; only what nobody follows may lose its turn.
 *
 * Complete requests are collected in engine->done under the lock, see
 * i915_retire.c.
 */

/**
 * i915_sched_queue - put a request in the queue
 * @engine: its engine
 * @rq: on no list
 * @front: before those of the same priority, else behind them
 *
 * Context: engine->lock held.
 */
void i915_sched_queue(struct i915_engine *engine, struct i915_request *rq, bool front)
{
	struct i915_request *pos;
	struct list_head *prev = &engine->queue;

	lockdep_assert_held(&engine->lock);

	if (front) {
		list_for_each_entry(pos, &engine->queue, link) {
			if (pos->priority <= rq->priority)
				break;
			prev = &pos->link;
		}
	} else {
		list_for_each_entry_reverse(pos, &engine->queue, link) {
			if (pos->priority >= rq->priority) {
				prev = &pos->link;
				break;
			}
		}
	}

	list_add(&rq->link, prev);
	set_bit(I915_RQ_QUEUED, &rq->state);
}

/* Followers need not wait any more; those that wait for nothing else go on @ready */
static void release_followers(struct i915_request *rq, struct list_head *ready, bool unlink)
{
	struct i915_await *await, *next;

	list_for_each_entry_safe(await, next, &rq->followers, follow_link) {
		if (!await->signaled) {
			WRITE_ONCE(await->signaled, true);
			/* one that failed before is on its way to retirement */
			if (atomic_dec_and_test(&await->rq->awaits) &&
			    !test_bit(I915_RQ_DONE, &await->rq->state))
				list_move_tail(&await->rq->link, ready);
		}
		/* last: it may be freed now, see await_unfollow() */
		if (unlink)
			list_del_init(&await->follow_link);
	}
}

/**
 * i915_sched_finish - take a request off every list, to be retired
 * @rq: complete or failed
 *
 * Context: engine->lock held.
 */
void i915_sched_finish(struct i915_request *rq)
{
	struct i915_engine *engine = rq->engine;

	lockdep_assert_held(&engine->lock);

	if (!list_empty(&rq->followers))
		release_followers(rq, &engine->released, true);
	list_del_init(&rq->lrc_link);
	i915_retire_queue(rq);
	if (test_bit(I915_RQ_SIGNAL, &rq->state))
		engine->signals--;
	clear_bit(I915_RQ_QUEUED, &rq->state);
	clear_bit(I915_RQ_EXECUTING, &rq->state);
	set_bit(I915_RQ_DONE, &rq->state);
}

/**
 * i915_sched_collect - take in what is complete of a timeline
 * @engine: the engine
 * @lrc: the timeline
 *
 * Context: engine->lock held.
 */
void i915_sched_collect(struct i915_engine *engine, struct i915_lrc *lrc)
{
	struct i915_request *rq, *next;

	list_for_each_entry_safe(rq, next, &lrc->requests, lrc_link) {
		if (!__i915_request_completed(rq))
			break;
		i915_sched_finish(rq);
	}
}

/**
 * i915_sched_fail - end a request that will never run
 * @rq: the oldest of its timeline
 *
 * Its fence says -EIO. The image of the context is left behind: it starts over
 * at the next request. So is its seqno in the status page, which only the
 * hardware writes: it may still have the context in a port and run what is left
 * of the request.
 *
 * Context: engine->lock held; the hardware does not run the context.
 */
void i915_sched_fail(struct i915_request *rq)
{
	i915_request_skip(rq, -EIO);
	/* the image may say that a skipped batch is to be run: start at what comes next */
	rq->lrc->rewind = true;
	i915_sched_finish(rq);
}

/**
 * i915_sched_unwind - take back from the hardware what is not complete
 * @engine: the engine
 * @last: requests of this context go behind others of their priority; or NULL
 *
 * Context: engine->lock held; the ports will be written anew.
 */
void i915_sched_unwind(struct i915_engine *engine, struct i915_lrc *last)
{
	struct i915_request *rq, *prev;
	LIST_HEAD(behind);

	lockdep_assert_held(&engine->lock);

	list_for_each_entry_safe_reverse(rq, prev, &engine->executing, link) {
		list_del(&rq->link);
		clear_bit(I915_RQ_EXECUTING, &rq->state);
		if (rq->lrc == last)
			list_add(&rq->link, &behind);
		else
			i915_sched_queue(engine, rq, true);
	}

	list_for_each_entry_safe(rq, prev, &behind, link) {
		list_del(&rq->link);
		i915_sched_queue(engine, rq, false);
	}
}

/**
 * i915_sched_fail_all - end every request of a timeline
 * @lrc: in no port
 *
 * Context: engine->lock held; to be dropped with i915_sched_unlock().
 */
void i915_sched_fail_all(struct i915_lrc *lrc)
{
	struct i915_request *rq;

	i915_sched_collect(lrc->engine, lrc);
	while ((rq = i915_lrc_first(lrc)))
		i915_sched_fail(rq);
}

static bool runnable(const struct i915_request *rq)
{
	return test_bit(I915_RQ_QUEUED, &rq->state) || test_bit(I915_RQ_EXECUTING, &rq->state);
}

/**
 * i915_sched_follow - run a request after another one of the same engine
 * @await: what ties the two; i915_await.rq is the one to follow
 * @first: the one to go first
 *
 * Context: any, outside engine->lock.
 * Return: false: @first is over, there is nothing to follow.
 */
bool i915_sched_follow(struct i915_await *await, struct i915_request *first)
{
	struct i915_engine *engine = first->engine;
	unsigned long flags;
	bool over;

	spin_lock_irqsave(&engine->lock, flags);
	over = test_bit(I915_RQ_DONE, &first->state);
	if (!over) {
		list_add_tail(&await->follow_link, &first->followers);
		await->signaled = runnable(first);
		if (!await->signaled)
			atomic_inc(&await->rq->awaits);
	}
	spin_unlock_irqrestore(&engine->lock, flags);

	return !over;
}

/* Queue a request whose turn on its timeline it is, and those behind that are ready, too */
static void queue_timeline(struct i915_engine *engine, struct i915_request *rq,
			   struct list_head *ready)
{
	struct i915_lrc *lrc = rq->lrc;

	if (rq != i915_lrc_first(lrc) && !runnable(list_prev_entry(rq, lrc_link)))
		return;

	list_for_each_entry_from(rq, &lrc->requests, lrc_link) {
		if (!test_bit(I915_RQ_READY, &rq->state) || runnable(rq))
			break;
		list_del_init(&rq->link);
		i915_sched_queue(engine, rq, false);
		release_followers(rq, ready, false);
	}
}

/* Queue everything on @ready, and what becomes ready by that */
static void queue_ready(struct i915_engine *engine, struct list_head *ready)
{
	struct i915_request *rq;

	while (!list_empty(ready)) {
		rq = list_first_entry(ready, struct i915_request, link);
		list_del_init(&rq->link);
		set_bit(I915_RQ_READY, &rq->state);
		if (test_bit(I915_RQ_DONE, &rq->state))
			continue;
		if (i915_lrc_is_dead(rq->lrc))
			i915_request_skip(rq, -EIO);
		queue_timeline(engine, rq, ready);
	}
}

/**
 * i915_sched_released - queue what waits for nothing any more, because another one failed
 * @engine: the engine
 *
 * Context: engine->lock held.
 */
void i915_sched_released(struct i915_engine *engine)
{
	queue_ready(engine, &engine->released);
	i915_ports_submit(engine);
}

static void make_ready(struct i915_request *rq)
{
	struct i915_engine *engine = rq->engine;
	LIST_HEAD(ready);

	if (test_bit(I915_RQ_DONE, &rq->state))
		return;

	list_add(&rq->link, &ready);
	queue_ready(engine, &ready);
	i915_ports_submit(engine);
}

/**
 * i915_sched_resort - give requests whose priority was raised their new place
 * @engine: the engine
 *
 * They keep their order: it is one in which they may run.
 *
 * Context: engine->lock held, in the section that raised them.
 */
void i915_sched_resort(struct i915_engine *engine)
{
	struct i915_request *rq, *next;
	LIST_HEAD(raised);

	lockdep_assert_held(&engine->lock);

	list_for_each_entry_safe(rq, next, &engine->queue, link) {
		if (test_and_clear_bit(I915_RQ_RAISED, &rq->state))
			list_move_tail(&rq->link, &raised);
	}
	list_for_each_entry_safe(rq, next, &raised, link) {
		list_del(&rq->link);
		i915_sched_queue(engine, rq, false);
	}
	i915_ports_submit(engine);
}

/**
 * i915_sched_ready - a request waits for nothing any more
 * @rq: the request, added
 *
 * Context: any, also with the lock of a fence held: nothing is retired here.
 */
void i915_sched_ready(struct i915_request *rq)
{
	struct i915_engine *engine = rq->engine;
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	make_ready(rq);
	i915_sched_defer(engine);
	spin_unlock_irqrestore(&engine->lock, flags);
}

/**
 * i915_sched_insert - take over a request
 * @rq: closed; nothing that it waits for is less important. lrc->lock is held, so
 *	the order of the timeline is that of calls
 *
 * Context: process context; engine->lock held, to be dropped with i915_sched_unlock().
 * Return: 0; -EIO: the GPU was given up, and with it the request.
 */
int i915_sched_insert(struct i915_request *rq)
{
	struct i915_engine *engine = rq->engine;
	int ret = 0;

	lockdep_assert_held(&engine->lock);

	list_add_tail(&rq->lrc_link, &rq->lrc->requests);
	/* and what is before it on its timeline, first */
	if (unlikely(engine->given_up)) {
		i915_sched_fail_all(rq->lrc);
		ret = -EIO;
	}
	/* only memory is read; it may spare a lite restore, or an interrupt */
	if (engine->running)
		engine->ops->process(engine);
	if (atomic_dec_and_test(&rq->awaits))
		make_ready(rq);

	return ret;
}
