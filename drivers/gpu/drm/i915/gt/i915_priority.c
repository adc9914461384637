// SPDX-License-Identifier: MIT

#include "gt/i915_priority.h"
#include "gt/i915_request.h"
#include "gt/i915_retire.h"
#include "gt/i915_sched.h"

/**
 * DOC: Priorities
 *
 * A request is never less important than one that waits for it: priorities are
 * inherited along the awaits and along the timeline. Along what ties requests
 * of one engine this holds whenever i915_engine.lock is free, because the order
 * of its queue follows from it. The walk is iterative, with the links it needs
 * inside struct i915_await, and guarded by gt->sched_lock, so it neither
 * recurses nor allocates. From one engine to the next it lets interrupts
 * through: what is left to do meanwhile is on gt->raise, where anybody who
 * comes by goes on with it.
 */

/*
 * Raise one request and those before it on its timeline, not yet its place in
 * the queue. What they wait for goes on @same, if it is of the same engine, or
 * on gt->raise. A request that is important enough already was here before.
 * sched_lock and engine->lock held. Return: the queue is to be sorted.
 */
static bool raise_timeline(struct i915_request *rq, int priority, struct list_head *same)
{
	struct list_head *others = &rq->engine->gt->raise;
	struct i915_lrc *lrc = rq->lrc;
	struct i915_await *await;
	bool queued = false;

	if (test_bit(I915_RQ_DONE, &rq->state))
		return false;

	/* not added yet: i915_request_add() does the rest */
	if (list_empty(&rq->lrc_link)) {
		WRITE_ONCE(rq->priority, max(rq->priority, priority));
		return false;
	}

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
 * Raise a request and all that has to go before it on its engine, and give
 * these their new place, before anybody can put a request between them.
 * What they wait for on other engines goes on gt->raise. sched_lock held.
 */
static void raise_engine(struct i915_request *rq, int priority)
{
	struct i915_engine *engine = rq->engine;
	struct i915_await *await;
	LIST_HEAD(same);
	bool queued;

	spin_lock(&engine->lock);
	queued = raise_timeline(rq, priority, &same);
	while (!list_empty(&same)) {
		await = list_first_entry(&same, struct i915_await, raise_link);
		list_del_init(&await->raise_link);
		queued |= raise_timeline(await->other, priority, &same);
	}
	if (queued)
		i915_sched_resort(engine);
	i915_sched_defer(engine);
	spin_unlock(&engine->lock);
}

/* Go on with what is to be raised, one at a time. Return: there was something. */
static bool raise_next(struct i915_gt *gt)
{
	struct i915_request *other = NULL;
	struct i915_await *await;
	unsigned long flags;

	spin_lock_irqsave(&gt->sched_lock, flags);
	await = list_first_entry_or_null(&gt->raise, struct i915_await, raise_link);
	if (await) {
		int priority = await->rq->priority;

		other = i915_request_get(await->other);
		/* last: it may be freed now, see await_unraise() */
		list_del_init_careful(&await->raise_link);
		raise_engine(other, priority);
	}
	spin_unlock_irqrestore(&gt->sched_lock, flags);

	if (other)
		i915_request_put(other);

	return other;
}

/**
 * i915_request_set_priority - raise the priority of a request
 * @rq: the request; also before i915_request_add()
 * @priority: what it shall be at least
 *
 * What it waits for is raised with it, directly and indirectly. What is of
 * another engine may be raised a moment after the return, by another one who
 * does the same. Nothing is ever lowered: somebody else may depend on it.
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
	raise_engine(rq, priority);
	spin_unlock_irqrestore(&gt->sched_lock, flags);

	while (raise_next(gt))
		;
}

/**
 * i915_request_inherit - pass the priority of a request on to what it waits for
 * @rq: about to be handed to the scheduler
 * @priority: of @rq
 *
 * Each with interrupts on between one and the next: nobody else sees the
 * awaits of a request that is not added, and priorities only go up.
 *
 * Context: process context, outside engine->lock.
 */
void i915_request_inherit(struct i915_request *rq, int priority)
{
	struct i915_await *await;

	/* the tree is over: its nodes become links */
	list_for_each_entry(await, &rq->signalers, link) {
		INIT_LIST_HEAD(&await->raise_link);
		if (await->other && READ_ONCE(await->other->priority) < priority)
			i915_request_set_priority(await->other, priority);
	}
}
