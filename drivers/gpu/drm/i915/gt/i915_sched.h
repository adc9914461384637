/* SPDX-License-Identifier: MIT */
#ifndef _I915_SCHED_H_
#define _I915_SCHED_H_

#include "gt/i915_gt_context.h"
#include "gt/i915_gt_types.h"

struct i915_await;

/* engine->lock held: the same for what a context has on one engine */
static inline bool i915_lrc_is_dead(const struct i915_lrc *lrc)
{
	return lrc->cancelled || i915_gt_context_is_dead(lrc->ctx);
}

void i915_sched_queue(struct i915_engine *engine, struct i915_request *rq, bool front);
void i915_sched_finish(struct i915_request *rq);
void i915_sched_collect(struct i915_engine *engine, struct i915_lrc *lrc);
void i915_sched_fail(struct i915_request *rq);
void i915_sched_unwind(struct i915_engine *engine, struct i915_lrc *last);
void i915_sched_fail_all(struct i915_lrc *lrc);
bool i915_sched_follow(struct i915_await *await, struct i915_request *first);
void i915_sched_released(struct i915_engine *engine);
void i915_sched_resort(struct i915_engine *engine);
void i915_sched_ready(struct i915_request *rq);
int i915_sched_insert(struct i915_request *rq);

#endif
