/* SPDX-License-Identifier: MIT */
#ifndef _I915_SCHED_H_
#define _I915_SCHED_H_

#include "gt/i915_gt.h"
#include "gt/i915_ring.h"

struct i915_await;

#define I915_PRIORITY_PULSE	INT_MAX

/* Software ids have 20 bits and are not 0; only those in the ports must differ */
static inline u32 i915_lrc_sw_id(u32 n)
{
	return n % 0xfffff + 1;
}

int i915_sched_add(struct i915_request *rq);
void i915_sched_queue(struct i915_engine *engine, struct i915_request *rq, bool front);
void i915_sched_finish(struct i915_request *rq);
void i915_sched_collect(struct i915_engine *engine, struct i915_lrc *lrc);
void i915_sched_unwind(struct i915_engine *engine, struct i915_lrc *last);
void i915_sched_fail(struct i915_request *rq);
void i915_sched_fail_all(struct i915_lrc *lrc);
void i915_sched_resort(struct i915_engine *engine);
bool i915_sched_follow(struct i915_await *await, struct i915_request *first);
bool i915_sched_unfollow(struct i915_await *await);
void i915_sched_released(struct i915_engine *engine);

/* i915_retire.c */
void i915_retire_queue(struct i915_request *rq);
void i915_sched_defer(struct i915_engine *engine);
void i915_sched_unlock(struct i915_engine *engine, unsigned long flags)
	__releases(&engine->lock);
void i915_sched_retire_late(struct i915_gt *gt);

/* Its owner is done with it, or it is banned: nothing of it may run any more */
static inline bool i915_gt_context_is_dead(const struct i915_gt_context *ctx)
{
	unsigned long flags = READ_ONCE(ctx->flags);

	return flags & BIT(I915_CTX_BANNED) ||
	       (flags & BIT(I915_CTX_CLOSED) && !(flags & BIT(I915_CTX_PERSISTENT)));
}

/* engine->lock held: the same for what a context has on one engine */
static inline bool i915_lrc_is_dead(const struct i915_lrc *lrc)
{
	return lrc->cancelled || i915_gt_context_is_dead(lrc->ctx);
}

/* engine->lock held: the oldest request of a context that is not complete, or NULL */
static inline struct i915_request *i915_lrc_first(struct i915_lrc *lrc)
{
	return list_first_entry_or_null(&lrc->requests, struct i915_request, lrc_link);
}

#endif
