// SPDX-License-Identifier: MIT

#include "gt/i915_ports.h"
#include "gt/i915_priority.h"
#include "gt/i915_request.h"
#include "gt/i915_retire.h"
#include "gt/i915_sched.h"

/**
 * DOC: Priorities
 *
 * A request never has a lower priority than one that waits for it: priorities
 * are inherited along awaits and along the timeline. Among requests of one
 * engine this holds whenever engine->lock is free, because the order of the
 * queue depends on it. The walk is iterative, uses links embedded in struct
 * i915_await, and is serialized by gt->sched_lock, so it neither recurses nor
 * allocates. Between engines it drops the locks and enables interrupts; what
 * remains to be raised is on gt->raise, and whoever raises a priority next
 * continues with it.
 */

/* The last one that was in a port together with a request, and goes where that goes */
static struct i915_request *i915_request_last_in_port(struct i915_request *rq)
{
	struct i915_request *next = rq;

	list_for_each_entry_continue(next, &rq->lrc->requests, lrc_link) {
		if (!test_bit(I915_RQ_SUBMITTED, &next->state))
			break;
		rq = next;
	}

	return rq;
}

/*
 * Raise the priority of a request, of those before it on its timeline and of
 * those that cannot be separated from it any more, see i915_ports.c, but do not
 * move them in the queue yet. Their awaits are added to @same if they
 * are on the same engine, to gt->raise otherwise. The walk stops at a request
 * that already has the priority: its own awaits have been raised with it.
 * sched_lock and engine->lock held. Return: true if the queue must be re-sorted.
 */
static bool i915_raise_timeline(struct i915_request *rq, int priority, struct list_head *same)
{
	struct list_head *others = &rq->engine->gt->raise;
	struct i915_lrc *lrc = rq->lrc;
	struct i915_await *await;
	bool queued = false;

	if (test_bit(I915_RQ_DONE, &rq->state))
		return false;

	/* not added yet: i915_request_add() passes the priority on */
	if (list_empty(&rq->lrc_link)) {
		WRITE_ONCE(rq->priority, max(rq->priority, priority));
		return false;
	}

	rq = i915_request_last_in_port(rq);
	list_for_each_entry_from_reverse(rq, &lrc->requests, lrc_link) {
		if (rq->priority >= priority)
			break;
		WRITE_ONCE(rq->priority, priority);
		if (test_bit(I915_RQ_QUEUED, &rq->state)) {
			set_bit(I915_RQ_RAISED, &rq->state);
			queued = true;
		}
		list_for_each_entry(await, &rq->signalers, link) {
			if (await->other && list_empty(&await->raise_link))
				list_add_tail(&await->raise_link, await->follows ? same : others);
		}
	}

	return queued;
}

/*
 * Raise a request and everything that must run before it on its engine, and
 * move all of these in the queue, within one section of engine->lock: no other
 * request can get between them. Awaits on other engines are added to gt->raise.
 * sched_lock held.
 */
static void i915_raise_engine(struct i915_request *rq, int priority)
{
	struct i915_engine *engine = rq->engine;
	struct i915_await *await;
	LIST_HEAD(same);
	bool queued;

	spin_lock(&engine->lock);
	queued = i915_raise_timeline(rq, priority, &same);
	while (!list_empty(&same)) {
		await = list_first_entry(&same, struct i915_await, raise_link);
		list_del_init(&await->raise_link);
		queued |= i915_raise_timeline(await->other, priority, &same);
	}
	if (queued)
		i915_sched_resort(engine);
	else
		/* what is in the second port may have to run first now */
		i915_ports_submit(engine);
	i915_sched_defer(engine);
	spin_unlock(&engine->lock);
}

/* Raise the first entry of gt->raise. Return: false if there was none. */
static bool i915_raise_next(struct i915_gt *gt)
{
	struct i915_request *other = NULL;
	struct i915_await *await;
	unsigned long flags;

	spin_lock_irqsave(&gt->sched_lock, flags);
	await = list_first_entry_or_null(&gt->raise, struct i915_await, raise_link);
	if (await) {
		int priority = await->rq->priority;

		other = i915_request_get(await->other);
		/* last, because it may be freed from now on: see i915_await_unraise() */
		list_del_init_careful(&await->raise_link);
		i915_raise_engine(other, priority);
	}
	spin_unlock_irqrestore(&gt->sched_lock, flags);

	if (other)
		i915_request_put(other);

	return other;
}

/**
 * i915_request_set_priority - raise the priority of a request
 * @rq: the request, added or not
 * @priority: its minimum priority
 *
 * Everything it waits for, directly or indirectly, is raised with it. Requests
 * of other engines may be raised only after the return, by a concurrent caller
 * that took over from gt->raise. A priority is never lowered, because something
 * else may depend on it.
 *
 * Context: any, outside engine->lock.
 */
void i915_request_set_priority(struct i915_request *rq, int priority)
{
	struct i915_gt *gt = rq->engine->gt;
	unsigned long flags;

	if (test_bit(I915_RQ_RETIRED, &rq->state))
		return;

	spin_lock_irqsave(&gt->sched_lock, flags);
	i915_raise_engine(rq, priority);
	spin_unlock_irqrestore(&gt->sched_lock, flags);

	while (i915_raise_next(gt))
		;
}

/**
 * i915_request_inherit - raise what a request waits for to its priority
 * @rq: the request, about to be added
 * @priority: the priority of @rq
 *
 * Interrupts are enabled between one await and the next. That is safe: nobody
 * else sees the awaits of a request that has not been added, and priorities
 * only go up.
 *
 * Context: process context, outside engine->lock.
 */
void i915_request_inherit(struct i915_request *rq, int priority)
{
	struct i915_await *await;

	/* the tree by timeline is no longer needed: raise_link reuses its nodes */
	list_for_each_entry(await, &rq->signalers, link) {
		INIT_LIST_HEAD(&await->raise_link);
		if (await->other && READ_ONCE(await->other->priority) < priority)
			i915_request_set_priority(await->other, priority);
	}
}
