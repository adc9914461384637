/* SPDX-License-Identifier: MIT */
#ifndef _I915_REQUEST_H_
#define _I915_REQUEST_H_

#include <linux/dma-fence.h>
#include <linux/rbtree.h>

#include "gt/i915_gt_types.h"

/**
 * struct i915_await - a request waits for a timeline, up to a fence
 */
struct i915_await {
	union {
		/** @cb: told when @fence signals, unless @follows is set */
		struct dma_fence_cb cb;
		/**
		 * @follow_link: if @follows is set: on i915_request.followers of @other;
		 * engine->lock
		 */
		struct list_head follow_link;
	};
	/** @fence: the latest of the timeline; referenced until the request retires */
	struct dma_fence *fence;
	/** @other: the request @fence belongs to; NULL: not of this device */
	struct i915_request *other;
	/** @rq: who waits */
	struct i915_request *rq;
	/** @link: on rq->signalers */
	struct list_head link;
	union {
		/** @node: in i915_awaits.tree, then in rq->awaited, until i915_request_add() */
		struct rb_node node;
		/** @raise_link: on gt->raise, while priorities change; gt->sched_lock */
		struct list_head raise_link;
	};
	/** @signaled: True when @rq does not have to wait for it any more. */
	bool signaled;
	/** @follows: True if only the order matters, see i915_sched_follow(). */
	bool follows;
};

/* i915_request_completed() for who holds engine->lock and found @rq on a list of it */
static inline bool __i915_request_completed(const struct i915_request *rq)
{
	return (s32)(READ_ONCE(*rq->lrc->hwsp_seqno) - (u32)rq->fence.seqno) >= 0;
}

static inline struct i915_request *i915_request_get(struct i915_request *rq)
{
	dma_fence_get(&rq->fence);
	return rq;
}

static inline void i915_request_put(struct i915_request *rq)
{
	dma_fence_put(&rq->fence);
}

/* engine->lock held: the oldest request of a context that is not complete, or NULL */
static inline struct i915_request *i915_lrc_first(struct i915_lrc *lrc)
{
	return list_first_entry_or_null(&lrc->requests, struct i915_request, lrc_link);
}

/* engine->lock held: what runs of a context, if the hardware has been given it; or NULL */
static inline struct i915_request *i915_lrc_executing(struct i915_lrc *lrc)
{
	struct i915_request *rq = lrc ? i915_lrc_first(lrc) : NULL;

	return rq && test_bit(I915_RQ_EXECUTING, &rq->state) ? rq : NULL;
}

/*
 * engine->lock held: what the hardware is at in a context that is in a port, even
 * if it was taken back and that is not acknowledged yet; or NULL
 */
static inline struct i915_request *i915_lrc_on_hardware(struct i915_lrc *lrc)
{
	struct i915_request *rq = lrc ? i915_lrc_first(lrc) : NULL;

	return rq && test_bit(I915_RQ_SUBMITTED, &rq->state) ? rq : NULL;
}

void i915_request_free_vmas(struct i915_request *rq);
void i915_request_init_locks(struct i915_request *rq);
bool i915_lrc_measure_room(struct i915_lrc *lrc);
struct i915_request *i915_request_try_create(struct i915_lrc *lrc, unsigned int max_vmas);
struct i915_request *i915_request_create_atomic(struct i915_lrc *lrc);
void i915_request_use_vma(struct i915_request *rq, struct i915_vma *vma);
void i915_request_emit_batch(struct i915_request *rq, u64 addr, unsigned int flags);
void i915_request_close(struct i915_request *rq);
int i915_request_slab_init(void);
void i915_request_slab_exit(void);

#endif
