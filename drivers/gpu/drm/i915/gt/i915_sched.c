// SPDX-License-Identifier: MIT

#include "gt/i915_ports.h"
#include "gt/i915_request.h"
#include "gt/i915_request_end.h"
#include "gt/i915_retire.h"
#include "gt/i915_sched.h"

/**
 * DOC: Scheduler
 *
 * Each engine has its own scheduler, protected by engine->lock. Requests that
 * are ready to run are in engine->queue, by priority and then by age. The back
 * end moves them to engine->executing when it submits them to the hardware.
 * Submission happens in the ioctl that made the request, or in the interrupt
 * that freed a port; there is no thread.
 *
 * Requests of one timeline share a ring, so they can only run in order: a
 * request is queued after its predecessor, and never has a higher priority. The
 * same rule serves requests of other timelines that wait for a request of this
 * engine: they follow it. Requests that are taken back from the hardware return
 * to the head of their priority level. Only a context that nobody follows may be
 * moved to its end, to give others a timeslice.
 *
 * Completed requests are moved to engine->done, see i915_retire.c.
 */

/**
 * i915_sched_queue - insert a request in the queue of its engine
 * @engine: the engine
 * @rq: the request, on no list
 * @front: insert before those of the same priority instead of after them
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

/* Release the followers of a request; those that wait for nothing else are moved to @ready */
static void i915_sched_release_followers(struct i915_request *rq, struct list_head *ready,
					 bool unlink)
{
	struct i915_await *await, *next;

	list_for_each_entry_safe(await, next, &rq->followers, follow_link) {
		if (!await->signaled) {
			WRITE_ONCE(await->signaled, true);
			/* a follower that has failed is already being retired */
			if (atomic_dec_and_test(&await->rq->awaits) &&
			    !test_bit(I915_RQ_DONE, &await->rq->state))
				list_move_tail(&await->rq->link, ready);
		}
		/* last, because it may be freed from now on: see i915_await_unfollow() */
		if (unlink)
			list_del_init(&await->follow_link);
	}
}

/**
 * i915_sched_finish - remove a request from the scheduler and hand it to retirement
 * @rq: the request, complete or failed
 *
 * Context: engine->lock held.
 */
void i915_sched_finish(struct i915_request *rq)
{
	struct i915_engine *engine = rq->engine;

	lockdep_assert_held(&engine->lock);

	if (!list_empty(&rq->followers))
		i915_sched_release_followers(rq, &engine->released, true);
	list_del_init(&rq->lrc_link);
	i915_retire_queue(rq);
	if (test_bit(I915_RQ_SIGNAL, &rq->state))
		engine->signals--;
	clear_bit(I915_RQ_QUEUED, &rq->state);
	clear_bit(I915_RQ_EXECUTING, &rq->state);
	set_bit(I915_RQ_DONE, &rq->state);
}

/**
 * i915_sched_collect - finish the completed requests of a timeline
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
 * i915_sched_fail - end a request that will never run, with -EIO
 * @rq: the oldest request of its timeline
 *
 * The context is marked to be rewound, so that it restarts at its next request.
 * The seqno in the status page is left alone, because only the hardware writes
 * it: the context may still be in a port, and what is left of the request may
 * still execute.
 *
 * Context: engine->lock held; the hardware is not running the context.
 */
void i915_sched_fail(struct i915_request *rq)
{
	i915_request_skip(rq, -EIO);
	/* the saved HEAD may be within the skipped batch: restart at the next request */
	rq->lrc->rewind = true;
	i915_sched_finish(rq);
}

/**
 * i915_sched_unwind - move incomplete requests from the hardware back to the queue
 * @engine: the engine
 * @last: context whose requests go to the end of their priority level, or NULL
 *
 * Context: engine->lock held; the caller rewrites the ports.
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
 * i915_sched_fail_all - fail every incomplete request of a timeline
 * @lrc: the timeline, in no port
 *
 * Context: engine->lock held; the caller drops it with i915_sched_unlock().
 */
void i915_sched_fail_all(struct i915_lrc *lrc)
{
	struct i915_request *rq;

	i915_sched_collect(lrc->engine, lrc);
	while ((rq = i915_lrc_first(lrc)))
		i915_sched_fail(rq);
}

static bool i915_request_is_runnable(const struct i915_request *rq)
{
	return test_bit(I915_RQ_QUEUED, &rq->state) || test_bit(I915_RQ_EXECUTING, &rq->state);
}

/**
 * i915_sched_follow - make a request follow another one of the same engine
 * @await: links the two; i915_await.rq is the follower
 * @first: the request to be followed
 *
 * Context: any, outside engine->lock.
 * Return: false if @first has ended, so that there is nothing to follow.
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
		await->signaled = i915_request_is_runnable(first);
		if (!await->signaled)
			atomic_inc(&await->rq->awaits);
	}
	spin_unlock_irqrestore(&engine->lock, flags);

	return !over;
}

/* Queue a request if its predecessor is queued, and then its successors that are ready */
static void i915_sched_queue_timeline(struct i915_engine *engine, struct i915_request *rq,
				      struct list_head *ready)
{
	struct i915_lrc *lrc = rq->lrc;

	if (rq != i915_lrc_first(lrc) && !i915_request_is_runnable(list_prev_entry(rq, lrc_link)))
		return;

	list_for_each_entry_from(rq, &lrc->requests, lrc_link) {
		if (!test_bit(I915_RQ_READY, &rq->state) || i915_request_is_runnable(rq))
			break;
		list_del_init(&rq->link);
		i915_sched_queue(engine, rq, false);
		i915_sched_release_followers(rq, ready, false);
	}
}

/* Queue everything on @ready, and whatever becomes ready as a result */
static void i915_sched_queue_ready(struct i915_engine *engine, struct list_head *ready)
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
		i915_sched_queue_timeline(engine, rq, ready);
	}
}

/**
 * i915_sched_released - queue requests that became ready because another one failed
 * @engine: the engine
 *
 * Context: engine->lock held.
 */
void i915_sched_released(struct i915_engine *engine)
{
	i915_sched_queue_ready(engine, &engine->released);
	i915_ports_submit(engine);
}

static void i915_sched_make_ready(struct i915_request *rq)
{
	struct i915_engine *engine = rq->engine;
	LIST_HEAD(ready);

	if (test_bit(I915_RQ_DONE, &rq->state))
		return;

	list_add(&rq->link, &ready);
	i915_sched_queue_ready(engine, &ready);
	i915_ports_submit(engine);
}

/**
 * i915_sched_resort - move requests whose priority was raised to their new place
 * @engine: the engine
 *
 * Their relative order is kept: it respects their dependencies.
 *
 * Context: engine->lock held, in the same section in which they were raised.
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
 * i915_sched_ready - queue a request that has nothing left to wait for
 * @rq: the request, added
 *
 * Context: any, even with a fence lock held, because nothing is retired here.
 */
void i915_sched_ready(struct i915_request *rq)
{
	struct i915_engine *engine = rq->engine;
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	i915_sched_make_ready(rq);
	i915_sched_defer(engine);
	spin_unlock_irqrestore(&engine->lock, flags);
}

/**
 * i915_sched_insert - hand a request to the scheduler
 * @rq: the request, closed; what it waits for has at least its priority
 *
 * lrc->lock is held, so requests of a timeline are inserted in seqno order.
 *
 * Context: process context; engine->lock held, the caller drops it with
 * i915_sched_unlock().
 * Return: 0, or -EIO if the GPU was given up and the request has failed.
 */
int i915_sched_insert(struct i915_request *rq)
{
	struct i915_engine *engine = rq->engine;
	int ret = 0;

	lockdep_assert_held(&engine->lock);

	list_add_tail(&rq->lrc_link, &rq->lrc->requests);
	/* predecessors on the timeline fail first */
	if (unlikely(engine->given_up)) {
		i915_sched_fail_all(rq->lrc);
		ret = -EIO;
	}
	/* reads memory only, and may avoid a lite restore or an interrupt */
	if (engine->running)
		engine->ops->process(engine);
	if (atomic_dec_and_test(&rq->awaits))
		i915_sched_make_ready(rq);

	return ret;
}
