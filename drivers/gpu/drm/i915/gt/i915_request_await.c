// SPDX-License-Identifier: MIT

#include <linux/dma-fence-unwrap.h>
#include <linux/slab.h>

#include "gt/i915_request.h"
#include "gt/i915_sched.h"

/**
 * DOC: Dependencies
 *
 * A request may wait for any fence, of its own engine, another one or another
 * driver. One small allocation per fence that is not signalled; the fence's
 * callback counts i915_request.awaits down, and the last one makes the request
 * ready. No work item and no thread stands between them.
 *
 * An engine runs its queue in order, so a request that waits for another one
 * of its engine needs no completion and no interrupt: it only has to be queued
 * later, and never to pass by. See i915_sched_follow().
 *
 * A request is never less important than one that waits for it: priorities are
 * inherited along the awaits and along the timeline. The walk is iterative,
 * with the links it needs inside struct i915_await, and guarded by
 * gt->sched_lock, so it neither recurses nor allocates.
 */

static void await_signaled(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct i915_await *await = container_of(cb, struct i915_await, cb);
	struct i915_request *rq = await->rq;

	WRITE_ONCE(await->signaled, true);
	if (atomic_dec_and_test(&rq->awaits))
		i915_sched_ready(rq);
}

/* Return: false: @fence is signalled, nothing to wait for */
static bool await_start(struct i915_await *await, struct i915_request *other)
{
	struct i915_request *rq = await->rq;

	await->follows = other && other->engine == rq->engine;
	if (await->follows)
		return i915_sched_follow(await, other);

	atomic_inc(&rq->awaits);
	if (!dma_fence_add_callback(await->fence, &await->cb, await_signaled))
		return true;
	atomic_dec(&rq->awaits);

	return false;
}

static int await_one(struct i915_request *rq, struct dma_fence *fence)
{
	struct i915_request *other = i915_fence_to_request(fence);
	struct i915_await *await;

	/* the timeline has an order of its own */
	if (other && other->fence.context == rq->fence.context)
		return 0;
	if (dma_fence_is_signaled(fence))
		return 0;

	await = kmalloc(sizeof(*await), GFP_KERNEL);
	if (!await)
		return -ENOMEM;

	await->fence = dma_fence_get(fence);
	await->rq = rq;
	await->signaled = false;
	INIT_LIST_HEAD(&await->raise_link);
	INIT_LIST_HEAD(&await->follow_link);
	if (!await_start(await, other)) {
		dma_fence_put(fence);
		kfree(await);
		return 0;
	}
	list_add_tail(&await->link, &rq->signalers);

	return 0;
}

/**
 * i915_request_await - let a request wait for a fence
 * @rq: the request, under construction
 * @fence: anybody's, also an array or a chain; the caller keeps its reference
 *
 * A fence that is signalled costs nothing. How the fence ends does not matter:
 * an error is its owner's.
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int i915_request_await(struct i915_request *rq, struct dma_fence *fence)
{
	struct dma_fence_unwrap iter;
	struct dma_fence *part;
	int ret;

	dma_fence_unwrap_for_each(part, &iter, fence) {
		ret = await_one(rq, part);
		if (ret) {
			dma_fence_put(iter.chain);
			return ret;
		}
	}

	return 0;
}

/**
 * i915_request_drop_awaits - forget the dependencies of a request
 * @rq: retires or is abandoned
 *
 * Those that did not signal, because the request failed first, are left.
 *
 * Context: any, outside engine->lock and the lock of any fence.
 */
void i915_request_drop_awaits(struct i915_request *rq)
{
	struct i915_gt *gt = rq->engine->gt;
	struct i915_await *await, *next;
	unsigned long flags;
	LIST_HEAD(list);

	if (list_empty(&rq->signalers))
		return;

	/* nobody walks them any more: the list is the way to find them */
	spin_lock_irqsave(&gt->sched_lock, flags);
	list_splice_init(&rq->signalers, &list);
	spin_unlock_irqrestore(&gt->sched_lock, flags);

	list_for_each_entry_safe(await, next, &list, link) {
		/* also waits for a callback that is running */
		if (await->follows)
			i915_sched_unfollow(await);
		else
			dma_fence_remove_callback(await->fence, &await->cb);
		dma_fence_put(await->fence);
		kfree(await);
	}
}

/*
 * Raise one request and those before it on its timeline, not yet its place in
 * the queue; put what they wait for on @todo. A request that is important
 * enough already was here before. sched_lock held. Return: engine bit.
 */
static u32 raise_one(struct i915_request *rq, int priority, struct list_head *todo)
{
	struct i915_engine *engine = rq->engine;
	struct i915_lrc *lrc = rq->lrc;
	struct i915_await *await;
	u32 mask = 0;

	spin_lock(&engine->lock);
	if (test_bit(I915_RQ_DONE, &rq->state) || list_empty(&rq->lrc_link))
		goto unlock;

	list_for_each_entry_from_reverse(rq, &lrc->requests, lrc_link) {
		if (rq->priority >= priority)
			break;
		rq->priority = priority;
		if (test_bit(I915_RQ_QUEUED, &rq->state)) {
			set_bit(I915_RQ_RAISED, &rq->state);
			mask = BIT(engine->id);
		}
		list_for_each_entry(await, &rq->signalers, link) {
			if (list_empty(&await->raise_link))
				list_add_tail(&await->raise_link, todo);
		}
	}
unlock:
	spin_unlock(&engine->lock);

	return mask;
}

/* Raise what is on @todo and what that waits for; then the queues. sched_lock held. */
static void raise_awaited(struct i915_gt *gt, struct list_head *todo, int priority, u32 mask)
{
	struct i915_engine *engine;
	struct i915_request *rq;
	struct i915_await *await;
	unsigned int id;

	while (!list_empty(todo)) {
		await = list_first_entry(todo, struct i915_await, raise_link);
		list_del_init(&await->raise_link);
		rq = i915_fence_to_request(await->fence);
		if (rq && !test_bit(I915_RQ_RETIRED, &rq->state))
			mask |= raise_one(rq, priority, todo);
	}

	for_each_engine(engine, gt, id) {
		if (!(mask & BIT(id)))
			continue;
		spin_lock(&engine->lock);
		i915_sched_resort(engine);
		spin_unlock(&engine->lock);
	}
}

/**
 * i915_request_set_priority - raise the priority of a request
 * @rq: the request; also before i915_request_add()
 * @priority: what it shall be at least
 *
 * What it waits for is raised with it, directly and indirectly. Nothing is
 * ever lowered: somebody else may depend on it.
 *
 * Context: any, outside engine->lock.
 */
void i915_request_set_priority(struct i915_request *rq, int priority)
{
	struct i915_gt *gt = rq->engine->gt;
	unsigned long flags;
	LIST_HEAD(todo);
	u32 mask;

	if (test_bit(I915_RQ_RETIRED, &rq->state))
		return;

	/* under construction: i915_request_add() will do the rest */
	if (list_empty(&rq->lrc_link) && !test_bit(I915_RQ_DONE, &rq->state)) {
		rq->priority = max(rq->priority, priority);
		return;
	}

	spin_lock_irqsave(&gt->sched_lock, flags);
	mask = raise_one(rq, priority, &todo);
	raise_awaited(gt, &todo, priority, mask);
	spin_unlock_irqrestore(&gt->sched_lock, flags);
}

/**
 * i915_request_inherit - pass the priority of a request on to what it waits for
 * @rq: about to be handed to the scheduler
 *
 * Context: any, outside engine->lock.
 */
void i915_request_inherit(struct i915_request *rq)
{
	struct i915_gt *gt = rq->engine->gt;
	struct i915_await *await;
	unsigned long flags;
	LIST_HEAD(todo);

	spin_lock_irqsave(&gt->sched_lock, flags);
	list_for_each_entry(await, &rq->signalers, link)
		list_add_tail(&await->raise_link, &todo);
	raise_awaited(gt, &todo, rq->priority, 0);
	spin_unlock_irqrestore(&gt->sched_lock, flags);
}
