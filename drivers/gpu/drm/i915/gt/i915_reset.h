/* SPDX-License-Identifier: MIT */
#ifndef _I915_RESET_H_
#define _I915_RESET_H_

#include "gt/i915_gt_types.h"

struct i915_reset;

int i915_gt_reset(struct i915_gt *gt, const struct i915_reset *reset);
int i915_gt_reset_all(struct i915_gt *gt, u32 engines, const char *why);
void i915_engine_reset_if_asked(struct i915_engine *engine);

#endif
