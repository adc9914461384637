// SPDX-License-Identifier: MIT

#include <linux/sched.h>
#include <linux/slab.h>

#include "base/i915_audit.h"
#include "base/i915_drv.h"
#include "gt/i915_gpu_commands.h"
#include "gt/i915_gt_context.h"
#include "gt/i915_gt_power.h"
#include "gt/i915_request.h"
#include "gt/i915_request_end.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_vma.h"

/**
 * DOC: Ends of a request
 *
 * A request is abandoned before it was added, or it retires once it is complete.
 * If its batch is not to run, the batch is removed from the ring, and the request
 * completes without it. Either way it releases what it holds in the same order:
 * VMAs and objects, awaits, then it signals its fence, then it drops its context.
 */

/* VMAs between two looks around */
#define LET_GO_PORTION	256

/* Undo i915_sched_follow(). Return: true if it was still counted in i915_request.awaits */
static bool i915_await_unfollow(struct i915_await *await)
{
	struct i915_engine *engine = await->rq->engine;
	unsigned long flags;
	bool counted;

	/* unlinked last, when it was over */
	if (list_empty_careful(&await->follow_link))
		return false;

	spin_lock_irqsave(&engine->lock, flags);
	list_del_init(&await->follow_link);
	counted = !await->signaled;
	spin_unlock_irqrestore(&engine->lock, flags);

	return counted;
}

/**
 * i915_await_stop - do not wait for a fence any more
 * @await: what a request waits for; stays on its lists
 *
 * Also waits for a callback that is running. The request is not ready by that.
 *
 * Context: any, outside engine->lock and the lock of any fence.
 */
void i915_await_stop(struct i915_await *await)
{
	bool counted;

	if (await->follows)
		counted = i915_await_unfollow(await);
	else
		counted = dma_fence_remove_callback(await->fence, &await->cb);
	if (counted)
		atomic_dec(&await->rq->awaits);
}

/* What it waits for need not be raised any more. Nobody puts it on gt->raise again. */
static void i915_await_unraise(struct i915_gt *gt, struct i915_await *await)
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
			i915_await_unraise(gt, await);
		i915_await_stop(await);
		dma_fence_put(await->fence);
		kfree(await);
	}
}

static void i915_request_release_vma(struct i915_vma *vma)
{
	struct drm_i915_gem_object *obj = vma->obj;

	i915_vma_put_active(vma);
	i915_gem_object_put(obj);
}

static void i915_request_release_vmas(struct i915_request *rq)
{
	unsigned int i;

	for (i = 0; i < rq->nr_vmas; i++)
		i915_request_release_vma(rq->vmas[i]);
	rq->nr_vmas = 0;
	i915_request_free_vmas(rq);
}

/**
 * i915_request_let_go - let go of what may be much, before a request retires
 * @rq: complete, off every list of its timeline
 *
 * Context: process context, sleeps.
 */
void i915_request_let_go(struct i915_request *rq)
{
	while (rq->nr_vmas) {
		i915_request_release_vma(rq->vmas[--rq->nr_vmas]);
		if (rq->nr_vmas % LET_GO_PORTION == 0)
			cond_resched();
	}
	i915_request_drop_awaits(rq);
}

/**
 * i915_request_abandon - give up a request under construction
 * @rq: not yet added; the reference is dropped
 *
 * Takes its commands back out of the ring, lets go of the VMAs handed over,
 * drops lrc->lock. Its fence signals with -ECANCELED and keeps its seqno: no
 * other fence may have the same.
 *
 * Context: process context.
 */
void i915_request_abandon(struct i915_request *rq)
{
	struct i915_lrc *lrc = rq->lrc;
	struct i915_ring *ring = &lrc->ring;
	unsigned long flags;

	ring->space += ring->emit - rq->head;
	ring->emit = rq->head;

	i915_request_drop_awaits(rq);
	i915_request_release_vmas(rq);

	spin_lock_irqsave(&rq->hwsp_lock, flags);
	set_bit(I915_RQ_RETIRED, &rq->state);
	spin_unlock_irqrestore(&rq->hwsp_lock, flags);
	dma_fence_set_error(&rq->fence, -ECANCELED);
	dma_fence_signal(&rq->fence);

	mutex_unlock(&lrc->lock);
	i915_gt_context_put(rq->ctx);
	i915_audit_dec(I915_AUDIT_REQUEST);
	i915_request_put(rq);
}

/**
 * i915_request_retire - the end of a request
 * @rq: complete or failed, off every list; the scheduler's reference is dropped
 *
 * Context: any; interrupts are off, engine->lock is not held.
 */
void i915_request_retire(struct i915_request *rq)
{
	struct i915_gt *gt = rq->engine->gt;

	lockdep_assert_irqs_disabled();

	spin_lock(&rq->hwsp_lock);
	set_bit(I915_RQ_RETIRED, &rq->state);
	spin_unlock(&rq->hwsp_lock);

	i915_request_release_vmas(rq);
	if (!list_empty(&rq->signalers))
		i915_request_drop_awaits(rq);
	dma_fence_signal(&rq->fence);
	i915_gt_context_put(rq->ctx);
	i915_audit_dec(I915_AUDIT_REQUEST);
	i915_gt_put_awake(gt);
	i915_request_put(rq);
}

/**
 * i915_request_skip - take the batch of a request out of the ring
 * @rq: not running
 * @error: what its fence shall say, a negative errno
 *
 * The rest of the request runs: it completes in its turn, like any other.
 *
 * Context: engine->lock held.
 */
void i915_request_skip(struct i915_request *rq, int error)
{
	u32 *cs = rq->lrc->ring.vaddr + rq->batch;
	unsigned int i;

	lockdep_assert_held(&rq->engine->lock);

	if (test_and_set_bit(I915_RQ_SKIPPED, &rq->state))
		return;

	/* not dma_fence_set_error(): a poll may have signalled the fence this moment */
	if (!test_bit(DMA_FENCE_FLAG_SIGNALED_BIT, &rq->fence.flags))
		rq->fence.error = error;
	for (i = 0; i < rq->batch_dwords; i++)
		WRITE_ONCE(cs[i], MI_NOOP);
}
