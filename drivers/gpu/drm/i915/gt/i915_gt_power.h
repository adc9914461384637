/* SPDX-License-Identifier: MIT */
#ifndef _I915_GT_POWER_H_
#define _I915_GT_POWER_H_

#include "gt/i915_gt_types.h"

static inline bool i915_gt_is_wedged(const struct i915_gt *gt)
{
	return test_bit(I915_GT_WEDGED, &gt->flags);
}

/* Is there hardware that runs requests, and may be reset? */
static inline bool i915_gt_is_up(const struct i915_gt *gt)
{
	return !(READ_ONCE(gt->flags) & (BIT(I915_GT_WEDGED) | BIT(I915_GT_ASLEEP)));
}

void i915_gt_get_awake(struct i915_gt *gt);
void i915_gt_put_awake(struct i915_gt *gt);
void i915_gt_park(struct i915_gt *gt);
bool i915_gt_get_if_awake(struct i915_gt *gt);
u64 i915_gt_awake_ns(struct i915_gt *gt);
void i915_gt_power_init(struct i915_gt *gt);
void i915_gt_power_fini(struct i915_gt *gt);

#endif
