/* SPDX-License-Identifier: MIT */
#ifndef _I915_GT_PM_H_
#define _I915_GT_PM_H_

#include "gt/i915_gt_types.h"

void i915_gt_suspend(struct i915_gt *gt);
void i915_gt_resume(struct i915_gt *gt);

#endif
