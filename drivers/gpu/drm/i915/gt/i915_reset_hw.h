/* SPDX-License-Identifier: MIT */
#ifndef _I915_RESET_HW_H_
#define _I915_RESET_HW_H_

#include "gt/i915_gt_types.h"

void i915_reset_hw_stop(struct i915_engine *engine, unsigned long timeout_us);
int i915_reset_hw(struct i915_gt *gt, u32 gdrst);
int i915_reset_hw_full(struct i915_gt *gt);
void i915_reset_resume(struct i915_gt *gt);
void i915_reset_start(struct i915_gt *gt);
void i915_reset_report_fault(struct i915_gt *gt);

#endif
