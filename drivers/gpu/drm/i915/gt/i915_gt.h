/* SPDX-License-Identifier: MIT */
#ifndef _I915_GT_H_
#define _I915_GT_H_

#include "gt/i915_gt_types.h"

void i915_gt_listen(struct i915_gt *gt, int by);
struct i915_engine *i915_gt_engine(struct i915_gt *gt, u16 uabi_class, u16 uabi_instance);
int i915_gt_init_engines(struct i915_gt *gt, struct drm_i915_private *i915,
			 const struct i915_engine_ops *ops);
int i915_gt_init(struct i915_gt *gt, struct drm_i915_private *i915);
void i915_gt_unplug(struct i915_gt *gt);
void i915_gt_fini(struct i915_gt *gt);

#endif
