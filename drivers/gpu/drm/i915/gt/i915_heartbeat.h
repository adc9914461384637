/* SPDX-License-Identifier: MIT */
#ifndef _I915_HEARTBEAT_H_
#define _I915_HEARTBEAT_H_

#include "gt/i915_gt_types.h"

#define I915_PRIORITY_PULSE	INT_MAX

void i915_heartbeat_init(struct i915_engine *engine);
void i915_engine_heartbeat_changed(struct i915_engine *engine);
void i915_heartbeat_stop(struct i915_engine *engine);

#endif
