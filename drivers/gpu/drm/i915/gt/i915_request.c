// SPDX-License-Identifier: MIT

#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "base/i915_audit.h"
#include "base/i915_drv.h"
#include "gt/i915_emit.h"
#include "gt/i915_gpu_commands.h"
#include "gt/i915_gt_context.h"
#include "gt/i915_gt_power.h"
#include "gt/i915_lrc.h"
#include "gt/i915_request.h"
#include "gt/i915_request_fence.h"
#include "gt/i915_ring.h"
#include "vm/i915_vma.h"

/**
 * DOC: Requests
 *
 * A request is one batch on one engine, and the fence that signals its end.
 *
 * It is built with i915_lrc.lock held: from i915_request_try_create(), which
 * makes sure that the ring has room, to i915_request_add(), after which it ends
 * without further help. Nothing is allocated but the request itself.
 *
 * When the ring is full, somebody must wait for the oldest request in it. They
 * do so without any lock that others could need, neither object locks nor
 * i915_lrc.lock. Only i915_lrc.turn is held, which queues those who wait.
 *
 * A request is complete when the GPU has written its seqno to the status page
 * of its context. It is retired by the interrupt handler that noticed, or by a
 * worker if it has many VMAs to release. VMAs, objects and awaits are released
 * first and the fence signals last, so whoever is woken by the fence, or called
 * back, finds nothing held by the request. Polling (dma_fence_is_signaled(), or
 * a wait that need not sleep) may find it complete shortly before it is
 * retired; i915_gt_retire() closes that gap.
 */

static struct kmem_cache *request_slab;

/* The list of VMAs when it does not fit in the request; may be freed in an interrupt */
struct vma_list {
	struct rcu_head rcu;
	struct i915_vma *vma[];
};

static u32 *i915_ring_cs(struct i915_ring *ring)
{
	return ring->vaddr + ring->emit;
}

static void i915_ring_advance(struct i915_ring *ring, u32 *cs)
{
	u32 bytes = (void *)cs - ring->vaddr - ring->emit;

	ring->emit += bytes;
	WRITE_ONCE(ring->space, ring->space - bytes);
}

static struct i915_request *i915_request_alloc(unsigned int max_vmas, gfp_t gfp)
{
	struct vma_list *list;
	struct i915_request *rq;

	rq = kmem_cache_alloc(request_slab, gfp);
	if (!rq)
		return NULL;

	rq->vmas = rq->inline_vmas;
	rq->max_vmas = ARRAY_SIZE(rq->inline_vmas);
	rq->nr_vmas = 0;
	if (max_vmas > rq->max_vmas) {
		list = kvmalloc(struct_size(list, vma, max_vmas), gfp | __GFP_ACCOUNT);
		if (!list) {
			kmem_cache_free(request_slab, rq);
			return NULL;
		}
		rq->vmas = list->vma;
		rq->max_vmas = max_vmas;
	}

	return rq;
}

/**
 * i915_request_free_vmas - free the list of VMAs of a request
 * @rq: the request; the list is empty
 *
 * Context: any.
 */
void i915_request_free_vmas(struct i915_request *rq)
{
	struct vma_list *list;

	if (rq->vmas == rq->inline_vmas)
		return;

	/* vfree() may sleep: kvfree_rcu() calls it from a worker */
	list = container_of(rq->vmas, struct vma_list, vma[0]);
	if (is_vmalloc_addr(list))
		kvfree_rcu(list, rcu);
	else
		kfree(list);
}

/**
 * i915_request_init_locks - initialize the locks of a request
 * @rq: the request, being created
 *
 * They are in the request because it outlives its timeline.
 *
 * Context: any.
 */
void i915_request_init_locks(struct i915_request *rq)
{
	spin_lock_init(&rq->lock);
	spin_lock_init(&rq->hwsp_lock);
}

static void i915_request_init(struct i915_request *rq, struct i915_lrc *lrc)
{
	rq->engine = lrc->engine;
	rq->lrc = lrc;
	rq->driver_name = lrc->engine->gt->driver_name;
	rq->timeline_name[0] = '\0';
	rq->ctx = i915_gt_context_get(lrc->ctx);
	rq->priority = READ_ONCE(lrc->ctx->priority);
	rq->state = 0;
	atomic_set(&rq->awaits, 1);
	INIT_LIST_HEAD(&rq->followers);
	INIT_LIST_HEAD(&rq->signalers);
	rq->awaited = RB_ROOT;
	rq->nr_awaits = 0;
	INIT_LIST_HEAD(&rq->link);
	INIT_LIST_HEAD(&rq->lrc_link);
	i915_request_init_locks(rq);
	dma_fence_init(&rq->fence, &i915_request_fence_ops, &rq->lock, lrc->fence_context,
		       ++lrc->seqno);
	if (lrc->ctx == &lrc->engine->kernel_ctx)
		__set_bit(I915_RQ_INTERNAL, &rq->state);
	else
		__module_get(THIS_MODULE);
	i915_audit_inc(I915_AUDIT_REQUEST);
}

/**
 * i915_lrc_measure_room - measure the free space of a ring
 * @lrc: the timeline
 *
 * Context: lrc->lock and engine->lock held.
 * Return: true if there is room for a request, which is always so in a ring
 * that has none.
 */
bool i915_lrc_measure_room(struct i915_lrc *lrc)
{
	const struct i915_request *oldest = i915_lrc_first(lrc);
	struct i915_ring *ring = &lrc->ring;

	WRITE_ONCE(ring->space, i915_ring_space(oldest ? oldest->head : ring->emit, ring->emit,
						ring->size));

	return !oldest || ring->space >= I915_EMIT_ROOM;
}

/* Make room for a whole request, contiguous, without waiting. lrc->lock held. */
static bool i915_lrc_reserve_room(struct i915_lrc *lrc)
{
	struct i915_ring *ring = &lrc->ring;
	bool room = true;
	u32 pad;

	if (ring->space < I915_EMIT_ROOM) {
		spin_lock_irq(&lrc->engine->lock);
		room = i915_lrc_measure_room(lrc);
		spin_unlock_irq(&lrc->engine->lock);
	}
	if (!room)
		return false;

	pad = i915_ring_pad(ring->emit, I915_EMIT_MAX_BYTES, ring->size);
	if (pad) {
		memset(ring->vaddr + ring->emit, 0, pad);
		ring->emit = 0;
		ring->space -= pad;
	}

	return true;
}

/* Return: 0 if a request can be built now; -ENOENT, -EIO, -EAGAIN, -ENOMEM. lrc->lock held. */
static int i915_request_check_begin(struct i915_lrc *lrc)
{
	unsigned long flags = READ_ONCE(lrc->ctx->flags);
	int ret;

	/*
	 * Checked here because under the lock the answer is final: the caller may have slept since
	 * its own check, and closing the context takes this lock.
	 */
	if (flags & (BIT(I915_CTX_CLOSED) | BIT(I915_CTX_BANNED)))
		return flags & BIT(I915_CTX_BANNED) ? -EIO : -ENOENT;
	if (i915_gt_is_wedged(lrc->engine->gt))
		return -EIO;

	ret = i915_lrc_bind(lrc);
	if (ret && ret != -ENOSPC)
		return ret;

	return !ret && i915_lrc_reserve_room(lrc) ? 0 : -EAGAIN;
}

/* Return: 0 with lrc->lock held and room in the ring, or an error */
static int i915_request_lock_lrc(struct i915_lrc *lrc)
{
	int ret;

	if (mutex_lock_interruptible(&lrc->lock))
		return -ERESTARTSYS;

	ret = i915_request_check_begin(lrc);
	if (ret)
		mutex_unlock(&lrc->lock);

	return ret;
}

/* Start the request; cannot fail */
static void i915_request_open(struct i915_request *rq, struct i915_lrc *lrc)
{
	u32 *cs;

	i915_request_init(rq, lrc);
	rq->head = lrc->ring.emit;
	cs = i915_emit_invalidate(rq, i915_ring_cs(&lrc->ring));
	if (unlikely(!lrc->engine->default_valid))
		cs = i915_emit_context_wa(rq, cs);
	i915_ring_advance(&lrc->ring, cs);
	rq->batch = lrc->ring.emit;
	rq->batch_dwords = 0;
}

/**
 * i915_request_try_create - start building a request if the ring has room
 * @lrc: the context on its engine
 * @max_vmas: how many times i915_request_use_vma() will be called at most
 *
 * On success lrc->lock is held until i915_request_add() or
 * i915_request_abandon(). For up to four VMAs nothing is allocated but the
 * request.
 *
 * Context: process context; objects may be locked, since this never waits for
 * the GPU.
 * Return: the request, or ERR_PTR: -EAGAIN (call i915_lrc_begin_turn() first),
 * -EIO (GPU wedged, context banned), -ENOENT (context closed), -ERESTARTSYS,
 * -ENOMEM.
 */
struct i915_request *i915_request_try_create(struct i915_lrc *lrc, unsigned int max_vmas)
{
	struct i915_request *rq;
	int ret;

	rq = i915_request_alloc(max_vmas, GFP_KERNEL);
	if (!rq)
		return ERR_PTR(-ENOMEM);

	ret = i915_request_lock_lrc(lrc);
	if (ret) {
		i915_request_free_vmas(rq);
		kmem_cache_free(request_slab, rq);
		return ERR_PTR(ret);
	}
	i915_request_open(rq, lrc);

	return rq;
}

/**
 * i915_request_create_atomic - start building a request in the path of a fence
 * @lrc: the context on its engine
 *
 * For callers that fences depend on, like the heartbeat. Like
 * i915_request_try_create() without VMAs, but waits neither for memory nor for
 * another request that is being built.
 *
 * Context: process context.
 * Return: the request, or ERR_PTR: -EAGAIN, -EIO, -ENOMEM.
 */
struct i915_request *i915_request_create_atomic(struct i915_lrc *lrc)
{
	struct i915_request *rq;
	int ret = -EAGAIN;

	rq = i915_request_alloc(0, GFP_ATOMIC | __GFP_NOWARN);
	if (!rq)
		return ERR_PTR(-ENOMEM);

	if (mutex_trylock(&lrc->lock)) {
		ret = i915_request_check_begin(lrc);
		if (ret)
			mutex_unlock(&lrc->lock);
	}
	if (ret) {
		kmem_cache_free(request_slab, rq);
		return ERR_PTR(ret);
	}
	i915_request_open(rq, lrc);

	return rq;
}

/**
 * i915_request_use_vma - keep a VMA until the request retires
 * @rq: the request, being built
 * @vma: the VMA; the caller's mark and its reference to the object are taken over
 *
 * Context: process context.
 */
void i915_request_use_vma(struct i915_request *rq, struct i915_vma *vma)
{
	if (drm_WARN_ON(&rq->engine->gt->i915->drm, rq->nr_vmas == rq->max_vmas))
		return;

	rq->vmas[rq->nr_vmas++] = vma;
}

/**
 * i915_request_emit_batch - write the call of the batch into the ring
 * @rq: the request, being built; it has one batch at most
 * @addr: address of the batch in the context's address space, canonical or not
 * @flags: I915_BATCH_*
 *
 * Context: process context; the room in the ring is reserved.
 */
void i915_request_emit_batch(struct i915_request *rq, u64 addr, unsigned int flags)
{
	struct i915_ring *ring = &rq->lrc->ring;
	u32 *cs = i915_ring_cs(ring);
	u32 *end;

	end = i915_emit_batch_start(rq, cs, addr, flags);
	rq->batch = ring->emit;
	rq->batch_dwords = end - cs;
	i915_ring_advance(ring, end);
}

/**
 * i915_request_close - write the end of a request into the ring
 * @rq: the request, being built
 *
 * Context: process context, lrc->lock held.
 */
void i915_request_close(struct i915_request *rq)
{
	struct i915_lrc *lrc = rq->lrc;
	struct i915_ring *ring = &lrc->ring;

	i915_ring_advance(ring, i915_emit_breadcrumb(rq, i915_ring_cs(ring)));
	rq->tail = i915_ring_wrap(ring->emit, ring->size);
	i915_ring_advance(ring, i915_emit_wa_tail(i915_ring_cs(ring)));
	ring->emit = i915_ring_wrap(ring->emit, ring->size);
	rq->wa_tail = ring->emit;
	rq->emitted = jiffies;
	lrc->emitted = rq->emitted;

	drm_WARN_ON_ONCE(&rq->engine->gt->i915->drm,
			 i915_ring_wrap(ring->emit - rq->head, ring->size) > I915_EMIT_MAX_BYTES);
}

/**
 * i915_request_slab_init - create the slab cache of requests
 *
 * Context: process context.
 * Return: 0 or -ENOMEM.
 */
int i915_request_slab_init(void)
{
	request_slab = KMEM_CACHE(i915_request,
				  SLAB_HWCACHE_ALIGN | SLAB_RECLAIM_ACCOUNT | SLAB_ACCOUNT);

	return request_slab ? 0 : -ENOMEM;
}

/**
 * i915_request_slab_exit - destroy the slab cache of requests
 *
 * kmem_cache_destroy() waits for requests whose grace period has not ended. But
 * first, whoever put the last module reference in i915_fence_release() must have
 * returned from it: it may have been preempted there, or interrupted.
 *
 * Context: process context.
 */
void i915_request_slab_exit(void)
{
	synchronize_rcu_tasks();
	synchronize_rcu();
	kmem_cache_destroy(request_slab);
	request_slab = NULL;
	i915_request_names_exit();
}
