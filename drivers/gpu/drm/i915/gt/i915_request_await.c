// SPDX-License-Identifier: MIT

#include <linux/dma-fence-unwrap.h>
#include <linux/rbtree.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "gt/i915_request.h"
#include "gt/i915_request_await.h"
#include "gt/i915_request_end.h"
#include "gt/i915_request_fence.h"
#include "gt/i915_sched.h"

/**
 * DOC: Dependencies
 *
 * A request may wait for any fence: of its own engine, of another engine, or of
 * another driver. Each timeline (dma_fence context) that it waits for takes one
 * small allocation. Fences of a timeline signal in order, so only the latest of
 * each is kept. The fence's callback decrements i915_request.awaits, and the
 * last one makes the request ready, with no work item or thread in between.
 *
 * An engine runs its queue in order, so a request that waits for another one of
 * the same engine needs neither its completion nor an interrupt: it only has to
 * stay behind it in the queue. See i915_sched_follow().
 */

/* Reschedule and check for a fatal signal once every so many fences */
#define AWAIT_LOOK	64

static void i915_await_signaled(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct i915_await *await = container_of(cb, struct i915_await, cb);
	struct i915_request *rq = await->rq;

	WRITE_ONCE(await->signaled, true);
	if (atomic_dec_and_test(&rq->awaits))
		i915_sched_ready(rq);
}

/* Return: false if the fence is signalled, so that there is nothing to wait for */
static bool i915_await_start(struct i915_await *await)
{
	struct i915_request *rq = await->rq;

	await->signaled = false;
	await->follows = await->other && await->other->engine == rq->engine;
	if (await->follows)
		return i915_sched_follow(await, await->other);

	atomic_inc(&rq->awaits);
	if (!dma_fence_add_callback(await->fence, &await->cb, i915_await_signaled))
		return true;
	atomic_dec(&rq->awaits);

	return false;
}

/* Find the await of a timeline; if there is none, return NULL and the place to insert it */
static struct i915_await *i915_await_find(struct i915_request *rq, u64 context,
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
 * Return: the request of a fence if it belongs to this device, or NULL. A request
 * of another device has its own locks and scheduler, and its engine may be freed,
 * so the engine pointer is compared but not dereferenced.
 */
static struct i915_request *i915_fence_to_gt_request(struct i915_gt *gt, struct dma_fence *fence)
{
	struct i915_request *other = i915_fence_to_request(fence);
	unsigned int id;

	for (id = 0; other && id < I915_ENGINES; id++) {
		if (other->engine == gt->engine[id])
			return other;
	}

	return NULL;
}

static int i915_await_one(struct i915_request *rq, struct dma_fence *fence)
{
	struct rb_node *parent, **link;
	struct i915_await *await;

	/* requests of one timeline run in order anyway */
	if (fence->context == rq->fence.context)
		return 0;

	await = i915_await_find(rq, fence->context, &parent, &link);
	if (await && !dma_fence_is_later(fence, await->fence))
		return 0;
	if (dma_fence_is_signaled(fence))
		return 0;

	if (await) {
		i915_await_stop(await);
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
	await->other = i915_fence_to_gt_request(rq->engine->gt, fence);
	if (!i915_await_start(await)) {
		rb_erase(&await->node, &rq->awaited);
		list_del(&await->link);
		rq->nr_awaits--;
		dma_fence_put(fence);
		kfree(await);
	}

	return 0;
}

static int i915_await_look_around(void)
{
	cond_resched();

	return fatal_signal_pending(current) ? -EINTR : 0;
}

/**
 * i915_request_await - make a request wait for a fence
 * @rq: the request, being built
 * @fence: a fence of any driver, or an array or chain of fences; the caller keeps
 *	its reference
 *
 * Nothing is allocated for a fence that is signalled, or whose timeline is
 * already waited for. An error of the fence is not passed on.
 *
 * Context: process context, may sleep.
 * Return: 0, -ENOMEM, or -EINTR if the process is being killed.
 */
int i915_request_await(struct i915_request *rq, struct dma_fence *fence)
{
	struct dma_fence_unwrap iter;
	struct dma_fence *part;
	unsigned int n = 0;
	int ret;

	dma_fence_unwrap_for_each(part, &iter, fence) {
		ret = i915_await_one(rq, part);
		if (!ret && ++n % AWAIT_LOOK == 0)
			ret = i915_await_look_around();
		if (ret) {
			dma_fence_put(iter.chain);
			return ret;
		}
	}

	return 0;
}
