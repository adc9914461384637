/* SPDX-License-Identifier: MIT */
#ifndef _I915_WEDGE_H_
#define _I915_WEDGE_H_

#include "gt/i915_gt_types.h"

void i915_wedge_locked(struct i915_gt *gt);
void i915_gt_set_wedged(struct i915_gt *gt);
int i915_gt_unset_wedged(struct i915_gt *gt);

#endif
