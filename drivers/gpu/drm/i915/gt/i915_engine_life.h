/* SPDX-License-Identifier: MIT */
#ifndef _I915_ENGINE_LIFE_H_
#define _I915_ENGINE_LIFE_H_

#include "gt/i915_gt_types.h"

int i915_engine_create(struct i915_gt *gt, enum i915_engine_id id,
		       const struct i915_engine_ops *ops);
void i915_engine_destroy(struct i915_engine *engine);
int i915_engine_record_default(struct i915_engine *engine);
bool i915_engine_answers(struct i915_engine *engine);

#endif
