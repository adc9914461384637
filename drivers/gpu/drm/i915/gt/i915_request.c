// SPDX-License-Identifier: MIT

#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "diag/i915_audit.h"
#include "gt/i915_emit.h"
#include "gt/i915_gpu_commands.h"
#include "gt/i915_gt_context.h"
#include "gt/i915_gt_power.h"
#include "gt/i915_lrc.h"
#include "gt/i915_request.h"
#include "gt/i915_request_fence.h"
#include "gt/i915_ring.h"
#include "i915_drv.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_vma.h"

/**
 * DOC: Requests
 *
 * A request is one batch on one engine and the fence that tells its end.
 *
 * It is built with i915_lrc.lock held, from i915_request_try_create(), which
 * makes sure that the ring has room, to i915_request_add(), from where on it ends
 * by itself. Nothing is allocated beyond the request itself.
 *
 * Room in the ring may be as far away as the end of the oldest request. It is
 * waited for with nothing locked that anybody else could want, neither objects
 * nor i915_lrc.lock: only i915_lrc.turn, which lines up those who wait.
 *
 * It is complete when the GPU wrote its seqno to the status page of its
 * context. It retires right in the interrupt handler that found out (a worker,
 * if it has much to let go of): first its VMAs, objects and awaits are let go,
 * then its fence signals, so that whoever was woken by the fence, or had a
 * callback of it, finds nothing left of it. Who looks (dma_fence_is_signaled(),
 * a wait that need not sleep) may see that it is complete a moment before it
 * retired; i915_gt_retire() makes up for that.
 */

static struct kmem_cache *request_slab;

/* A list of VMAs too long for the request; freed in interrupt */
struct vma_list {
	struct rcu_head rcu;
	struct i915_vma *vma[];
};

static u32 *ring_cs(struct i915_ring *ring)
{
	return ring->vaddr + ring->emit;
}

static void ring_advance(struct i915_ring *ring, u32 *cs)
{
	u32 bytes = (void *)cs - ring->vaddr - ring->emit;

	ring->emit += bytes;
	WRITE_ONCE(ring->space, ring->space - bytes);
}

static struct i915_request *request_alloc(unsigned int max_vmas, gfp_t gfp)
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

	/* vfree() may sleep: leave it to the grace period */
	list = container_of(rq->vmas, struct vma_list, vma[0]);
	if (is_vmalloc_addr(list))
		kvfree_rcu(list, rcu);
	else
		kfree(list);
}

/**
 * i915_request_init_locks - the locks of a request, which outlive its timeline
 * @rq: new
 *
 * Context: any.
 */
void i915_request_init_locks(struct i915_request *rq)
{
	spin_lock_init(&rq->lock);
	spin_lock_init(&rq->hwsp_lock);
}

static void request_init(struct i915_request *rq, struct i915_lrc *lrc)
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
 * i915_lrc_measure_room - look how much of a ring is free
 * @lrc: the timeline
 *
 * Context: lrc->lock and engine->lock held.
 * Return: true if a request has room; a ring without a request has.
 */
bool i915_lrc_measure_room(struct i915_lrc *lrc)
{
	const struct i915_request *oldest = i915_lrc_first(lrc);
	struct i915_ring *ring = &lrc->ring;

	WRITE_ONCE(ring->space, i915_ring_space(oldest ? oldest->head : ring->emit, ring->emit,
						ring->size));

	return !oldest || ring->space >= I915_EMIT_ROOM;
}

/* Room for a whole request that does not wrap, without a wait. lrc->lock held */
static bool reserve_room(struct i915_lrc *lrc)
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

/* May a request begin? lrc->lock held. Return: 0: there is room; -ENOENT, -EIO, -EAGAIN, -ENOMEM */
static int check_begin(struct i915_lrc *lrc)
{
	unsigned long flags = READ_ONCE(lrc->ctx->flags);
	int ret;

	/*
	 * Here, where it is known: the caller may have slept since it last looked, and closing
	 * waits for the lock.
	 */
	if (flags & (BIT(I915_CTX_CLOSED) | BIT(I915_CTX_BANNED)))
		return flags & BIT(I915_CTX_BANNED) ? -EIO : -ENOENT;
	if (i915_gt_is_wedged(lrc->engine->gt))
		return -EIO;

	ret = i915_lrc_bind(lrc);
	if (ret && ret != -ENOSPC)
		return ret;

	return !ret && reserve_room(lrc) ? 0 : -EAGAIN;
}

/* 0: lrc->lock is held, and there is room */
static int begin_request(struct i915_lrc *lrc)
{
	int ret;

	if (mutex_lock_interruptible(&lrc->lock))
		return -ERESTARTSYS;

	ret = check_begin(lrc);
	if (ret)
		mutex_unlock(&lrc->lock);

	return ret;
}

/* Nothing fails from here on */
static void open_request(struct i915_request *rq, struct i915_lrc *lrc)
{
	u32 *cs;

	request_init(rq, lrc);
	rq->head = lrc->ring.emit;
	cs = i915_emit_invalidate(rq, ring_cs(&lrc->ring));
	if (unlikely(!lrc->engine->default_valid))
		cs = i915_emit_context_wa(rq, cs);
	ring_advance(&lrc->ring, cs);
	rq->batch = lrc->ring.emit;
	rq->batch_dwords = 0;
}

/**
 * i915_request_try_create - begin a request if the ring has room
 * @lrc: on which context and engine
 * @max_vmas: room for i915_request_use_vma()
 *
 * On success lrc->lock is held until i915_request_add() or
 * i915_request_abandon(). Up to four VMAs nothing is allocated but the request.
 *
 * Context: process context; objects may be locked: the GPU is not waited for.
 * Return: the request, or ERR_PTR: -EAGAIN (i915_lrc_begin_turn() is due), -EIO
 * (GPU wedged, context banned), -ENOENT (context closed), -ERESTARTSYS, -ENOMEM.
 */
struct i915_request *i915_request_try_create(struct i915_lrc *lrc, unsigned int max_vmas)
{
	struct i915_request *rq;
	int ret;

	rq = request_alloc(max_vmas, GFP_KERNEL);
	if (!rq)
		return ERR_PTR(-ENOMEM);

	ret = begin_request(lrc);
	if (ret) {
		i915_request_free_vmas(rq);
		kmem_cache_free(request_slab, rq);
		return ERR_PTR(ret);
	}
	open_request(rq, lrc);

	return rq;
}

/**
 * i915_request_create_atomic - begin a request where fences wait for the caller
 * @lrc: on which context and engine
 *
 * As i915_request_try_create() without VMAs, but waits neither for memory nor
 * for anybody else who builds a request.
 *
 * Context: process context.
 * Return: the request, or ERR_PTR: -EAGAIN, -EIO, -ENOMEM.
 */
struct i915_request *i915_request_create_atomic(struct i915_lrc *lrc)
{
	struct i915_request *rq;
	int ret = -EAGAIN;

	rq = request_alloc(0, GFP_ATOMIC | __GFP_NOWARN);
	if (!rq)
		return ERR_PTR(-ENOMEM);

	if (mutex_trylock(&lrc->lock)) {
		ret = check_begin(lrc);
		if (ret)
			mutex_unlock(&lrc->lock);
	}
	if (ret) {
		kmem_cache_free(request_slab, rq);
		return ERR_PTR(ret);
	}
	open_request(rq, lrc);

	return rq;
}

/**
 * i915_request_use_vma - keep a VMA until the request retires
 * @rq: the request, under construction
 * @vma: takes over the caller's active mark and reference of its object
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
 * i915_request_emit_batch - write the start of the batch
 * @rq: the request, under construction; once
 * @addr: of the batch in the context's address space, canonical or not
 * @flags: I915_BATCH_*
 *
 * Context: process context; room in the ring is reserved.
 */
void i915_request_emit_batch(struct i915_request *rq, u64 addr, unsigned int flags)
{
	struct i915_ring *ring = &rq->lrc->ring;
	u32 *cs = ring_cs(ring);
	u32 *end;

	end = i915_emit_batch_start(rq, cs, addr, flags);
	rq->batch = ring->emit;
	rq->batch_dwords = end - cs;
	ring_advance(ring, end);
}

/**
 * i915_request_close - write the end of a request
 * @rq: the request, under construction
 *
 * Context: process context, lrc->lock held.
 */
void i915_request_close(struct i915_request *rq)
{
	struct i915_lrc *lrc = rq->lrc;
	struct i915_ring *ring = &lrc->ring;

	ring_advance(ring, i915_emit_breadcrumb(rq, ring_cs(ring)));
	rq->tail = i915_ring_wrap(ring->emit, ring->size);
	ring_advance(ring, i915_emit_wa_tail(ring_cs(ring)));
	ring->emit = i915_ring_wrap(ring->emit, ring->size);
	rq->wa_tail = ring->emit;
	rq->emitted = jiffies;
	lrc->emitted = rq->emitted;

	drm_WARN_ON_ONCE(&rq->engine->gt->i915->drm,
			 i915_ring_wrap(ring->emit - rq->head, ring->size) > I915_EMIT_MAX_BYTES);
}

/**
 * i915_request_slab_init - make the slab of requests
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
 * i915_request_slab_exit - free the slab of requests
 *
 * Waits for those whose grace period is not over: kmem_cache_destroy() does.
 * Before, for whoever dropped the last reference of the module in
 * request_release() and has not returned from it: it may have been preempted,
 * or be in an interrupt.
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
