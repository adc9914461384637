// SPDX-License-Identifier: MIT

#include <linux/dma-fence-unwrap.h>
#include <linux/rbtree.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "gt/i915_request.h"
#include "gt/i915_sched.h"

/**
 * DOC: Dependencies
 *
 * A request may wait for any fence, of its own engine, another one or another
 * driver. One small allocation per timeline (dma_fence context) that has
 * something to wait for: whoever waits for a fence waits for all before it on
 * its timeline, so of several only the latest is kept. The fence's callback
 * counts i915_request.awaits down, and the last one makes the request ready. No
 * work item and no thread stands between them.
 *
 * An engine runs its queue in order, so a request that waits for another one
 * of its engine needs no completion and no interrupt: it only has to be queued
 * later, and never to pass by. See i915_sched_follow().
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

/* Look around after so many fences */
#define AWAIT_LOOK	64

static void await_signaled(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct i915_await *await = container_of(cb, struct i915_await, cb);
	struct i915_request *rq = await->rq;

	WRITE_ONCE(await->signaled, true);
	if (atomic_dec_and_test(&rq->awaits))
		i915_sched_ready(rq);
}

/* Return: false: the fence is signalled, nothing to wait for */
static bool await_start(struct i915_await *await)
{
	struct i915_request *rq = await->rq;

	await->signaled = false;
	await->follows = await->other && await->other->engine == rq->engine;
	if (await->follows)
		return i915_sched_follow(await, await->other);

	atomic_inc(&rq->awaits);
	if (!dma_fence_add_callback(await->fence, &await->cb, await_signaled))
		return true;
	atomic_dec(&rq->awaits);

	return false;
}

/* Also waits for a callback that is running. The request is not ready by that. */
static void await_stop(struct i915_await *await)
{
	bool counted;

	if (await->follows)
		counted = i915_sched_unfollow(await);
	else
		counted = dma_fence_remove_callback(await->fence, &await->cb);
	if (counted)
		atomic_dec(&await->rq->awaits);
}

/* What the request waits for on this timeline, or NULL and where to put it */
static struct i915_await *await_find(struct i915_request *rq, u64 context,
				     struct rb_node **parent, struct rb_node ***link)
{
	struct i915_await *await;

	*parent = NULL;
	*link = &rq->awaited.rb_node;
	while (**link) {
		*parent = **link;
		await = rb_entry(*parent, struct i915_await, node);
		if (context == await->fence->context)
			return await;
		*link = context < await->fence->context ? &(*parent)->rb_left :
							  &(*parent)->rb_right;
	}

	return NULL;
}

/*
 * The request behind a fence, if it is of this device; that of another one has
 * locks and a scheduler of its own. Its engine is not looked into: it may be gone.
 */
static struct i915_request *fence_to_our_request(struct i915_gt *gt, struct dma_fence *fence)
{
	struct i915_request *other = i915_fence_to_request(fence);
	unsigned int id;

	for (id = 0; other && id < I915_ENGINES; id++) {
		if (other->engine == gt->engine[id])
			return other;
	}

	return NULL;
}

static int await_one(struct i915_request *rq, struct dma_fence *fence)
{
	struct rb_node *parent, **link;
	struct i915_await *await;

	/* the timeline has an order of its own */
	if (fence->context == rq->fence.context)
		return 0;

	await = await_find(rq, fence->context, &parent, &link);
	if (await && !dma_fence_is_later(fence, await->fence))
		return 0;
	if (dma_fence_is_signaled(fence))
		return 0;

	if (await) {
		await_stop(await);
		dma_fence_put(await->fence);
	} else {
		await = kmalloc(sizeof(*await), GFP_KERNEL_ACCOUNT);
		if (!await)
			return -ENOMEM;

		await->rq = rq;
		rb_link_node(&await->node, parent, link);
		rb_insert_color(&await->node, &rq->awaited);
		list_add_tail(&await->link, &rq->signalers);
		rq->nr_awaits++;
	}

	await->fence = dma_fence_get(fence);
	await->other = fence_to_our_request(rq->engine->gt, fence);
	if (!await_start(await)) {
		rb_erase(&await->node, &rq->awaited);
		list_del(&await->link);
		rq->nr_awaits--;
		dma_fence_put(fence);
		kfree(await);
	}

	return 0;
}

static int await_look_around(void)
{
	cond_resched();

	return fatal_signal_pending(current) ? -EINTR : 0;
}

/**
 * i915_request_await - let a request wait for a fence
 * @rq: the request, under construction
 * @fence: anybody's, also an array or a chain; the caller keeps its reference
 *
 * A fence that is signalled costs nothing, nor does one whose timeline is
 * waited for already. How the fence ends does not matter: an error is its
 * owner's.
 *
 * Context: process context, may sleep.
 * Return: 0, -ENOMEM, or -EINTR: the process is being killed.
 */
int i915_request_await(struct i915_request *rq, struct dma_fence *fence)
{
	struct dma_fence_unwrap iter;
	struct dma_fence *part;
	unsigned int n = 0;
	int ret;

	dma_fence_unwrap_for_each(part, &iter, fence) {
		ret = await_one(rq, part);
		if (!ret && ++n % AWAIT_LOOK == 0)
			ret = await_look_around();
		if (ret) {
			dma_fence_put(iter.chain);
			return ret;
		}
	}

	return 0;
}

/* What it waits for need not be raised any more. Nobody puts it on gt->raise again. */
static void await_unraise(struct i915_gt *gt, struct i915_await *await)
{
	unsigned long flags;

	if (list_empty_careful(&await->raise_link))
		return;

	spin_lock_irqsave(&gt->sched_lock, flags);
	list_del_init(&await->raise_link);
	spin_unlock_irqrestore(&gt->sched_lock, flags);
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
	rq->nr_awaits = 0;

	list_for_each_entry_safe(await, next, &list, link) {
		/* of an abandoned request it is still a node of the tree */
		if (test_bit(I915_RQ_DONE, &rq->state))
			await_unraise(gt, await);
		await_stop(await);
		dma_fence_put(await->fence);
		kfree(await);
	}
}

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

	/* not added yet: i915_sched_add() does the rest */
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
