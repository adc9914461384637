/* SPDX-License-Identifier: MIT */
#ifndef _I915_REQUEST_H_
#define _I915_REQUEST_H_

#include "gt/i915_gt.h"

/**
 * struct i915_await - a request waits for a fence
 */
struct i915_await {
	/** @cb: told when @fence signals; unused where @follows is set */
	struct dma_fence_cb cb;
	/** @follow_link: on the followers of a request of the same engine; engine->lock */
	struct list_head follow_link;
	/** @fence: what is waited for; referenced until the request retires */
	struct dma_fence *fence;
	/** @rq: who waits */
	struct i915_request *rq;
	/** @link: on rq->signalers */
	struct list_head link;
	/** @raise_link: on the list of a priority change under way; gt->sched_lock */
	struct list_head raise_link;
	/** @signaled: @rq does not have to wait for it any more */
	bool signaled;
	/** @follows: only the order matters, see i915_sched_follow() */
	bool follows;
};

struct i915_request *i915_request_create_atomic(struct i915_lrc *lrc);
void i915_request_drop_awaits(struct i915_request *rq);
void i915_request_inherit(struct i915_request *rq);
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
