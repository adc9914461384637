/* SPDX-License-Identifier: MIT */
#ifndef _I915_REQUEST_H_
#define _I915_REQUEST_H_

#include <linux/dma-fence.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>

#include "gt/i915_gt.h"

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
		/** @node: in rq->awaited, until i915_request_add() */
		struct rb_node node;
		/** @raise_link: on gt->raise, while priorities change; gt->sched_lock */
		struct list_head raise_link;
	};
	/** @signaled: True when @rq does not have to wait for it any more. */
	bool signaled;
	/** @follows: True if only the order matters, see i915_sched_follow(). */
	bool follows;
};

struct i915_request *i915_request_create_atomic(struct i915_lrc *lrc);
extern const struct dma_fence_ops i915_request_fence_ops;

extern struct mutex i915_driver_names_lock;	/* i915_request_fence.c */

void i915_request_names_exit(void);
void i915_request_init_locks(struct i915_request *rq);
bool i915_lrc_reserve(struct i915_lrc *lrc);
void i915_request_drop_awaits(struct i915_request *rq);
void i915_request_inherit(struct i915_request *rq, int priority);
void i915_request_let_go(struct i915_request *rq);
void i915_request_retire(struct i915_request *rq);
void i915_request_skip(struct i915_request *rq, int error);
bool i915_request_begun(const struct i915_request *rq, u32 head);	/* i915_verdict.c */

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

#endif
