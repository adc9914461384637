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
 * What user space names may be an array or a chain of any number of fences. It is
 * unwrapped before there is a request, and before anything is locked that others need:
 * see i915_awaits_add(). Each fence in it is visited once, even if it is named again.
 *
 * An engine runs its queue in order, so a request that waits for another one of
 * the same engine needs neither its completion nor an interrupt: it only has to
 * stay behind it in the queue. See i915_sched_follow().
 */

/* Reschedule and check for a fatal signal once every so many fences */
#define AWAIT_LOOK	64
/* A container of up to so many fences is unwrapped each time it is named, and not remembered. */
#define AWAIT_SHORT	4

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
static struct i915_await *i915_await_find(struct rb_root *awaited, u64 context,
					  struct rb_node **parent, struct rb_node ***link)
{
	struct i915_await *await;

	*parent = NULL;
	*link = &awaited->rb_node;
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

/* Takes @spare, and clears it, where memory is needed. Return: 0; -ENOMEM, not with a spare one */
static int i915_await_one(struct i915_request *rq, struct dma_fence *fence,
			  struct i915_await **spare)
{
	struct rb_node *parent, **link;
	struct i915_await *await;

	/* requests of one timeline run in order anyway */
	if (fence->context == rq->fence.context)
		return 0;

	await = i915_await_find(&rq->awaited, fence->context, &parent, &link);
	if (await && !dma_fence_is_later(fence, await->fence))
		return 0;
	if (dma_fence_is_signaled(fence))
		return 0;

	if (await) {
		i915_await_stop(await);
		dma_fence_put(await->fence);
	} else {
		await = *spare ?: kmalloc(sizeof(*await), GFP_KERNEL_ACCOUNT);
		if (!await)
			return -ENOMEM;

		*spare = NULL;
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

/**
 * i915_request_await - make a request wait for a fence
 * @rq: the request, being built
 * @fence: a fence of any driver, see i915_awaits_add() for arrays and chains; the
 *	caller keeps its reference
 *
 * Nothing is allocated for a fence that is signalled, or whose timeline is
 * already waited for. An error of the fence is not passed on.
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int i915_request_await(struct i915_request *rq, struct dma_fence *fence)
{
	struct i915_await *spare = NULL;

	return i915_await_one(rq, fence, &spare);
}

static int i915_await_look_around(void)
{
	cond_resched();

	return fatal_signal_pending(current) ? -EINTR : 0;
}

/* Was this very fence added or, being a link of a chain, all that can be reached from it? */
static bool i915_awaits_has(struct i915_awaits *awaits, const struct dma_fence *fence)
{
	struct rb_node *parent, **link;
	struct i915_await *await = i915_await_find(&awaits->tree, fence->context, &parent, &link);

	return await && await->fence == fence;
}

/* Keep a fence if it is the latest of its timeline. */
static int i915_awaits_keep(struct i915_awaits *awaits, struct dma_fence *fence)
{
	struct rb_node *parent, **link;
	struct i915_await *await = i915_await_find(&awaits->tree, fence->context, &parent, &link);

	if (await) {
		if (!dma_fence_is_later(fence, await->fence))
			return 0;
		dma_fence_put(await->fence);
	} else {
		await = kmalloc(sizeof(*await), GFP_KERNEL_ACCOUNT);
		if (!await)
			return -ENOMEM;

		rb_link_node(&await->node, parent, link);
		rb_insert_color(&await->node, &awaits->tree);
	}
	await->fence = dma_fence_get(fence);

	return 0;
}

/**
 * i915_awaits_add - collect a fence that a request is to wait for
 * @awaits: where to
 * @fence: a fence of any driver, or an array or chain of fences; the caller keeps
 *	its reference
 *
 * What is signalled is left out, and of each timeline all but the latest. A chain is
 * walked up to the first link that was walked before.
 *
 * Context: process context, may sleep; nothing locked, for it may take long.
 * Return: 0, -ENOMEM, or -EINTR if the process is being killed.
 */
int i915_awaits_add(struct i915_awaits *awaits, struct dma_fence *fence)
{
	struct dma_fence_unwrap iter;
	struct dma_fence *part;
	unsigned int n = 0;
	int ret = 0;

	dma_fence_unwrap_for_each(part, &iter, fence) {
		if (i915_awaits_has(awaits, iter.chain)) {
			dma_fence_put(iter.chain);
			break;
		}
		if (!dma_fence_is_signaled(part))
			ret = i915_awaits_keep(awaits, part);
		if (!ret && ++n % AWAIT_LOOK == 0)
			ret = i915_await_look_around();
		if (ret) {
			dma_fence_put(iter.chain);
			return ret;
		}
	}

	return n > AWAIT_SHORT ? i915_awaits_keep(awaits, fence) : 0;
}

static struct i915_await *i915_awaits_pop(struct i915_awaits *awaits)
{
	struct rb_node *rb = rb_first(&awaits->tree);

	if (!rb)
		return NULL;

	rb_erase(rb, &awaits->tree);

	return rb_entry(rb, struct i915_await, node);
}

/**
 * i915_awaits_free - let go of fences that were collected
 * @awaits: empty afterwards
 *
 * Context: process context, may sleep.
 */
void i915_awaits_free(struct i915_awaits *awaits)
{
	struct i915_await *await;

	while ((await = i915_awaits_pop(awaits))) {
		dma_fence_put(await->fence);
		kfree(await);
		cond_resched();
	}
}

/**
 * i915_request_await_all - make a request wait for fences that were collected
 * @rq: the request, being built
 * @awaits: the fences; empty afterwards, unless the process is being killed
 *
 * Allocates nothing, and is linear in the number of timelines.
 *
 * Context: process context, may sleep.
 * Return: 0, or -EINTR if the process is being killed.
 */
int i915_request_await_all(struct i915_request *rq, struct i915_awaits *awaits)
{
	struct i915_await *await;
	unsigned int n = 0;
	int ret = 0;

	while (!ret && (await = i915_awaits_pop(awaits))) {
		struct dma_fence *fence = await->fence;

		/* What was in a container is here by itself. */
		if (!dma_fence_is_container(fence))
			ret = i915_await_one(rq, fence, &await);
		dma_fence_put(fence);
		kfree(await);
		if (!ret && ++n % AWAIT_LOOK == 0)
			ret = i915_await_look_around();
	}

	return ret;
}
