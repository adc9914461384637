/* SPDX-License-Identifier: MIT */
#ifndef _I915_CANCEL_H_
#define _I915_CANCEL_H_

#include "gt/i915_gt_types.h"

void i915_cancel_init(struct i915_engine *engine);
void i915_cancel_stop(struct i915_engine *engine);
bool i915_gt_context_cancel(struct i915_lrc *lrc);
void i915_engine_cancel(struct i915_engine *engine, const struct i915_gt_context *ctx);

#endif
