/* SPDX-License-Identifier: MIT */
#ifndef _I915_RETIRE_H_
#define _I915_RETIRE_H_

#include "gt/i915_gt_types.h"

void i915_retire_queue(struct i915_request *rq);
void i915_sched_defer(struct i915_engine *engine);
void i915_sched_unlock(struct i915_engine *engine, unsigned long flags)
	__releases(&engine->lock);
void i915_sched_retire_late(struct i915_gt *gt);
void i915_sched_retire(struct i915_engine *engine);
void i915_gt_retire_short(struct i915_gt *gt);
void i915_gt_retire(struct i915_gt *gt);
int i915_gt_wait_for_idle(struct i915_gt *gt, long timeout);
int i915_retire_init(struct i915_gt *gt);
void i915_retire_fini(struct i915_gt *gt);

#endif
