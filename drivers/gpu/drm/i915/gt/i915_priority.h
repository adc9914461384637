/* SPDX-License-Identifier: MIT */
#ifndef _I915_PRIORITY_H_
#define _I915_PRIORITY_H_

#include "gt/i915_gt_types.h"

void i915_request_set_priority(struct i915_request *rq, int priority);
void i915_request_inherit(struct i915_request *rq, int priority);

#endif
